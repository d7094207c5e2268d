"""Thinks about an utterance before it is sure to be over: recognition first, then the dialogue engines."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sipforge.bot.thinking import Hearing, Thinking, Thought
from sipforge.engines.protocols import Exchange, Floats


@dataclass(frozen=True, slots=True)
class Finding:
    """A step of the thinking is done; `attempt` tells whether it is still wanted."""

    attempt: int
    hearing: Hearing
    thought: Thought | None
    """None while only the words are known."""


_ATTEMPTS = itertools.count()
"""Unique in the process, so that a finding can only be taken by whoever asked for it."""

Report = Callable[[Finding], Awaitable[None]]


class Speculation:
    """One call's thinking: at most one utterance at a time."""

    def __init__(self, thinking: Thinking, report: Report) -> None:
        """`report` is told each finding, in order, from the thinking task."""
        self._thinking = thinking
        self._report = report
        self._attempt = next(_ATTEMPTS)
        self._task: asyncio.Task[None] | None = None
        self.hearing: Hearing | None = None
        self.thought: Thought | None = None

    def begin(self, group: asyncio.TaskGroup, samples: Floats, history: tuple[Exchange, ...]) -> None:
        """Think about `samples` (16 kHz); what was thought about before is dropped."""
        self.drop()
        self._task = group.create_task(self._think(self._attempt, samples, history))

    def drop(self) -> None:
        """What is being thought about is of no use any more."""
        self._attempt = next(_ATTEMPTS)
        self.hearing = self.thought = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def take(self, finding: Finding) -> bool:
        """Note a finding that was reported; whether it is still wanted."""
        if finding.attempt != self._attempt:
            return False
        self.hearing, self.thought = finding.hearing, finding.thought
        return True

    def again(
        self, group: asyncio.TaskGroup, hearing: Hearing, history: tuple[Exchange, ...], after: str
    ) -> None:
        """Think once more about what was heard, with the dialogue engines behind the one named `after`."""
        self.drop()
        self._task = group.create_task(self._think_again(self._attempt, hearing, history, after))

    async def _think_again(
        self, attempt: int, hearing: Hearing, history: tuple[Exchange, ...], after: str
    ) -> None:
        thought = await self._thinking.think_again(hearing, history, after)
        await self._report(Finding(attempt, hearing, thought))

    async def _think(self, attempt: int, samples: Floats, history: tuple[Exchange, ...]) -> None:
        hearing = await self._thinking.hear(samples)
        await self._report(Finding(attempt, hearing, None))
        thought = await self._thinking.think(hearing, history, samples)
        await self._report(Finding(attempt, hearing, thought))
