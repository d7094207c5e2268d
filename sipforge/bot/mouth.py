"""What a bot says in one call: texts, marks and events, in the order they were given, until it is hushed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sipforge.bot.link import Link
from sipforge.bot.voice import Voice
from sipforge.engines.protocols import RATE_HZ

_PIECE_BYTES: Final = 2 * RATE_HZ // 2
"""Half a second of sound: small enough for a hush to be quick, large enough to be few."""
_QUEUE: Final = 16
_GRACE_SECONDS: Final = 10.0
"""How much later than its own length sound may be reported as heard."""

FirstSound = Callable[[float], None]
"""Told, when the first sound of a text was sent, how many seconds synthesis took to it."""


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    mark: str
    generation: int
    first_sound: FirstSound


@dataclass(frozen=True, slots=True)
class _Event:
    event: Mapping[str, Any]


class Mouth:
    """One call's speaking; `run` does the work, the other methods never wait."""

    def __init__(self, link: Link, voice: Voice) -> None:
        self._link = link
        self._voice = voice
        self._queue: asyncio.Queue[_Text | _Event] = asyncio.Queue(_QUEUE)
        self._generation = 0
        self._marks = 0
        self._awaited = ""
        self._deadline: float | None = None

    def say(self, text: str, first_sound: FirstSound) -> None:
        """Speak `text` after what is queued.

        Raises:
            asyncio.QueueFull: far more was said than a conversation says.
        """
        self._marks += 1
        self._awaited = f"said-{self._marks}"
        self._deadline = None
        self._queue.put_nowait(_Text(text, self._awaited, self._generation, first_sound))

    def event(self, event: Mapping[str, Any]) -> None:
        """Send `event` after what is queued.

        Raises:
            asyncio.QueueFull: as for `say`.
        """
        self._queue.put_nowait(_Event(event))

    def hush(self) -> None:
        """Drop what is queued here and at the orchestrator."""
        self._generation += 1
        self._awaited = ""
        self._deadline = None
        while not self._queue.empty():
            self._queue.get_nowait()
        self._link.event({"type": "clear"})

    def heard(self, mark: str) -> bool:
        """Whether with `mark` everything said has been heard; late and foreign marks say nothing."""
        if not self._awaited or mark != self._awaited:
            return False
        self._awaited = ""
        self._deadline = None
        return True

    def overdue(self, now: float) -> bool:
        """Whether the mark should have come back long ago; asked once, it is then not awaited any more."""
        if self._deadline is None or now < self._deadline:
            return False
        self._awaited = ""
        self._deadline = None
        return True

    async def run(self) -> None:
        """Speak until cancelled.

        Raises:
            EngineError: synthesis failed.
            OSError: the connection broke.
            TimeoutError: the orchestrator takes nothing any more.
        """
        while True:
            item = await self._queue.get()
            if isinstance(item, _Event):
                self._link.event(item.event)
            else:
                await self._speak(item)

    async def _speak(self, item: _Text) -> None:
        begun, sent_bytes = time.monotonic(), 0
        async for slin in self._voice.speak(item.text):
            for start in range(0, len(slin), _PIECE_BYTES):
                if item.generation != self._generation:
                    return
                piece = slin[start : start + _PIECE_BYTES]
                await self._link.audio(piece)
                if not sent_bytes:
                    item.first_sound(time.monotonic() - begun)
                sent_bytes += len(piece)
        if item.generation == self._generation:
            self._link.event({"type": "mark", "name": item.mark})
            if item.mark == self._awaited:
                self._deadline = time.monotonic() + sent_bytes / (2 * RATE_HZ) + _GRACE_SECONDS
