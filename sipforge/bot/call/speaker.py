"""What a bot says in one call: sentences, sounds and events in their order, and how much was heard."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sipforge.bot.call.link import Link
from sipforge.bot.voice import Voice
from sipforge.core.messages.events import BotEvent, Clear, Mark, Pause, Resume
from sipforge.engines.protocols import RATE_HZ
from sipforge.engines.runtime.streams import closing

_PIECE_BYTES: Final = 2 * RATE_HZ // 2
"""Half a second of sound: small enough for a hush to be quick, large enough to be few."""
_QUEUE: Final = 256
_GRACE_SECONDS: Final = 10.0
"""How much later than its own length sound may be reported as heard."""
_BYTES_PER_SECOND: Final = 2 * RATE_HZ

FirstSound = Callable[[float], None]
"""Told, when the first sound of something was sent, how many seconds its synthesis took."""


@dataclass(slots=True)
class _Sentence:
    """Something to be heard, and what is known of it."""

    text: str
    mark: str
    slin: bytes | None = None
    """The sound itself, where it is not for the voice to make."""
    first_sound: FirstSound | None = None
    seconds: float = 0.0
    """Length of what was sent."""
    heard: bool = False


@dataclass(frozen=True, slots=True)
class _Event:
    event: BotEvent


@dataclass(frozen=True, slots=True)
class _Work:
    work: Callable[[], Awaitable[None]]


_Item = _Sentence | _Event | _Work


class Speaker:
    """One call's speaking; `run` does the work, the other methods never wait.

    What is said between `begin` and `close` is one reply; it is over when every sentence of it was heard.
    """

    def __init__(self, link: Link, voice: Voice) -> None:
        self._link = link
        self._voice = voice
        self._queue: asyncio.Queue[tuple[int, _Item]] = asyncio.Queue(_QUEUE)
        self._generation = 0
        self._marks = 0
        self._reply: list[_Sentence] = []
        self._cut_off: deque[list[_Sentence]] = deque()
        """Replies that were hushed and of which it is not known yet how much was heard."""
        self._open = False
        self._held_at: float | None = None
        self._deadline: float | None = None

    @property
    def busy(self) -> bool:
        """Whether a reply is being said."""
        return self._open or not all(sentence.heard for sentence in self._reply)

    @property
    def said(self) -> str:
        """The whole of the reply, heard or not."""
        return " ".join(sentence.text for sentence in self._reply)

    def begin(self) -> None:
        """What is said from here on is a reply of its own, or joins the one that is being said."""
        if not self.busy:
            self._reply = []
        self._open = True
        self._deadline = None

    def say(self, text: str, first_sound: FirstSound | None = None) -> None:
        """Speak `text` after what is queued.

        Raises:
            asyncio.QueueFull: far more was said than a conversation says.
        """
        for sentence in self._voice.sentences(text):
            self._put_sentence(_Sentence(sentence, self._mark(), first_sound=first_sound))
            first_sound = None

    def play(self, text: str, slin: bytes) -> None:
        """Play a recorded sound that says `text`, after what is queued."""
        self._put_sentence(_Sentence(text, self._mark(), slin))

    def close(self) -> None:
        """The reply is complete."""
        self._open = False

    def event(self, event: BotEvent) -> None:
        """Send `event` after what is queued."""
        self._put(_Event(event))

    def work(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work` after the sound that is queued was sent, and before what comes next."""
        self._put(_Work(work))

    def hold(self) -> None:
        """Hold still, with what is queued kept."""
        if self._held_at is None:
            self._held_at = time.monotonic()
            self._link.event(Pause())

    def release(self) -> None:
        """Go on where it was held."""
        if self._held_at is not None:
            if self._deadline is not None:
                self._deadline += time.monotonic() - self._held_at
            self._held_at = None
            self._link.event(Resume())

    def hush(self) -> None:
        """Drop what is queued here and at the orchestrator, which answers how much was heard (`cut`)."""
        self._generation += 1
        self._open = False
        self._deadline = None
        while not self._queue.empty():
            self._queue.get_nowait()
        self._cut_off.append(self._reply)
        self._reply = []
        self._link.event(Clear())
        self.release()

    def cut(self, played_seconds: float) -> str:
        """What was heard of the reply hushed first: its sound ran `played_seconds` past its last mark."""
        reply = self._cut_off.popleft() if self._cut_off else []
        words = [sentence.text for sentence in reply if sentence.heard]
        for sentence in reply:
            if not sentence.heard and sentence.seconds > 0:
                share = played_seconds / sentence.seconds
                part = sentence.text.split()
                words += part[: int(len(part) * min(1.0, share))]
                break
        return " ".join(words)

    def heard(self, mark: str) -> bool:
        """Whether with `mark` the reply has been heard to its end; late and foreign marks say nothing."""
        for reply in (self._reply, *self._cut_off):
            for sentence in reply:
                if sentence.mark == mark:
                    sentence.heard = True
                    return reply is self._reply and not self.busy
        return False

    def overdue(self, now: float) -> bool:
        """Whether the last mark should have come back long ago; asked once, everything counts as heard."""
        waits = self._deadline is not None and self.busy and not self._open and self._held_at is None
        if not waits or self._deadline is None or now < self._deadline:
            return False
        self._deadline = None
        for sentence in self._reply:
            sentence.heard = True
        return True

    async def run(self) -> None:
        """Speak until cancelled.

        Raises:
            EngineError: synthesis failed.
            OSError: the connection broke.
            TimeoutError: the orchestrator takes nothing any more.
        """
        while True:
            generation, item = await self._queue.get()
            if generation != self._generation:
                continue
            match item:
                case _Event(event):
                    self._link.event(event)
                case _Work(work):
                    await work()
                case _:
                    await self._speak(item, generation)

    def _mark(self) -> str:
        self._marks += 1
        return f"said-{self._marks}"

    def _put_sentence(self, sentence: _Sentence) -> None:
        self._reply.append(sentence)
        self._put(sentence)

    def _put(self, item: _Item) -> None:
        self._queue.put_nowait((self._generation, item))

    def _sound(self, sentence: _Sentence) -> AsyncIterator[bytes]:
        return self._voice.speak(sentence.text) if sentence.slin is None else _whole(sentence.slin)

    async def _speak(self, sentence: _Sentence, generation: int) -> None:
        begun = time.monotonic()
        async with closing(self._sound(sentence)) as sound:
            async for slin in sound:
                for start in range(0, len(slin), _PIECE_BYTES):
                    if generation != self._generation:
                        return
                    piece = slin[start : start + _PIECE_BYTES]
                    await self._link.audio(piece)
                    if sentence.first_sound is not None:
                        sentence.first_sound(time.monotonic() - begun)
                        sentence.first_sound = None
                    sentence.seconds += len(piece) / _BYTES_PER_SECOND
        if generation != self._generation:
            return
        self._link.event(Mark(sentence.mark))
        unheard = sum(one.seconds for one in self._reply if not one.heard)
        self._deadline = time.monotonic() + unheard + _GRACE_SECONDS


async def _whole(slin: bytes) -> AsyncIterator[bytes]:
    yield slin
