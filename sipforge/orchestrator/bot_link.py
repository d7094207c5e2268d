"""The way to a bot: connecting with a hello, and the bounded queue of what it has yet to read."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from sipforge.core.audiosocket import UNIX_LEG, Frame, Kind, ProtocolError, encode
from sipforge.core.messages.hello import Detail, Hello, hello_frame
from sipforge.infra.frame_stream import FrameStream
from sipforge.infra.tokens import issue_token
from sipforge.orchestrator.calls import Call
from sipforge.orchestrator.timing import Timing


class BotUnavailableError(Exception):
    """The bot cannot be reached, left the call, or broke the protocol; the message says which."""


class BotDialler:
    """Connects calls to bots."""

    def __init__(
        self,
        socket_path: Callable[[str], Path],
        key: str,
        token_seconds: int,
        timing: Timing,
        clock: Callable[[], float],
    ) -> None:
        """Know the way to every bot.

        Args:
            socket_path: a bot's Unix socket, by its name.
            key: signs the bearer tokens.
            token_seconds: their life.
            timing: how long a bot may take.
            clock: seconds since the epoch, for the tokens.
        """
        self._socket_path = socket_path
        self._key = key
        self._token_seconds = token_seconds
        self._timing = timing
        self._clock = clock

    async def connect(self, call: Call) -> BotLeg:
        """A connection to the call's bot that has been sent the hello.

        Raises:
            BotUnavailableError: nobody listens, or not in time.
        """
        token = issue_token(self._key, call.id, call.bot, self._token_seconds, self._clock())
        hello = Hello(
            call.id,
            call.caller,
            call.dialled,
            call.rate_hz,
            token,
            call.caller_name,
            call.arrival,
            call.detail,
            call.target,
            call.history.exchanges,
        )
        try:
            async with asyncio.timeout(self._timing.connect_seconds):
                reader, writer = await asyncio.open_unix_connection(self._socket_path(call.bot))
        except TimeoutError as error:
            raise BotUnavailableError("does not accept connections in time") from error
        except OSError as error:
            raise BotUnavailableError(f"cannot be reached: {error.strerror}") from error
        stream = FrameStream(reader, writer, UNIX_LEG)
        stream.send(encode(hello_frame(hello)))
        if call.detail is Detail.SAID:
            for slin in call.said:
                stream.send(encode(Frame(Kind.SLIN16, slin)))
        call.said = ()
        return BotLeg(stream, self._timing)


class BotLeg:
    """A connection to a bot that has been sent the hello."""

    def __init__(self, stream: FrameStream, timing: Timing) -> None:
        self._stream = stream
        self._timing = timing

    async def receive(self) -> Frame | None:
        """The next frame, or None when the bot closed the connection.

        Raises:
            BotUnavailableError: it stalls, broke the protocol, or the connection broke.
        """
        try:
            return await self._stream.read(None, self._timing.frame_seconds)
        except TimeoutError as error:
            raise BotUnavailableError("stalled while sending") from error
        except ProtocolError as error:
            raise BotUnavailableError(f"broke the protocol: {error}") from error
        except OSError as error:
            raise BotUnavailableError(f"connection broke: {error.strerror}") from error

    async def write(self, data: bytes) -> None:
        """Send an encoded frame, as soon as the bot reads.

        Raises:
            BotUnavailableError: it does not, or the connection broke.
        """
        try:
            self._stream.send(data)
            await self._stream.flush(self._timing.bot_stall_seconds)
        except TimeoutError as error:
            raise BotUnavailableError("does not read") from error
        except OSError as error:
            raise BotUnavailableError(f"connection broke: {error.strerror}") from error

    async def hang_up(self) -> None:
        """Send 0x00 and close; raises nothing but CancelledError."""
        await self._stream.close(encode(Frame(Kind.HANGUP)), self._timing.linger_seconds)


class Outbox:
    """Encoded frames that wait for the bot to read: events and caller audio.

    Events go first. When there is too much audio the oldest goes; when there are too many events the bot does
    not read at all, and its call fails.
    """

    def __init__(self, audio_frames: int, control_frames: int) -> None:
        """Begin empty, with room for that many frames of each."""
        self._audio: deque[bytes] = deque()
        self._audio_frames = audio_frames
        self._control: deque[bytes] = deque()
        self._control_frames = control_frames
        self._filled = asyncio.Event()
        self._overflowed = False

    def put_audio(self, frame: Frame) -> int:
        """Queue caller audio; gives how many frames were dropped for it (0 or 1)."""
        self._audio.append(encode(frame))
        self._filled.set()
        if len(self._audio) <= self._audio_frames:
            return 0
        self._audio.popleft()
        return 1

    def put_control(self, frame: Frame) -> None:
        """Queue an event; one too many makes `next` fail."""
        if len(self._control) < self._control_frames:
            self._control.append(encode(frame))
        else:
            self._overflowed = True
        self._filled.set()

    async def next(self) -> bytes:
        """The next frame to write, as soon as there is one.

        Raises:
            BotUnavailableError: too many events waited.
        """
        while not self._control and not self._audio:
            self._filled.clear()
            await self._filled.wait()
        if self._overflowed:
            raise BotUnavailableError("does not read its events")
        return self._control.popleft() if self._control else self._audio.popleft()
