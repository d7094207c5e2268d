"""Circuit breaker: after several failures in a row a bot is left alone for a while, then tried with one call.

States and moves are the table `TRANSITIONS`; time is an argument (any clock that does not go back).
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class BreakerState(Enum):
    """CLOSED lets every call through, OPEN none, HALF_OPEN one at a time on trial."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class BreakerEvent(Enum):
    """What can happen to a breaker."""

    SUCCESS = "success"
    FAILURE = "failure"
    LIMIT = "limit"
    """The failure that makes them too many in a row."""
    COOLED = "cooled"
    """The time to be left alone is over."""


TRANSITIONS: Final[dict[tuple[BreakerState, BreakerEvent], BreakerState]] = {
    (BreakerState.CLOSED, BreakerEvent.SUCCESS): BreakerState.CLOSED,
    (BreakerState.CLOSED, BreakerEvent.FAILURE): BreakerState.CLOSED,
    (BreakerState.CLOSED, BreakerEvent.LIMIT): BreakerState.OPEN,
    (BreakerState.OPEN, BreakerEvent.COOLED): BreakerState.HALF_OPEN,
    # Calls that were let through before it opened still report.
    (BreakerState.OPEN, BreakerEvent.SUCCESS): BreakerState.OPEN,
    (BreakerState.OPEN, BreakerEvent.FAILURE): BreakerState.OPEN,
    (BreakerState.HALF_OPEN, BreakerEvent.SUCCESS): BreakerState.CLOSED,
    (BreakerState.HALF_OPEN, BreakerEvent.FAILURE): BreakerState.OPEN,
}
"""Every legal move; any other raises `KeyError` and changes nothing."""


class CircuitBreaker:
    """The breaker of one bot."""

    def __init__(self, failures: int = 3, open_seconds: float = 5.0) -> None:
        """Open after `failures` in a row, for `open_seconds`."""
        self._failures_limit = failures
        self._open_seconds = open_seconds
        self._state = BreakerState.CLOSED
        self._failures = 0
        self._until = 0.0
        """OPEN: when it has cooled. HALF_OPEN: until when the trial in progress may take."""

    def state(self, now: float) -> BreakerState:
        """The state at `now`; looking takes no trial."""
        self._cool(now)
        return self._state

    def available(self, now: float) -> bool:
        """True when `allow` would let a call through; looking takes no trial."""
        self._cool(now)
        return self._state is BreakerState.CLOSED or (
            self._state is BreakerState.HALF_OPEN and now >= self._until
        )

    def allow(self, now: float) -> bool:
        """Ask for a call to be let through; in HALF_OPEN this takes the trial.

        A trial that never reports (its caller hung up first) is over after `open_seconds`; another may begin.
        """
        if not self.available(now):
            return False
        if self._state is BreakerState.HALF_OPEN:
            self._until = now + self._open_seconds
        return True

    def success(self) -> None:
        """A call reached the bot and was served."""
        self._move(BreakerEvent.SUCCESS)
        self._failures = 0

    def failure(self, now: float) -> None:
        """A call could not reach the bot, or the bot left it."""
        self._failures += 1
        closed = self._state is BreakerState.CLOSED
        before = self._state
        limit = closed and self._failures >= self._failures_limit
        self._move(BreakerEvent.LIMIT if limit else BreakerEvent.FAILURE)
        if self._state is BreakerState.OPEN and before is not BreakerState.OPEN:
            self._until = now + self._open_seconds
            self._failures = 0

    def _cool(self, now: float) -> None:
        if self._state is BreakerState.OPEN and now >= self._until:
            self._move(BreakerEvent.COOLED)

    def _move(self, event: BreakerEvent) -> None:
        self._state = TRANSITIONS[self._state, event]
