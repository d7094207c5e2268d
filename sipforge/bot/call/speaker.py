"""What a bot says in one call: sentences become sound, in their order, as fast as it is made."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from sipforge.bot.call.link import Link
from sipforge.bot.voice import Voice
from sipforge.core.conversation.facts import Fact, Sent, Sounded
from sipforge.core.messages.events import Mark
from sipforge.engines.protocols import RATE_HZ
from sipforge.engines.runtime.streams import closing

_PIECE_BYTES: Final = 2 * RATE_HZ // 2
"""Half a second of sound: small enough for a clear to be quick, large enough to be few."""
_QUEUE: Final = 256
_BYTES_PER_SECOND: Final = 2 * RATE_HZ
_MARK: Final = "said-"


@dataclass(frozen=True, slots=True)
class _Sentence:
    number: int
    text: str
    slin: bytes | None = None
    """The sound itself, where it is not for the voice to make."""


class Speaker:
    """One call's speaking; `run` does the work, the other methods never wait."""

    def __init__(self, link: Link, voice: Voice, report: Callable[[Fact], Awaitable[None]]) -> None:
        """`report` is told what was sent, before its mark is."""
        self._link = link
        self._voice = voice
        self._report = report
        self._queue: asyncio.Queue[tuple[int, _Sentence]] = asyncio.Queue(_QUEUE)
        self._generation = 0

    def speak(self, number: int, text: str) -> None:
        """Speak a sentence after what is queued.

        Raises:
            asyncio.QueueFull: far more was said than a conversation says.
        """
        self._queue.put_nowait((self._generation, _Sentence(number, text)))

    def play(self, number: int, slin: bytes) -> None:
        """As `speak`, with a recorded sound."""
        self._queue.put_nowait((self._generation, _Sentence(number, "", slin)))

    def clear(self) -> None:
        """Drop what is queued."""
        self._generation += 1
        while not self._queue.empty():
            self._queue.get_nowait()

    async def run(self) -> None:
        """Speak until cancelled.

        Raises:
            EngineError: synthesis failed.
            OSError: the connection broke.
            TimeoutError: the orchestrator takes nothing any more.
        """
        while True:
            generation, sentence = await self._queue.get()
            if generation == self._generation:
                await self._speak(sentence, generation)

    async def _speak(self, sentence: _Sentence, generation: int) -> None:
        begun, sent = time.monotonic(), 0
        sound = self._voice.speak(sentence.text) if sentence.slin is None else _whole(sentence.slin)
        async with closing(sound) as pieces:
            async for slin in pieces:
                for start in range(0, len(slin), _PIECE_BYTES):
                    if generation != self._generation:
                        break
                    piece = slin[start : start + _PIECE_BYTES]
                    await self._link.audio(piece)
                    if not sent:
                        await self._report(Sounded(sentence.number, time.monotonic() - begun))
                    sent += len(piece)
                if generation != self._generation:
                    break
        await self._report(Sent(sentence.number, sent / _BYTES_PER_SECOND))
        if generation == self._generation:
            self._link.event(Mark(f"{_MARK}{sentence.number}"))


def sentence_of(mark: Mark) -> int:
    """Which sentence's end a mark is that came back; 0: none of ours."""
    number = mark.name.removeprefix(_MARK)
    return int(number) if mark.name.startswith(_MARK) and number.isdecimal() else 0


async def _whole(slin: bytes) -> AsyncIterator[bytes]:
    yield slin
