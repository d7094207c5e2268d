"""RTP packets as they pass this machine, with the kernel's own time of each (a packet socket: needs root).

What a scheduler does to this program later does not change those times, as it does a recording's growth.
"""

from __future__ import annotations

import ctypes
import itertools
import socket
import struct
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

FIRST_PHONE_PORT = 14000
"""Phones have ports from here on, the appliance below: which tells a packet's direction."""
FIRST_PORT, LAST_PORT = 10000, 32100
GAP_SECONDS = 0.06
SPEECH_KINDS = 8
"""A payload with fewer different bytes than this is silence or a tone, and like many others."""
_ETH_P_ALL, _PACKET_OUTGOING = 0x0003, 4
_SO_ATTACH_FILTER, _SO_TIMESTAMPNS, _SO_RCVBUFFORCE = 26, 35, 33
_SNAP_BYTES, _BUFFER_BYTES = 2048, 8 << 20
_RTCP_KINDS = range(192, 224)


@dataclass(frozen=True, slots=True)
class Flow:
    """One direction of one call's audio."""

    source_port: int
    target_port: int
    ssrc: int

    @property
    def to_phone(self) -> bool:
        """Whether it goes from the appliance to a phone."""
        return self.source_port < FIRST_PHONE_PORT <= self.target_port

    @property
    def from_phone(self) -> bool:
        """Whether it goes from a phone to the appliance."""
        return self.target_port < FIRST_PHONE_PORT <= self.source_port


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet."""

    instant: float
    """Seconds, by the kernel's clock."""
    sequence: int
    payload: bytes


Flows = Mapping[Flow, Sequence[Packet]]


def parse(datagram: bytes, instant: float) -> tuple[Flow, Packet] | None:
    """The RTP packet in an IPv4 datagram; None: it is something else."""
    if len(datagram) < 20 or datagram[0] >> 4 != 4 or datagram[9] != socket.IPPROTO_UDP:
        return None
    header = 4 * (datagram[0] & 15)
    if len(datagram) < header + 8 + 12:
        return None
    source, target, udp_bytes = struct.unpack_from(">HHH", datagram, header)
    first, kind, sequence, _, ssrc = struct.unpack_from(">BBHII", datagram, header + 8)
    if first >> 6 != 2 or kind in _RTCP_KINDS:
        return None
    start = header + 8 + 12 + 4 * (first & 15)
    return Flow(source, target, ssrc), Packet(instant, sequence, datagram[start : header + udp_bytes])


def gaps(packets: Sequence[Packet]) -> list[float]:
    """Seconds between each packet and the one before it."""
    return [later.instant - earlier.instant for earlier, later in itertools.pairwise(packets)]


def delays(flows: Flows) -> list[float]:
    """Seconds that each packet of speech spent in the server: from a phone to it, and on to another phone.

    A packet is recognised by its payload, so only speech counts (silence looks the same everywhere), and only
    where the server passes it on as it is.
    """
    come = _by_payload(flows, lambda flow: flow.from_phone)
    gone = _by_payload(flows, lambda flow: flow.to_phone)
    return [gone[payload] - instant for payload, instant in come.items() if payload in gone]


def _by_payload(flows: Flows, wanted: Callable[[Flow], bool]) -> dict[bytes, float]:
    packets = [
        packet
        for flow, found in flows.items()
        if wanted(flow)
        for packet in found
        if len(set(packet.payload)) >= SPEECH_KINDS
    ]
    often = Counter(packet.payload for packet in packets)
    return {packet.payload: packet.instant for packet in packets if often[packet.payload] == 1}


class Tap(threading.Thread):
    """Collects the RTP packets of this machine, from `with` to its end."""

    def __init__(self) -> None:
        """Begin to listen.

        Raises:
            PermissionError: not root.
        """
        super().__init__(name="rtp-tap", daemon=True)
        self.flows: dict[Flow, list[Packet]] = defaultdict(list)
        self._stopping = False
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        _attach_filter(self._socket)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._socket.settimeout(0.2)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping = True
        self.join()
        self._socket.close()

    def run(self) -> None:
        """Read until stopped; what has come by then is still read."""
        while True:
            try:
                datagram, ancillary, _, address = self._socket.recvmsg(_SNAP_BYTES, 64)
            except TimeoutError:
                if self._stopping:
                    return
                continue
            interface, _, direction = address[:3]
            if interface == "lo" and direction == _PACKET_OUTGOING:
                continue  # it comes in again
            found = parse(datagram, _kernel_time(ancillary))
            if found is not None:
                self.flows[found[0]].append(found[1])


def _kernel_time(ancillary: Sequence[tuple[int, int, bytes]]) -> float:
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("=qq", content[:16])
            return int(seconds) + int(nanoseconds) / 1e9
    raise OSError("the kernel gave a packet no time")


def _attach_filter(listener: socket.socket) -> None:
    """Only UDP over IPv4 to the ports of phones and appliance wakes this program (classic BPF)."""
    steps = [
        (0x30, 0, 0, 0),  # byte 0: version and header length
        (0x54, 0, 0, 0xF0),
        (0x15, 0, 7, 0x40),  # IPv4, or reject
        (0x30, 0, 0, 9),
        (0x15, 0, 5, socket.IPPROTO_UDP),
        (0xB1, 0, 0, 0),  # X = header length
        (0x48, 0, 0, 2),  # target port
        (0x35, 0, 2, FIRST_PORT),
        (0x25, 1, 0, LAST_PORT),
        (0x06, 0, 0, _SNAP_BYTES),
        (0x06, 0, 0, 0),
    ]
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    held = ctypes.create_string_buffer(program)
    pointer = struct.pack("@HP", len(steps), ctypes.addressof(held))
    listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, pointer)
