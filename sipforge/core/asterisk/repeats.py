"""How often to log what may come a hundred times a second. Time is an argument.

A line is due for the first of its kind, and then at most one per interval, with the number of those it stands
for.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Kind = TypeVar("Kind", bound=Hashable)


class RepeatLog(Generic[Kind]):
    """Decides which of many alike are worth a line."""

    def __init__(self, interval_seconds: float = 60.0, remembered: int = 1000) -> None:
        """One line per `interval_seconds` for each kind; of more than `remembered` kinds, the oldest go."""
        self._interval_seconds = interval_seconds
        self._remembered = remembered
        self._seen: OrderedDict[Kind, tuple[float, int]] = OrderedDict()

    def due(self, now_seconds: float, kind: Kind) -> int:
        """How many a line written now stands for; 0: write none now."""
        last, waiting = self._seen.get(kind, (None, 0))
        if last is not None and now_seconds - last < self._interval_seconds:
            self._seen[kind] = (last, waiting + 1)
            return 0
        self._seen[kind] = (now_seconds, 0)
        self._seen.move_to_end(kind)
        while len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return waiting + 1

    def overdue(self, now_seconds: float) -> tuple[tuple[Kind, int], ...]:
        """The kinds that have waited for a line long enough, and how many each stands for.

        Who asks this now and then tells of the last ones, too, when no more come.
        """
        found = tuple(
            (kind, waiting)
            for kind, (last, waiting) in self._seen.items()
            if waiting and now_seconds - last >= self._interval_seconds
        )
        for kind, _ in found:
            self._seen[kind] = (now_seconds, 0)
        return found
