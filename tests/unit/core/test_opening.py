"""Whether an office is open, and until when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sipforge.core.office.hours import Hours
from sipforge.core.office.opening import Day, Opening
from sipforge.core.office.opening import opening as opening_in

WEEK = Hours("office", ("mon-fri 08:00-17:00", "sat 09:00-12:00"), ("12-25", "2026-11-30"))
DAYS_AHEAD = 7
FRIDAY, SATURDAY = date(2026, 11, 27), date(2026, 11, 28)


def at(hour: int, minute: int = 0) -> int:
    return 60 * hour + minute


def opening(hours: Hours, day: date, minute: int) -> Opening:
    ahead = [day + timedelta(days) for days in range(DAYS_AHEAD)]
    return opening_in(hours, [Day(one.isoformat(), one.weekday()) for one in ahead], minute)


@pytest.mark.parametrize(
    ("day", "minute", "found"),
    [
        (FRIDAY, at(8), Opening(True, 0, 4, at(17))),
        (FRIDAY, at(16, 59), Opening(True, 0, 4, at(17))),
        (FRIDAY, at(7, 59), Opening(False, 0, 4, at(8))),
        (FRIDAY, at(17), Opening(False, 1, 5, at(9))),
        # Monday is a holiday.
        (SATURDAY, at(12), Opening(False, 3, 1, at(8))),
        (date(2026, 12, 24), at(18), Opening(False, 2, 5, at(9))),
    ],
)
def test_it_changes_at_the_next_edge(day: date, minute: int, found: Opening) -> None:
    assert opening(WEEK, day, minute) == found


def test_a_night_and_a_lunch_hour_are_no_edges_where_it_stays_open() -> None:
    night = Hours("night", ("fri 20:00-24:00", "sat 00:00-02:00", "fri 18:00-20:00"))
    assert opening(night, FRIDAY, at(21)) == Opening(True, 1, 5, at(2))
    until_midnight = Hours("late", ("fri 20:00-24:00",))
    assert opening(until_midnight, FRIDAY, at(21)) == Opening(True, 1, 5, 0)


def test_what_never_changes() -> None:
    assert opening(Hours("always", ("mon-sun 00:00-24:00",)), FRIDAY, at(3)) == Opening(True)
    assert opening(Hours("never", ()), FRIDAY, at(3)) == Opening(False)
    holidays = tuple(f"2026-12-{day}" for day in range(10, 32))
    assert opening(Hours("long", ("mon-sun 08:00-17:00",), holidays), date(2026, 12, 12), at(9)) == Opening(
        False
    )
