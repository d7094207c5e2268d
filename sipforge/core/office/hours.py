"""Opening hours: when an office is open, told once for the dialplan, the greeting and the assistants.

Written as `mon-fri 08:00-17:00` or `sat,sun 09:00-12:00`; holidays as `2026-12-25`, or `12-25` for each year.
The times are those of the server's clock. No interval goes over midnight: two intervals say that plainly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sipforge.core.office.extensions import check_entry_name

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LENGTHS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of each of some weekdays."""

    days: tuple[int, ...]
    """0 is Monday."""
    start_minute: int
    """Of the day, the first that is open."""
    end_minute: int
    """Of the day, the first that is closed again; 1440 is midnight."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A plan of opening hours.

    Raises:
        ValueError: an interval or a holiday that cannot be; the message begins with the key.
    """

    name: str
    open: tuple[str, ...]
    """Intervals, as the module says."""
    closed: tuple[str, ...] = ()
    """Holidays."""
    intervals: tuple[Interval, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_entry_name(self.name)
        try:
            object.__setattr__(self, "intervals", tuple(map(_interval, self.open)))
        except ValueError as error:
            raise ValueError(f"open: {error}") from error
        for holiday in self.closed:
            try:
                check_date(holiday)
            except ValueError as error:
                raise ValueError(f"closed: {error}") from error

    def is_open(self, date: str, weekday: int, minute: int) -> bool:
        """Whether the office is open then.

        Args:
            date: such as 2026-12-25.
            weekday: 0 is Monday.
            minute: of the day.
        """
        if date in self.closed or date[5:] in self.closed:
            return False
        return any(
            weekday in interval.days and interval.start_minute <= minute < interval.end_minute
            for interval in self.intervals
        )


def check_date(text: str) -> str:
    """`text`, a holiday; ValueError for what is none."""
    match = re.fullmatch(r"(?:([0-9]{4})-)?([0-9]{2})-([0-9]{2})", text)
    month, day = (int(match[2]), int(match[3])) if match else (0, 0)
    if not 1 <= month <= 12 or not 1 <= day <= _LENGTHS[month - 1]:
        raise ValueError(f"{text!r} is no date: write 2026-12-25, or 12-25 for each year")
    if match and match[1] and (month, day) == (2, 29) and not _is_leap(int(match[1])):
        raise ValueError(f"{text!r} is no date: {match[1]} has no 29 February")
    return text


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _interval(text: str) -> Interval:
    match = re.fullmatch(r"([a-z,-]+) +([0-9]{1,2}):([0-9]{2}) *- *([0-9]{1,2}):([0-9]{2})", text.lower())
    if match is None:
        raise ValueError(f"{text!r} is no time: write, for example, mon-fri 08:00-17:00")
    start, end = _minute(text, match[2], match[3]), _minute(text, match[4], match[5])
    if end <= start:
        raise ValueError(
            f"{text!r} ends before it begins; write two times for a night: until 24:00, from 00:00"
        )
    return Interval(
        tuple(sorted({day for part in match[1].split(",") for day in _days(text, part)})), start, end
    )


def _minute(text: str, hour: str, minute: str) -> int:
    found = int(hour) * 60 + int(minute)
    if int(minute) > 59 or found > 24 * 60:
        raise ValueError(f"{text!r}: there is no {hour}:{minute}")
    return found


def _days(text: str, part: str) -> Iterator[int]:
    first, dash, last = part.partition("-")
    for name in (first, last) if dash else (first,):
        if name not in DAYS:
            raise ValueError(f"{text!r}: {name!r} is no day; the days are {', '.join(DAYS)}")
    begin, end = DAYS.index(first), DAYS.index(last or first)
    # fri-mon goes over the weekend.
    for day in range(begin, end + 1 if end >= begin else end + 8):
        yield day % 7
