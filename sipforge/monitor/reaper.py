"""Hangs up media channels that the orchestrator does not look after (by `sipforge.core.asterisk.orphans`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import NoReturn

from sipforge.core.asterisk.orphans import OrphanWatch, call_of
from sipforge.core.asterisk.state import LiveState
from sipforge.monitor.telemetry import Telemetry

_log = logging.getLogger(__name__)

_LONGEST_PAUSE_SECONDS = 2.0


class Reaper:
    """Compares Asterisk's media channels with the orchestrator's calls, again and again."""

    def __init__(
        self,
        state: LiveState,
        telemetry: Telemetry,
        *,
        known_calls: Callable[[], Awaitable[Collection[str] | None]],
        hang_up: Callable[[str], Awaitable[None]],
        clock: Callable[[], float],
        orphan_seconds: float,
    ) -> None:
        """Look at nothing yet.

        Args:
            state: Asterisk's channels.
            telemetry: where what is hung up is counted.
            known_calls: the ids of the orchestrator's calls; None if it does not answer.
            hang_up: ends a channel by name; does not raise where that fails.
            clock: monotonic seconds.
            orphan_seconds: for how long a channel may be without its call.
        """
        self._state = state
        self._telemetry = telemetry
        self._known_calls = known_calls
        self._hang_up = hang_up
        self._clock = clock
        self._orphan_seconds = orphan_seconds
        self._watch = OrphanWatch(orphan_seconds)
        self._orchestrator_answers = True

    @property
    def orchestrator_answers(self) -> bool:
        """Whether it did when it was last asked; it is asked only while there are media channels."""
        return self._orchestrator_answers

    async def run(self) -> NoReturn:
        """Look, until cancelled."""
        pause = min(_LONGEST_PAUSE_SECONDS, self._orphan_seconds / 4)
        while True:
            await self.look()
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """Take one look, and hang up what is due."""
        if not self._media_channels():
            self._orchestrator_answers = True
            self._watch.observe(self._clock(), (), ())
            return
        known = await self._known_calls()
        self._orchestrator_answers = known is not None
        # The channels as they are after the answer: one that began meanwhile gets its whole time.
        for channel in self._watch.observe(self._clock(), self._media_channels(), known):
            _log.warning(
                "hanging up a channel without a session: %s",
                "the orchestrator does not answer"
                if known is None
                else "the orchestrator does not know its call",
                extra={"call": call_of(channel), "channel": channel},
            )
            self._telemetry.orphan()
            await self._hang_up(channel)

    def _media_channels(self) -> tuple[str, ...]:
        return tuple(
            channel.name for channel in self._state.channels.values() if call_of(channel.name) is not None
        )
