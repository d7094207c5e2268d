"""The Rwandan clock and calendar. Pure.

The clock is six hours behind: 07:00 is saa moya. The part of the day tells morning from evening. Hours 10 and
11 are said z'amanywa, as attested for 10:00.
"""

from __future__ import annotations

import re
from typing import Final

from sipforge.text.kinyarwanda.numbers import cardinal, ordinal

HOURS: Final = (
    *("sita", "saba", "munani", "cyenda", "kumi", "kumi n'imwe"),
    *("kumi n'ebyiri", "moya", "mbiri", "tatu", "yine", "tanu"),
)
"""By the hour of a 12-hour clock, 12 first."""
MONTHS: Final = (
    *("Mutarama", "Gashyantare", "Werurwe", "Mata", "Gicurasi", "Kamena"),
    *("Nyakanga", "Kanama", "Nzeri", "Ukwakira", "Ugushyingo", "Ukuboza"),
)
MONTH: Final = {month.lower(): at for at, month in enumerate(MONTHS, 1)} | {"nzeli": 9}
"""Name of a month, lower case → 1 to 12; both spellings of September."""
PARTS: Final = {
    "gitondo": frozenset(range(5, 12)),
    "manywa": frozenset(range(10, 16)),
    "mugoroba": frozenset(range(15, 19)),
    "joro": frozenset((*range(19, 24), *range(5))),
}
"""Part of the day → hours heard with it."""
PART: Final = re.compile(r" (?:z[a'] ?)?(?:mu |ku |ni)?[iau]?(gitondo|manywa|mugoroba|joro)\b")
"""A part of the day behind a time; group 1 is its name in `PARTS`."""


def clock(hour: int, minute: int, *, second: int = 0, day_part: bool = True) -> str:
    """A time of the 24-hour clock; `day_part` says morning, day, evening or night with it."""
    said = "saa " + HOURS[hour % 12]
    if minute == 30 and not second:
        said += " n'igice"
    elif minute == 1:
        said += " n'umunota umwe"
    elif minute:
        said += " n'iminota " + cardinal(minute, 4)
    if second == 1:
        said += " n'isegonda rimwe"
    elif second:
        said += " n'amasegonda " + cardinal(second, 6)
    if not day_part:
        return said
    if 5 <= hour < 10:
        return said + " za mu gitondo"
    return said + (" z'amanywa" if 10 <= hour < 16 else " z'umugoroba" if 16 <= hour < 19 else " z'ijoro")


def hour_in(part: str, hour: int) -> int:
    """The hour of the 24-hour clock that reads `hour` on a dial in a part of the day.

    Args:
        part: gitondo, manywa, mugoroba or joro.
        hour: 0 to 12.
    """
    hour %= 12
    return hour if hour in PARTS[part] or hour + 12 not in PARTS[part] else hour + 12


def fits(part: str, hour: int) -> bool:
    """Whether a dial reads `hour` in a part of the day."""
    return hour % 12 in PARTS[part] or hour % 12 + 12 in PARTS[part]


def duration(hours: int, minutes: int, seconds: int) -> str:
    """A length of time, as in amasaha abiri, iminota makumyabiri, amasegonda atanu; what is 0 is not said."""
    parts = [
        one if count == 1 else f"{many} {cardinal(count, noun_class)}"
        for count, one, many, noun_class in (
            (hours, "isaha imwe", "amasaha", 6),
            (minutes, "umunota umwe", "iminota", 4),
            (seconds, "isegonda rimwe", "amasegonda", 6),
        )
        if count
    ]
    return ", ".join(parts) or "amasegonda zeru"


def date(day: int, month: int, year: int | None) -> str:
    """A day of the calendar, as in tariki ya cumi na karindwi Ukuboza ibihumbi bibiri na cumi n'icyenda."""
    said = f"tariki ya {ordinal(day)} {MONTHS[month - 1]}"
    return said if year is None else f"{said} {cardinal(year)}"
