"""How often what recurs is worth a line of the log. Time is an argument."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

What = TypeVar("What", bound=Hashable)


class Throttle(Generic[What]):
    """A line for the first time, then at most one per interval, with the number of those it stands for."""

    def __init__(self, interval_seconds: float = 60.0, remembered: int = 1000) -> None:
        """One line per `interval_seconds` for each; of more than `remembered`, the oldest go."""
        self._interval_seconds = interval_seconds
        self._remembered = remembered
        self._seen: OrderedDict[What, tuple[float, int]] = OrderedDict()

    def due(self, now_seconds: float, what: What) -> int:
        """How many a line written now stands for; 0: write none now."""
        last, waiting = self._seen.get(what, (None, 0))
        if last is not None and now_seconds - last < self._interval_seconds:
            self._seen[what] = (last, waiting + 1)
            return 0
        self._seen[what] = (now_seconds, 0)
        self._seen.move_to_end(what)
        while len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return waiting + 1
