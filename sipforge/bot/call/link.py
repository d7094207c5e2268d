"""A bot's end of the Unix leg of one call: frames in; sound, events and the end out."""

from __future__ import annotations

import asyncio
from typing import Final

from sipforge.core.audiosocket import UNIX_LEG, Frame, Kind, encode
from sipforge.core.messages.events import BotEvent, event_frame
from sipforge.infra.frame_stream import FrameStream

_FRAME_SECONDS: Final = 5.0
"""A frame that has begun is whole by then, or the orchestrator is gone."""
_WRITE_SECONDS: Final = 30.0
"""An orchestrator that takes nothing for this long is gone; it holds back audio for as long as it plays."""


class Link:
    """One connection from the orchestrator."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._stream = FrameStream(reader, writer, UNIX_LEG)

    async def receive(self) -> Frame | None:
        """The next frame, or None at the end of the stream.

        Raises:
            ProtocolError: the stream is corrupt, or ended inside a frame.
            TimeoutError: a frame was begun and not ended.
            OSError: the connection broke.
        """
        return await self._stream.read(None, _FRAME_SECONDS)

    async def audio(self, slin: bytes) -> None:
        """Send sound; at most a second at a time.

        Raises:
            OSError: the connection broke.
            TimeoutError: the other side takes nothing any more.
        """
        self._stream.send(encode(Frame(Kind.SLIN16, slin)))
        await self._stream.flush(_WRITE_SECONDS)

    def event(self, event: BotEvent) -> None:
        """Send an event, in order with the sound; events are few and small, so nothing is waited for."""
        self._stream.send(encode(event_frame(event)))

    async def close(self) -> None:
        """Say that the call is over on this side, and close; raises no error."""
        self._stream.send(encode(Frame(Kind.HANGUP)))
        await self._stream.close()
