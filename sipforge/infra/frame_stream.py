"""AudioSocket frames over a connected stream: every read is capped and timed, every write can be too slow.

The outcomes of a read stay apart: a frame; None, the peer closed between frames; `ProtocolError`, what came
is corrupt; `TimeoutError`, what should have come did not; any other `OSError`, the connection broke.
(TimeoutError is an OSError to Python: name it first.)
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from sipforge.core.audiosocket import Frame, FrameParser, Limits

READ_BYTES: Final = 16384
WRITE_BUFFER_BYTES: Final = 32768
"""About a second of slin16: above it `flush` waits for the peer."""


class FrameStream:
    """One end of an AudioSocket connection."""

    __slots__ = ("_parser", "_reader", "_writer")

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limits: Limits) -> None:
        self._reader = reader
        self._writer = writer
        self._parser = FrameParser(limits)
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER_BYTES)

    async def read(self, idle_seconds: float | None, frame_seconds: float) -> Frame | None:
        """The next frame, or None when the peer closed between frames.

        Args:
            idle_seconds: longest wait for a frame to begin; None waits for ever.
            frame_seconds: longest wait for a frame that has begun to be whole.

        Raises:
            ProtocolError: what came is corrupt, or ended inside a frame.
            TimeoutError: one of the waits was too long.
            OSError: the connection broke.
        """
        frame = self._parser.next_frame()
        if frame is not None:
            return frame
        if not self._parser.partial:
            async with asyncio.timeout(idle_seconds):
                await self._fill()
        # One deadline for the whole rest, so that a byte now and then does not stretch it.
        async with asyncio.timeout(frame_seconds):
            while True:
                frame = self._parser.next_frame()
                if frame is not None or self._parser.ended:
                    return frame
                await self._fill()

    async def _fill(self) -> None:
        self._parser.receive_data(await self._reader.read(READ_BYTES))

    def send(self, data: bytes) -> None:
        """Queue one encoded frame, in one write. Follow with `flush`, which bounds the queue."""
        self._writer.write(data)

    async def flush(self, seconds: float) -> None:
        """Wait until the peer keeps up again.

        Raises:
            TimeoutError: it did not within `seconds`.
            OSError: the connection broke.
        """
        async with asyncio.timeout(seconds):
            await self._writer.drain()

    async def close(self, last: bytes = b"", linger_seconds: float = 1.0) -> None:
        """Send `last`, let the peer close, then close; takes `linger_seconds` at most and raises no error.

        The peer's bytes are read and thrown away meanwhile: closing a TCP socket with unread input resets it,
        and a reset can destroy `last` before the peer has read it.
        """
        with contextlib.suppress(OSError, TimeoutError):
            try:
                async with asyncio.timeout(linger_seconds):
                    if last:
                        self._writer.write(last)
                        await self._writer.drain()
                        while await self._reader.read(READ_BYTES):
                            pass
                    self._writer.close()
                    await self._writer.wait_closed()
            finally:
                self._writer.transport.abort()
