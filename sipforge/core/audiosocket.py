"""AudioSocket framing, for both legs of a call: bytes in, frames out, and back. No I/O.

Rules, in prose:

1. A frame is a kind (1 byte), a length (2 bytes, big-endian) and that many bytes of payload.
2. What may arrive is a table per leg (`FROM_ASTERISK`, `UNIX_LEG`): kind → shortest and longest payload.
   A kind that is not in it, or a length outside its bounds, is corrupt from the header on: the payload is
   not waited for.
3. Audio is signed 16-bit little-endian mono, so its length is even. 0x10 is 8 kHz, 0x12 is 16 kHz.
4. Corrupt (`ProtocolError`), end of file between frames (`FrameParser.ended`), and end of file inside a
   frame (`TruncatedError`) are different things. A timeout is the reader's to tell, since nothing here has
   a clock. After an error a parser gives the same error again: nothing behind a corrupt byte can be trusted.
5. Towards Asterisk only 0x00 and one audio kind exist, and audio is never empty: any other kind, or a length
   of 0, ends Asterisk's media leg. `AsteriskEncoder` has no way to express them. One frame is one `bytes`,
   so one write (Asterisk 20.6 ends a call whose header and payload arrive apart).
6. Between orchestrator and bot (the Unix leg) audio is always 0x12, and two JSON kinds are added: 0x80 hello,
   the first frame from the orchestrator, and 0x81 event. Their contents: `sipforge.core.messages`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

HEADER_BYTES: Final = 3
SLIN16_HZ: Final = 16000
SLIN8_HZ: Final = 8000
SAMPLE_BYTES: Final = 2
SLIN16_FRAME_BYTES: Final = 640
"""20 ms of slin at 16 kHz."""


class ProtocolError(Exception):
    """The peer sent what the rules forbid; the message says what, never what a caller said."""


class TruncatedError(ProtocolError):
    """The stream ended inside a frame."""


class Kind(IntEnum):
    """The kinds of frame SipForge knows."""

    HANGUP = 0x00
    UUID = 0x01
    DTMF = 0x03
    SLIN8 = 0x10
    SLIN16 = 0x12
    HELLO = 0x80
    EVENT = 0x81
    ERROR = 0xFF


@dataclass(frozen=True, slots=True)
class Frame:
    """One AudioSocket message."""

    kind: int
    payload: bytes = b""


Limits = Mapping[int, tuple[int, int]]

_AUDIO_KINDS: Final = frozenset({Kind.SLIN8, Kind.SLIN16})

FROM_ASTERISK: Final[Limits] = {
    Kind.HANGUP: (0, 0),
    Kind.UUID: (16, 16),
    Kind.DTMF: (1, 1),
    Kind.SLIN8: (0, 3200),
    Kind.SLIN16: (0, 6400),
    Kind.ERROR: (0, 255),
}
"""From Asterisk; audio up to 200 ms, where Asterisk's own slin packets end at 70 ms."""

UNIX_LEG: Final[Limits] = {
    Kind.HANGUP: (0, 0),
    Kind.DTMF: (1, 1),
    Kind.SLIN16: (2, 32000),
    Kind.HELLO: (2, 57344),
    Kind.EVENT: (2, 16384),
    Kind.ERROR: (0, 255),
}
"""Either way between orchestrator and bot; audio up to 1 s; the longest hello, in JSON's worst spelling."""


def encode(frame: Frame, limits: Limits = UNIX_LEG) -> bytes:
    """The bytes of one frame, to be written in one write.

    Raises:
        ValueError: the kind or the payload's length is not in `limits`.
    """
    problem = _problem(frame.kind, len(frame.payload), limits)
    if problem:
        raise ValueError(problem)
    return bytes((frame.kind,)) + len(frame.payload).to_bytes(2, "big") + frame.payload


def _problem(kind: int, length: int, limits: Limits) -> str:
    bounds = limits.get(kind)
    if bounds is None:
        return f"kind 0x{kind & 0xFFFF:02x} is not allowed on this leg"
    if not bounds[0] <= length <= bounds[1]:
        return f"kind 0x{kind:02x} with {length} bytes, allowed are {bounds[0]} to {bounds[1]}"
    if kind in _AUDIO_KINDS and length % SAMPLE_BYTES:
        return f"audio of {length} bytes is not whole 16-bit samples"
    return ""


class FrameParser:
    """Cuts a stream of bytes into frames.

    Feed it with `receive_data`, then take frames with `next_frame` until it gives None. It never
    holds more than what was fed plus one frame, so a reader that takes all frames before it reads again is
    bounded.
    """

    __slots__ = ("_buffer", "_eof", "_error", "_limits")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._eof = False
        self._error: ProtocolError | None = None

    def receive_data(self, data: bytes) -> None:
        """Take bytes as they came; empty bytes mean end of file, as a socket says it.

        Raises:
            ValueError: data after end of file (the caller's mistake, not the peer's).
        """
        if not data:
            self._eof = True
        elif self._eof:
            raise ValueError("data after end of file")
        else:
            self._buffer += data

    @property
    def ended(self) -> bool:
        """True once the stream ended between frames and every frame was taken."""
        return self._eof and not self._buffer and self._error is None

    @property
    def partial(self) -> bool:
        """True while a frame has begun and is not whole: its sender owes the rest."""
        return bool(self._buffer)

    def next_frame(self) -> Frame | None:
        """The next whole frame, or None when more bytes are needed or the stream has `ended`.

        Raises:
            ProtocolError: the stream is corrupt.
            TruncatedError: the stream ended inside a frame.
        """
        if self._error is not None:
            raise self._error
        size = len(self._buffer)
        if size >= HEADER_BYTES:
            kind, length = self._buffer[0], int.from_bytes(self._buffer[1:HEADER_BYTES], "big")
            problem = _problem(kind, length, self._limits)
            if problem:
                self._fail(ProtocolError(problem))
            end = HEADER_BYTES + length
            if size >= end:
                payload = bytes(self._buffer[HEADER_BYTES:end])
                del self._buffer[:end]
                return Frame(kind, payload)
        if self._eof and size:
            self._fail(TruncatedError(f"stream ended inside a frame, after {size} of its bytes"))
        return None

    def _fail(self, error: ProtocolError) -> None:
        self._error = error
        self._buffer.clear()
        raise error


class AsteriskEncoder:
    """Frames towards Asterisk, for one call: audio at the call's rate, and hang-up; nothing else."""

    __slots__ = ("_kind",)

    def __init__(self, rate_hz: int) -> None:
        """Raise ValueError unless `rate_hz` is 8000 or 16000."""
        if rate_hz not in {SLIN8_HZ, SLIN16_HZ}:
            raise ValueError(f"AudioSocket rate must be 8000 or 16000, not {rate_hz}")
        self._kind = Kind.SLIN8 if rate_hz == SLIN8_HZ else Kind.SLIN16

    @property
    def kind(self) -> Kind:
        """The audio kind of this call, both ways."""
        return self._kind

    def audio(self, pcm: bytes) -> bytes:
        """One audio frame; `pcm` is slin at the call's rate, at least one sample, at most 200 ms.

        Raises:
            ValueError: empty, odd or too long.
        """
        if not pcm:
            raise ValueError("an empty audio frame would end the call")
        return encode(Frame(self._kind, pcm), FROM_ASTERISK)

    @staticmethod
    def hangup() -> bytes:
        """The frame that must be sent before every close."""
        return b"\x00\x00\x00"
