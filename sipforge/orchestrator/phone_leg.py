"""The telephone's half of a call: what Asterisk sends becomes 20 ms at 16 kHz, and what it gets is legal."""

from __future__ import annotations

import socket

from sipforge.core.asterisk.presses import KEYS
from sipforge.core.audio.resample import resampler
from sipforge.core.audiosocket import (
    SLIN16_FRAME_BYTES,
    SLIN16_HZ,
    AsteriskEncoder,
    Frame,
    Kind,
    ProtocolError,
)
from sipforge.infra.frame_stream import FrameStream
from sipforge.orchestrator.timing import Timing

SEND_BUFFER_BYTES = 16384
"""Half a second of slin16 in the kernel (which doubles it): a peer that stopped reading is noticed soon."""


def tune_socket(line: socket.socket) -> None:
    """Send each frame at once, and buffer little."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)


class PhoneLeg:
    """An AudioSocket connection that has said which call it is."""

    def __init__(self, stream: FrameStream, rate_hz: int, timing: Timing) -> None:
        """Speak slin at `rate_hz` to Asterisk, at 16 kHz to us."""
        self._stream = stream
        self._timing = timing
        self._encoder = AsteriskEncoder(rate_hz)
        self._inwards = resampler(rate_hz, SLIN16_HZ)
        self._outwards = resampler(SLIN16_HZ, rate_hz)
        self._rest = bytearray()
        """Caller audio that is not yet a whole 20 ms."""

    async def receive(self) -> list[Frame] | None:
        """What the caller said next, as frames for the bot (none, one or more); None when the caller hung up.

        It may be long in coming: a telephone on hold, or one that suppresses silence, sends nothing. Whether
        it is still there Asterisk finds out (pjsip.conf: timers, rtp_timeout), and hangs up.

        Raises:
            ProtocolError: corrupt.
            TimeoutError: a frame began and did not end.
            OSError: the connection broke.
        """
        frame = await self._stream.read(None, self._timing.frame_seconds)
        if frame is None or frame.kind == Kind.HANGUP:
            return None
        if frame.kind == self._encoder.kind:
            return self._cut(frame.payload)
        if frame.kind == Kind.DTMF:
            # What is no key of a telephone (a hook flash) is not worth a call, and no news for a bot.
            return [frame] if chr(frame.payload[0]) in KEYS else []
        if frame.kind == Kind.ERROR:
            raise ProtocolError(f"Asterisk reports an error: {frame.payload.hex() or 'no code'}")
        raise ProtocolError(
            f"kind 0x{frame.kind:02x} in a call whose audio the dialplan said is 0x{self._encoder.kind:02x}"
        )

    def _cut(self, pcm: bytes) -> list[Frame]:
        self._rest += self._inwards.process(pcm)
        frames = []
        while len(self._rest) >= SLIN16_FRAME_BYTES:
            frames.append(Frame(Kind.SLIN16, bytes(self._rest[:SLIN16_FRAME_BYTES])))
            del self._rest[:SLIN16_FRAME_BYTES]
        return frames

    async def play(self, pcm: bytes) -> None:
        """Send 20 ms of slin at 16 kHz.

        Raises:
            TimeoutError: Asterisk does not read.
            OSError: the connection broke.
        """
        self._stream.send(self._encoder.audio(self._outwards.process(pcm)))
        await self._stream.flush(self._timing.flush_seconds)

    async def hang_up(self) -> None:
        """Send 0x00 and close; raises nothing but CancelledError."""
        await self._stream.close(AsteriskEncoder.hangup(), self._timing.linger_seconds)
