"""What is to be seen on the wire: packets of sound on a network interface, as root sees them."""

from __future__ import annotations

import socket
import struct
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from tests.phones.audio import write_wav
from tests.phones.rtp import RATE_HZ, decode

_ALL_PROTOCOLS = 0x0003
_IPV4 = 0x0800
_UDP = 17
_PCMU = 0
_OUTGOING = 4
"""On the loopback interface each packet is seen twice: as it goes, and as it comes."""


class Wire:
    """Collects RTP packets of PCMU, encrypted or not, that are sent to some ports."""

    def __init__(self, ports: range, interface: str = "lo") -> None:
        self._ports = ports
        self._payloads: dict[int, list[bytes]] = {}
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
        self._socket.bind((interface, 0))
        self._socket.settimeout(0.1)
        self._open = True
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Look no more; may be called twice."""
        self._open = False
        self._thread.join()
        self._socket.close()

    @property
    def sound(self) -> bytes:
        """What came to the busiest port: of each packet's payload the first 160 bytes (20 ms)."""
        return b"".join(max(self._payloads.values(), key=len, default=[]))

    def save(self, path: Path) -> Path:
        """Write the sound as PCMU to a WAV, whatever it is."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, decode(self.sound), RATE_HZ)
        return path

    def _read(self) -> None:
        while self._open:
            try:
                frame, (_, protocol, kind, *_) = self._socket.recvfrom(4096)
            except TimeoutError:
                continue
            if protocol != _IPV4 or kind == _OUTGOING or len(frame) < 54 or frame[23] != _UDP:
                continue
            datagram = frame[14 + 4 * (frame[14] & 0x0F) :]
            port, packet = struct.unpack_from(">H", datagram, 2)[0], datagram[8:]
            if (
                port in self._ports
                and len(packet) >= 172
                and packet[0] >> 6 == 2
                and packet[1] & 0x7F == _PCMU
            ):
                self._payloads.setdefault(port, []).append(packet[12:172])


def evenness(sound: bytes) -> float:
    """How far the bytes are from all being equally frequent: chi-square over its degrees of freedom.

    About 1 for encrypted sound (0.7 to 1.4 with a second or more of it); hundreds for speech in PCMU.
    """
    counts = np.bincount(np.frombuffer(sound, np.uint8), minlength=256)
    expected = len(sound) / 256
    return float(((counts - expected) ** 2 / expected).sum() / 255)
