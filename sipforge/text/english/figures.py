"""English text with its times, numbers, sums and addresses in figures for a translation. Pure.

A time in words is the worst that a translation into Kinyarwanda can be given: the clock there is six hours
behind, so that "two o'clock" and "saa mbiri" are not the same time. In figures it is protected
(`sipforge.text.protect`), and the other language's own rules say it. An hour of which it is not said whether
it is before noon or after is written with one digit (9:00), as the languages' rules expect; where it cannot
be told at all whether a word is an hour, it is left alone.
"""

from __future__ import annotations

import re
from typing import Final

from sipforge.text.english.normalisation import cardinal

_HOURS: Final = {cardinal(hour): hour for hour in range(1, 13)} | {str(hour): hour for hour in range(1, 13)}
_MINUTES: Final = (
    {cardinal(minute): minute for minute in range(10, 60)}
    | {cardinal(minute).replace("-", " "): minute for minute in range(21, 60)}
    | {f"{zero} {cardinal(minute)}": minute for minute in range(1, 10) for zero in ("oh", "o")}
)
_FEW: Final = {"a quarter": 15, "quarter": 15, "half": 30, "twenty five": 25} | {
    cardinal(minute): minute for minute in (5, 10, 20, 25)
}


def _any(names: dict[str, int]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_PART: Final = (
    r"(?:in\s+the\s+)?(?P<part>morning|afternoon|evening)|(?P<night>at\s+night)|(?P<half>[ap])\.?\s?m\b\.?"
)
_TIME: Final = re.compile(
    rf"\b(?:(?P<few>{_any(_FEW)})(?:\s+minutes)?\s+(?P<way>past|to)\s+)?"
    rf"(?P<hour>{_any(_HOURS)})(?:[:.](?P<figures>[0-5]\d)|\s+(?P<minute>{_any(_MINUTES)}))?\b"
    rf"(?P<clock>\s+o'clock\b)?(?:\s*(?:{_PART}))?(?!\w)",
    re.I,
)
_NOON: Final = re.compile(r"\b(?:12\s+|twelve\s+)?(?:(?P<day>noon|midday)|midnight)\b", re.I)
_RANGE: Final = re.compile(
    rf"\b(?P<from>from|between)\s+(?P<hour>{_any(_HOURS)})\s+(?P<to>to|until|till|and)\s+(?P<end>\d\d:\d\d)",
    re.I,
)
_FRANCS: Final = re.compile(r"(\d)\s+(?:Rwandan\s+)?francs?\b", re.I)
_SITE: Final = re.compile(r"(?:(?P<user>[\w-]+) at )?(?P<site>[\w-]+(?: dot [\w-]+)+)", re.I)
_MAIL: Final = re.compile(r"\be-?mail", re.I)


_VALUES: Final = {cardinal(value): value for value in [*range(20), *range(20, 100, 10)]}
_SCALES: Final = {"hundred": 100, "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000}
_SMALL: Final = 20
"""Numbers below are words like others, and translated: "one of us", "within three days"."""
_NUMBER: Final = re.compile(
    rf"\b(?:{_any(_VALUES)})(?:(?:\s+|-)(?:and\s+)?(?:{_any(_VALUES | _SCALES)})\b)*(?![\w-])", re.I
)


def figures(text: str) -> str:
    """`text` with what must survive a translation in figures: 08:00, 20,000 Frw, info@hilltop.example."""
    text = _SITE.sub(_address, text)
    text = _NOON.sub(lambda found: "12:00" if found["day"] else "00:00", text)
    text = _TIME.sub(_time, text)
    text = _RANGE.sub(_range, text)
    text = _NUMBER.sub(_number, text)
    return _FRANCS.sub(r"\1 Frw", text)


def _number(found: re.Match[str]) -> str:
    said = [word for word in re.split(r"[\s-]+", found[0].lower()) if word != "and"]
    value = part = 0
    for word in said:
        scale = _SCALES.get(word, 0)
        if scale > 100:
            value, part = value + part * scale, 0
        else:
            part = part * 100 if scale else part + _VALUES[word]
    value += part
    # "Two, three", or "five and twenty", is no number.
    right = value >= _SMALL and said == re.split(r"[ -]", cardinal(value).replace(" and ", " "))
    return f"{value:,}" if right else found[0]


def _address(found: re.Match[str]) -> str:
    site = re.sub(r" dot ", ".", found["site"], flags=re.I)
    if found["user"] is None:
        return site
    # "Look at hilltop dot example" is about a site.
    mail = _MAIL.search(found.string, 0, found.start())
    return f"{found['user']}@{site}" if mail else f"{found['user']} at {site}"


def _time(found: re.Match[str]) -> str:
    told = found["part"] or found["night"] or found["half"]
    if not (told or found["clock"] or found["few"]):
        return found[0]
    hour = _HOURS[found["hour"].lower()] % 12
    minute = int(found["figures"] or 0) or _MINUTES.get((found["minute"] or "").lower(), 0)
    if found["few"]:
        few = _FEW[found["few"].lower()]
        minutes = hour * 60 + (few if found["way"].lower() == "past" else -few)
        hour, minute = minutes // 60 % 12, minutes % 60
    if not told:
        return f"{hour or 12}:{minute:02}"
    late = (
        (found["half"] or "").lower() == "p"
        or (found["part"] or "").lower() in {"afternoon", "evening"}
        or (found["night"] is not None and hour >= 6)
    )
    # A full stop after "p.m." may be the sentence's.
    end = "." if found[0].endswith(".") and found.end() == len(found.string) else ""
    return f"{hour + 12 * late:02}:{minute:02}{end}"


def _range(found: re.Match[str]) -> str:
    """The beginning is on the same side of noon as the end, or before noon where it is the greater number."""
    begin, end = _HOURS[found["hour"].lower()] % 12, int(found["end"][:2])
    late = end >= 12 and begin <= end - 12 and end != 12
    return f"{found['from']} {begin + 12 * late:02}:00 {found['to']} {found['end']}"
