"""Whether an office is open at a moment, and until when. Pure; the moment is an argument."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sipforge.core.office.hours import Hours
from sipforge.core.office.reading import read

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar."""

    date: str
    """Such as 2026-12-25."""
    weekday: int
    """0 is Monday."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The state of an office at a moment."""

    open: bool
    days: int | None = None
    """In how many days it changes, 0 being today; None: not in the days that were looked at."""
    weekday: int = 0
    """Of the change; 0 is Monday."""
    minute: int = 0
    """Of that day: 0 to 1439."""


def opening(hours: Hours, days: Sequence[Day], minute: int) -> Opening:
    """Whether the office is open at `minute` of the first of `days`, and when in these days that changes."""
    now = _is_open(hours, days[0], minute)
    edges = {edge for one in hours.intervals for edge in (one.start_minute, one.end_minute)}
    for ahead, day in enumerate(days):
        for at in sorted({0, *edges} - {_DAY}):
            if (ahead or at > minute) and _is_open(hours, day, at) != now:
                return Opening(now, ahead, day.weekday, at)
    return Opening(now)


def parse_hours(text: str) -> Mapping[str, Hours]:
    """The hours in a file's text, by their names: a JSON object of objects with `open` and `closed`.

    Raises:
        ValueError: it is something else.
    """
    raw = json.loads(text)
    if not isinstance(raw, dict):
        raise ValueError("must be an object of opening hours")
    return {name: read(Hours, name, values, name=name) for name, values in raw.items()}


def _is_open(hours: Hours, day: Day, minute: int) -> bool:
    return hours.is_open(day.date, day.weekday, minute)
