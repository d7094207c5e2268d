"""The codec, proven both ways from the same literal bytes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.audiosocket import (
    FROM_ASTERISK,
    UNIX_LEG,
    AsteriskEncoder,
    Frame,
    FrameParser,
    Kind,
    ProtocolError,
    TruncatedError,
    encode,
)

UUID_BYTES = bytes.fromhex("0123456789abcdef0123456789abcdef")

FROM_ASTERISK_EXAMPLES = [
    (bytes.fromhex("000000"), Frame(Kind.HANGUP)),
    (bytes.fromhex("010010") + UUID_BYTES, Frame(Kind.UUID, UUID_BYTES)),
    (bytes.fromhex("030001") + b"5", Frame(Kind.DTMF, b"5")),
    (bytes.fromhex("100140") + bytes(320), Frame(Kind.SLIN8, bytes(320))),
    (bytes.fromhex("120280") + b"\x01\x02" * 320, Frame(Kind.SLIN16, b"\x01\x02" * 320)),
    (bytes.fromhex("ff000101"), Frame(Kind.ERROR, b"\x01")),
]
UNIX_EXAMPLES = [
    (bytes.fromhex("000000"), Frame(Kind.HANGUP)),
    (bytes.fromhex("120002") + b"\xff\x7f", Frame(Kind.SLIN16, b"\xff\x7f")),
    (bytes.fromhex("127d00") + bytes(32000), Frame(Kind.SLIN16, bytes(32000))),
    (bytes.fromhex("800002") + b"{}", Frame(Kind.HELLO, b"{}")),
    (bytes.fromhex("810010") + b'{"type":"clear"}', Frame(Kind.EVENT, b'{"type":"clear"}')),
]
BOTH = [(FROM_ASTERISK, *example) for example in FROM_ASTERISK_EXAMPLES] + [
    (UNIX_LEG, *example) for example in UNIX_EXAMPLES
]


def frames_of(parser: FrameParser) -> list[Frame]:
    frames = []
    while (frame := parser.next_frame()) is not None:
        frames.append(frame)
    return frames


@pytest.mark.parametrize(("limits", "wire", "frame"), BOTH)
def test_parse_and_serialise_agree_on_the_same_bytes(limits, wire, frame):
    assert encode(frame, limits) == wire
    parser = FrameParser(limits)
    parser.receive_data(wire)
    assert frames_of(parser) == [frame]
    assert not parser.partial


@pytest.mark.parametrize("piece", [1, 2, 3, 5, 641, 100000])
def test_frames_survive_any_cut(piece):
    wire = b"".join(wire for wire, _ in FROM_ASTERISK_EXAMPLES)
    parser, found = FrameParser(FROM_ASTERISK), []
    for start in range(0, len(wire), piece):
        parser.receive_data(wire[start : start + piece])
        found += frames_of(parser)
    parser.receive_data(b"")
    assert found == [frame for _, frame in FROM_ASTERISK_EXAMPLES]
    assert parser.next_frame() is None
    assert parser.ended


CORRUPT_FROM_ASTERISK = {
    "unknown kind": "420001",
    "our own kind": "810002",
    "uuid too short": "01000f",
    "uuid too long": "010011",
    "hangup with payload": "000001",
    "oversized audio": "12ffff",
    "half a sample": "100141",
    "two keys": "030002",
}


@pytest.mark.parametrize("header", CORRUPT_FROM_ASTERISK.values(), ids=CORRUPT_FROM_ASTERISK)
def test_corrupt_is_known_from_the_header_alone_and_stays_so(header):
    parser = FrameParser(FROM_ASTERISK)
    parser.receive_data(bytes.fromhex(header))
    with pytest.raises(ProtocolError) as first:
        parser.next_frame()
    assert not isinstance(first.value, TruncatedError)
    parser.receive_data(bytes.fromhex("000000"))
    with pytest.raises(ProtocolError):
        parser.next_frame()
    assert not parser.ended


@pytest.mark.parametrize("header", ["100140", "010010", "127d02", "120000", "811234ffff", "80e001"])
def test_the_unix_leg_has_bounds_of_its_own(header):
    wire = bytes.fromhex(header)
    parser = FrameParser(UNIX_LEG)
    parser.receive_data(wire)
    if header == "811234ffff":
        assert parser.next_frame() is None  # a legal length, merely incomplete
    else:
        with pytest.raises(ProtocolError):
            parser.next_frame()


@pytest.mark.parametrize("wire", ["12", "1202", "12028000"])
def test_end_of_file_inside_a_frame_is_truncation(wire):
    parser = FrameParser(FROM_ASTERISK)
    parser.receive_data(bytes.fromhex(wire))
    assert parser.next_frame() is None
    assert parser.partial
    parser.receive_data(b"")
    with pytest.raises(TruncatedError):
        parser.next_frame()
    assert not parser.ended


def test_end_of_file_between_frames_is_an_end_once_all_is_taken():
    parser = FrameParser(FROM_ASTERISK)
    parser.receive_data(bytes.fromhex("000000"))
    parser.receive_data(b"")
    assert not parser.ended
    assert parser.next_frame() == Frame(Kind.HANGUP)
    assert parser.next_frame() is None
    assert parser.ended
    with pytest.raises(ValueError, match="after end of file"):
        parser.receive_data(b"x")


@given(st.binary(max_size=2000), st.integers(1, 300))
def test_no_bytes_break_the_parser_or_make_it_hoard(noise, piece):
    parser, taken = FrameParser(FROM_ASTERISK), 0
    try:
        for start in range(0, len(noise), piece):
            parser.receive_data(noise[start : start + piece])
            for frame in frames_of(parser):
                taken += 3 + len(frame.payload)
                low, high = FROM_ASTERISK[frame.kind]
                assert low <= len(frame.payload) <= high
    except ProtocolError:
        return
    assert taken <= len(noise)


@pytest.mark.parametrize(
    ("rate_hz", "frame_bytes", "header"), [(8000, 320, "100140"), (16000, 640, "120280")]
)
def test_towards_asterisk_the_kind_follows_the_rate(rate_hz, frame_bytes, header):
    pcm = random.Random(1).randbytes(frame_bytes)
    assert AsteriskEncoder(rate_hz).audio(pcm) == bytes.fromhex(header) + pcm


@pytest.mark.parametrize("pcm", [b"", b"\0", bytes(641), bytes(6402)])
def test_towards_asterisk_no_illegal_audio_can_be_written(pcm):
    with pytest.raises(ValueError):
        AsteriskEncoder(16000).audio(pcm)


def test_hangup_is_three_zero_bytes():
    assert AsteriskEncoder.hangup() == b"\0\0\0"


@pytest.mark.parametrize("rate_hz", [0, 11025, 48000])
def test_other_rates_are_refused(rate_hz):
    with pytest.raises(ValueError, match="8000 or 16000"):
        AsteriskEncoder(rate_hz)


@pytest.mark.parametrize(
    "frame", [Frame(0x42), Frame(Kind.UUID, UUID_BYTES), Frame(Kind.SLIN16, bytes(32002))]
)
def test_encode_refuses_what_the_leg_forbids(frame):
    with pytest.raises(ValueError):
        encode(frame, UNIX_LEG)
