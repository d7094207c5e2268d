"""When an office is open: by the assistants' sum and by Asterisk's lines alike, minute for minute."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.office.hours import DAYS, Hours
from tests.unit.core.office.example import changed, context, rendered

WEEK = date(2026, 12, 21)
"""A Monday; Christmas is that Friday."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def table(hours: Hours, first: date, days: int = 7) -> list[list[bool]]:
    """Whether it is open, for each minute of each day."""
    every = (first + timedelta(days=number) for number in range(days))
    return [
        [hours.is_open(day.isoformat(), day.weekday(), minute) for minute in range(1440)] for day in every
    ]


def by_asterisk(hours: Hours) -> Callable[[date, int], bool]:
    """What the rendered lines answer, read as Asterisk's documentation of GotoIfTime has it."""
    entry = {"open": list(hours.open), "closed": list(hours.closed)}
    lines = context(rendered(changed("hours.office", entry))["extensions_users"], "hours-office")
    assert [line.partition("(")[2] for line in lines[-2:]] == ["closed),Return(closed)", "open),Return(open)"]
    rules: list[tuple[Callable[[date, int], bool], str]] = []
    for line in lines[:-2]:
        timed = re.fullmatch(r".*?,GotoIfTime\((.*),(.*),(.*),(.*)\?(open|closed)\)", line)
        dated = re.fullmatch(r'.*?,GotoIf\(\$\["\$\{STRFTIME\(.*,,%Y-%m-%d\)\}" = "(.*)"\]\?(closed)\)', line)
        if timed:
            rules.append((_timing(*timed.groups()[:4]), timed[5]))
        else:
            assert dated, line
            rules.append((lambda day, _, wanted=dated[1]: day.isoformat() == wanted, dated[2]))  # type: ignore[misc]

    def is_open(day: date, minute: int) -> bool:
        return next((answer for applies, answer in rules if applies(day, minute)), "closed") == "open"

    return is_open


def _timing(times: str, weekdays: str, days: str, months: str) -> Callable[[date, int], bool]:
    begin, end = 0, 1439
    if times != "*":
        begin, end = (
            int(hour) * 60 + int(minute) for hour, minute in (one.split(":") for one in times.split("-"))
        )
    named = set(DAYS if weekdays == "*" else weekdays.split("&"))
    assert named <= set(DAYS)
    return lambda day, minute: (
        begin <= minute <= end
        and DAYS[day.weekday()] in named
        and days in ("*", str(day.day))
        and months in ("*", MONTHS[day.month - 1])
    )


def test_a_week_with_a_holiday_against_a_table() -> None:
    hours = Hours("office", ("mon-fri 08:00-17:00", "sat 09:00-12:30"), ("12-25", "2026-12-22"))
    work = [480 <= minute < 1020 for minute in range(1440)]
    saturday = [540 <= minute < 750 for minute in range(1440)]
    never = [False] * 1440
    assert table(hours, WEEK) == [work, never, work, work, never, saturday, never]
    # The year after, the 25th is closed again, and the 22nd is not.
    assert table(hours, date(2027, 12, 22), 4) == [work, work, work, never]


@pytest.mark.parametrize(
    "open_",
    [
        ("mon-fri 08:00-17:00", "sat 09:00-12:30"),
        ("fri-mon 00:00-24:00",),
        ("mon,wed,fri 8:30-12:00", "mon-sun 12:01-12:02", "sun 23:59-24:00", "sun 00:00-00:01"),
        (),
    ],
)
@pytest.mark.parametrize("closed", [(), ("12-25", "2026-12-23", "02-29")])
def test_asterisk_and_the_assistants_agree_on_every_minute(
    open_: tuple[str, ...], closed: tuple[str, ...]
) -> None:
    hours = Hours("office", open_, closed)
    is_open = by_asterisk(hours)
    for first, days in ((WEEK, 7), (date(2028, 2, 28), 3)):
        every = [first + timedelta(days=number) for number in range(days)]
        assert [[is_open(day, minute) for minute in range(1440)] for day in every] == table(
            hours, first, days
        )


INTERVALS = st.builds(
    lambda first, last, start, length: (
        f"{first}-{last} {start // 60:02}:{start % 60:02}-"
        f"{(end := min(1440, start + length)) // 60:02}:{end % 60:02}"
    ),
    st.sampled_from(DAYS),
    st.sampled_from(DAYS),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


@given(st.lists(INTERVALS, max_size=4), st.dates(date(2026, 1, 1), date(2029, 12, 31)), st.booleans())
def test_they_agree_whatever_is_written(open_: list[str], day: date, holiday: bool) -> None:
    hours = Hours("office", tuple(open_), (day.isoformat()[5:],) if holiday else ())
    is_open = by_asterisk(hours)
    for minute in range(0, 1440, 7):
        assert is_open(day, minute) == hours.is_open(day.isoformat(), day.weekday(), minute)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("mon 25:00-26:00", "there is no 25:00"),
        ("mon 08:00-25:00", "there is no 25:00"),
        ("mon 08:00-24:01", "there is no 24:01"),
        ("mon 08:60-09:00", "there is no 08:60"),
        ("mon 17:00-08:00", "ends before it begins"),
        ("mon 08:00-08:00", "ends before it begins"),
        ("mon 24:00-24:00", "ends before it begins"),
        ("monday 08:00-17:00", "'monday' is no day; the days are mon, tue, wed, thu, fri, sat, sun"),
        ("mon-fry 08:00-17:00", "'fry' is no day"),
        ("mon- 08:00-17:00", "'' is no day"),
        ("mon, 08:00-17:00", "'' is no day"),
        ("-mon 08:00-17:00", "'' is no day"),
        ("mon-wed-fri 08:00-17:00", "'wed-fri' is no day"),
        ("mon 8-17", "is no time"),
        ("mon", "is no time"),
        ("08:00-17:00", "is no time"),
        ("mon 08:00-17:00;", "is no time"),
        ("mon 08:00-17:00\n", "is no time"),
        ("mon ٠٨:00-17:00", "is no time"),
        ("", "is no time"),
    ],
)
def test_a_time_that_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=r"^open: ") as told:
        Hours("office", (text,))
    assert why in str(told.value)


@pytest.mark.parametrize(
    "text",
    ["25-12", "12-32", "13-01", "00-10", "02-30", "2027-02-29", "1225", "2026-12-25\n", "٢٠٢٦-12-25", ""],
)
def test_a_holiday_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^closed: .* is no date"):
        Hours("office", ("mon 08:00-17:00",), (text,))


@pytest.mark.parametrize("text", ["02-29", "2028-02-29", "2000-02-29", "12-31"])
def test_a_holiday_that_there_is(text: str) -> None:
    assert Hours("office", (), (text,)).closed == (text,)
