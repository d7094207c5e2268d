"""Whether a service on the network is worth asking, known before a caller has to wait for it.

A `Remote` is one service: a probe in the background finds out whether it answers, so that no turn ever waits
for a network that is not there. A `Guard` is one engine's way to it: it keeps the engine from being asked
while the service is out of reach, or after the engine itself failed twice running (a refusal, a rate limit,
a time limit), and lets it try again by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from sipforge.core.breaker import CircuitBreaker
from sipforge.engines.protocols import EngineError, Stage

_log = logging.getLogger(__name__)

PROBE_SECONDS: Final = 30.0
"""How often a service that answers is asked whether it still does; it keeps a connection warm, too."""
FIRST_RETRY_SECONDS: Final = 5.0
"""How long a lost service is left alone: longer than a turn, so that no turn waits for it at each stage."""
LONGEST_RETRY_SECONDS: Final = 30.0
FAILURES: Final = 2
"""Failures of one engine in a row after which it is left alone."""
REST_SECONDS: Final = 30.0
"""For how long."""

Observe = Callable[[Stage, str], None]
"""Told how a request went: "answered", "failed" (the next engine's turn) or "skipped" (not even tried)."""


class UnreachableError(EngineError):
    """The service cannot be reached or is too slow: none of its engines need be tried in this turn."""

    def __init__(self, stage: Stage, message: str) -> None:
        super().__init__(stage, message, retryable=True)


class Remote:
    """One service on the network, taken for absent until a probe has found it."""

    def __init__(self, name: str, probe: Callable[[], Awaitable[None]]) -> None:
        """`probe` asks the service for something small; it raises EngineError when there is no use in it."""
        self.name = name
        self.reachable = False
        self.settled = asyncio.Event()
        """Set once the first probe is over."""
        self._probe = probe
        self._lost = asyncio.Event()

    def lost(self) -> None:
        """A request could not reach the service: it is not offered again before a probe has found it."""
        self.reachable = False
        self._lost.set()

    async def watch(self) -> None:
        """Probe until cancelled: at once, some seconds after it was lost, and from time to time."""
        retry = FIRST_RETRY_SECONDS
        while True:
            self._lost.clear()
            try:
                await self._probe()
            except EngineError as error:
                if self.reachable or not self.settled.is_set():
                    _log.warning("%s is not used: %s", self.name, error)
                self.reachable, wait = False, retry
                retry = min(2 * retry, LONGEST_RETRY_SECONDS)
            else:
                if not self.reachable:
                    _log.info("%s answers", self.name)
                # What was lost while the probe was under way stays lost.
                self.reachable = not self._lost.is_set()
                wait, retry = PROBE_SECONDS, FIRST_RETRY_SECONDS
            self.settled.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    await self._lost.wait()
                await asyncio.sleep(FIRST_RETRY_SECONDS)


class Guard:
    """One engine's way to its service."""

    def __init__(
        self,
        remote: Remote,
        stage: Stage,
        observe: Observe = lambda stage, outcome: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`now` gives seconds that never go back."""
        self.stage = stage
        self._remote = remote
        self._observe = observe
        self._now = now
        self._breaker = CircuitBreaker(FAILURES, REST_SECONDS)

    @property
    def available(self) -> bool:
        """Whether a request would be let through."""
        return self._remote.reachable and self._breaker.available(self._now())

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Around one request; what is cancelled in it counts neither as success nor as failure.

        Raises:
            EngineError: there is no use in asking now (retryable), or whatever was raised inside.
        """
        if not self._remote.reachable or not self._breaker.allow(self._now()):
            self._observe(self.stage, "skipped")
            raise EngineError(self.stage, f"{self._remote.name} is not asked for now", retryable=True)
        try:
            yield
        except EngineError as error:
            if isinstance(error, UnreachableError):
                self._remote.lost()
            self._breaker.failure(self._now())
            self._observe(self.stage, "failed")
            _log.warning("%s of %s failed: %s", self.stage.value, self._remote.name, error)
            raise
        self._breaker.success()
        self._observe(self.stage, "answered")
