"""A bot's end of the Unix leg of one call: frames in and out, every read capped, every wait with an end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from typing import Any, Final

from sipforge.core.audiosocket import UNIX_LEG, Frame, FrameParser, Kind, encode
from sipforge.core.messages import Sender, event_frame

_READ_BYTES: Final = 65536
_WRITE_SECONDS: Final = 30.0
"""An orchestrator that takes nothing for this long is gone; it holds back audio for as long as it plays."""
_CLOSE_SECONDS: Final = 1.0


class Link:
    """One connection from the orchestrator."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._parser = FrameParser(UNIX_LEG)

    async def receive(self) -> Frame | None:
        """The next frame, or None at the end of the stream.

        Raises:
            ProtocolError: the stream is corrupt, or ended inside a frame.
            OSError: the connection broke.
        """
        while True:
            frame = self._parser.next_frame()
            if frame is not None or self._parser.ended:
                return frame
            self._parser.receive_data(await self._reader.read(_READ_BYTES))

    async def audio(self, slin: bytes) -> None:
        """Send sound; at most a second at a time.

        Raises:
            OSError: the connection broke.
            TimeoutError: the other side takes nothing any more.
        """
        self._writer.write(encode(Frame(Kind.SLIN16, slin)))
        async with asyncio.timeout(_WRITE_SECONDS):
            await self._writer.drain()

    def event(self, event: Mapping[str, Any]) -> None:
        """Send an event, in order with the sound; events are few and small, so nothing is waited for."""
        if not self._writer.is_closing():
            self._writer.write(encode(event_frame(event, Sender.BOT)))

    async def close(self) -> None:
        """Say that the call is over on this side, and close."""
        with contextlib.suppress(OSError, TimeoutError):
            if not self._writer.is_closing():
                self._writer.write(encode(Frame(Kind.HANGUP)))
            self._writer.close()
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._writer.wait_closed()
