import random
import socket
import struct
import time

import pytest

from tests.bench.rtp import Flow, Packet, Tap, delays, gaps, parse
from tests.ports import free_port

SPEECH = bytes(range(160))


def rtp(payload: bytes, sequence: int = 7, kind: int = 0, version: int = 2) -> bytes:
    return struct.pack(">BBHII", version << 6, kind, sequence, 160, 0xABCD) + payload


def datagram(
    content: bytes, source: int = 10050, target: int = 14004, protocol: int = 17, options: bytes = b""
) -> bytes:
    length = 20 + len(options)
    header = struct.pack(
        ">BBHHHBBH4s4s", 0x40 | length // 4, 0, 0, 0, 0, 64, protocol, 0, b"\x7f\0\0\1", b"\x7f\0\0\1"
    )
    return header + options + struct.pack(">HHHH", source, target, 8 + len(content), 0) + content


def test_an_rtp_packet_is_read_out_of_its_datagram():
    for options in (b"", bytes(4)):
        flow, packet = parse(datagram(rtp(SPEECH), options=options), 1.5)
        assert flow == Flow(10050, 14004, 0xABCD)
        assert flow.to_phone
        assert not flow.from_phone
        assert packet == Packet(1.5, 7, SPEECH)


@pytest.mark.parametrize(
    "other",
    [
        b"",
        datagram(rtp(SPEECH))[:30],
        datagram(rtp(SPEECH), protocol=6),
        datagram(rtp(SPEECH, version=1)),
        datagram(rtp(SPEECH, kind=200)),  # RTCP
        datagram(b"short"),
        b"\x60" + datagram(rtp(SPEECH))[1:],
    ],
)
def test_what_is_no_rtp_is_nothing(other):
    assert parse(other, 0.0) is None


def test_gaps_are_between_neighbours():
    assert gaps([Packet(1.0, 1, b""), Packet(1.02, 2, b""), Packet(1.12, 3, b"")]) == pytest.approx(
        [0.02, 0.10]
    )


def test_delays_of_speech_through_the_server():
    rng = random.Random(1)
    voices = [rng.randbytes(160) for _ in range(3)]
    silence, twice = bytes([255]) * 160, rng.randbytes(160)
    sent = [*voices, silence, twice, twice]
    come = [Packet(0.02 * n, n, payload) for n, payload in enumerate(sent)]
    gone = [Packet(0.02 * n + 0.003, n, payload) for n, payload in enumerate(sent)]
    flows = {
        Flow(14004, 10050, 1): come,
        Flow(10060, 15004, 2): gone[:2] + gone[3:],
        # Said to the phone itself, by its own server: nothing came in with that content.
        Flow(10050, 14004, 3): [Packet(0.5, 1, rng.randbytes(160))],
    }
    assert delays(flows) == pytest.approx([0.003, 0.003])


def test_the_tap_sees_packets_of_this_machine_once_with_their_times():
    try:
        tap = Tap()
    except PermissionError:
        pytest.skip("only root may listen to packets")
    port = free_port()
    begun = time.time()
    with (
        tap,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
    ):
        server.bind(("127.0.0.1", port))
        phone.bind(("127.0.0.1", 0))
        for sequence in range(5):
            phone.sendto(rtp(SPEECH, sequence), ("127.0.0.1", port))
            server.recv(2048)
        phone.sendto(b"no rtp at all", ("127.0.0.1", port))
        source = phone.getsockname()[1]
    found = tap.flows[Flow(source, port, 0xABCD)]
    assert [packet.sequence for packet in found] == [0, 1, 2, 3, 4]
    assert all(begun - 1.0 < packet.instant < time.time() + 1.0 for packet in found)
    assert all(gap >= 0.0 for gap in gaps(found))
