"""How many calls one caller may start: a token bucket for each, in bounded memory. Time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

WINDOW_SECONDS: Final = 60.0


class CallRateLimit:
    """At most `calls_per_minute` at once, refilled evenly over a minute, for each caller.

    Callers are forgotten when their bucket is full again. Should more than `callers_limit` be remembered, the
    one seen longest ago is forgotten early: an attacker with that many numbers gains calls, never memory.
    """

    def __init__(self, calls_per_minute: int, callers_limit: int = 2048) -> None:
        """Make an empty memory."""
        self._capacity = float(calls_per_minute)
        self._per_second = calls_per_minute / WINDOW_SECONDS
        self._callers_limit = callers_limit
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Caller → tokens left, and when that was; the one seen longest ago first."""

    def __len__(self) -> int:
        """Number of callers remembered."""
        return len(self._buckets)

    def allow(self, caller: str, now: float) -> bool:
        """Take a token from the caller's bucket; False when it is empty."""
        tokens, since = self._buckets.pop(caller, (self._capacity, now))
        tokens = min(self._capacity, tokens + max(0.0, now - since) * self._per_second)
        allowed = tokens >= 1.0
        self._buckets[caller] = (tokens - 1.0 if allowed else tokens, now)
        self._forget(now)
        return allowed

    def _forget(self, now: float) -> None:
        while self._buckets:
            _, since = next(iter(self._buckets.values()))
            if len(self._buckets) <= self._callers_limit and now - since < WINDOW_SECONDS:
                return
            self._buckets.popitem(last=False)
