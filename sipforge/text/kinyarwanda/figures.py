"""What is written with digits and capitals, as Kinyarwanda words. Pure.

One compiled scan finds where something other than a word begins; there the rules of its kind are tried in
order. A rule sees the words before, and may take some of them with it: `RWF 500`, `kg 5`, `saa 8:00`, `ya 1`.
Expects folded text whose digits are ASCII.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sipforge.text.kinyarwanda.amounts import (
    AMOUNT,
    CHAIN,
    FRACTION,
    RANGE,
    amount,
    chain,
    fraction,
    is_money,
    span,
)
from sipforge.text.kinyarwanda.before import Before, Said, before, placed
from sipforge.text.kinyarwanda.letters import acronym, roman
from sipforge.text.kinyarwanda.nouns import CURRENCIES, counted_class
from sipforge.text.kinyarwanda.numbers import CONNECTORS, cardinal, ordinal, telephone
from sipforge.text.kinyarwanda.time import MONTH, PART, clock, date, duration, fits

_START: Final = re.compile(
    r"[0-9A-Z&+](?:(?<=[0-9&+])|(?<!\w[A-Z])(?:(?<=[A-Z])(?![a-z'])|(?<=D)r\b|(?<=P)rof\b))"
)

_TIME = r"([01]?[0-9]|2[0-4])(?::([0-5][0-9])(?::([0-5][0-9]))?|[hH]([0-5][0-9])?)(?![0-9A-Za-z])"
_HALF = r" ?([AaPp])\.?[Mm](?:\.(?! [A-Z]|$)|\b)"
_DAY = "(0?[1-9]|[12][0-9]|3[01])"
_MONTH = "(0?[1-9]|1[0-2])"
_YEAR = "([12][0-9]{3})"

_DMY: Final = re.compile(rf"{_DAY}([/.-]){_MONTH}\2{_YEAR}(?![0-9])")
_YMD: Final = re.compile(rf"{_YEAR}([/.-]){_MONTH}\2{_DAY}(?![0-9])(?:T(?=[0-9]))?")
_NAMED: Final = re.compile(rf"{_DAY}(?:er)? ({'|'.join(MONTH)})\b(?:,? {_YEAR}(?![0-9]|[.,][0-9]))?", re.I)
_TIMES: Final = re.compile(rf"{_TIME}(?: ?[-\u2013\u2014] ?{_TIME})?(?:{_HALF})?")
_HOUR: Final = re.compile(rf"(1[0-2]|0?[1-9]){_HALF}")
_DIAL: Final = re.compile(r"(1[0-9]|2[0-4]|0?[0-9])(?:\.([0-5][0-9]))?(?![0-9A-Za-z%]|[.,][0-9])")
_PHONE: Final = re.compile(
    r"(?:\+[0-9](?:[ -]?[0-9]){6,13}|0[27][0-9](?:[ -]?[0-9]){7}|0[0-9]{1,4}(?:[ -][0-9]{2,4}){2,5}"
    r"|250[ -]?7(?:[ -]?[0-9]){8}|7[2389][0-9](?:[ -]?[0-9]{3}){2})(?![\w]|[.,][0-9]|[ -][0-9])"
)
_IDENTIFIER: Final = re.compile(r"[0-9]{3,}(?![\w%]|[.,:/-][0-9])")
_RANK: Final = re.compile(r"([0-9]{1,12})(?:st|nd|rd|th|er|ère|ème|eme|e)(?!\w)")
_CAPITALS: Final = re.compile(r"[A-Z](?:(?:\.[A-Z]){1,9}\b\.?|\.(?= [A-Z])|[A-Z]*+)(?![a-z'])")
_TITLE: Final = re.compile(r"(Dr|Prof)\b\.?")
_AND: Final = re.compile("&(?![A-Za-z]+;)")

_TITLES: Final = {"Dr": "dogiteri", "Prof": "purofu"}
_LABELS: Final = frozenset(
    ("nimero", "numero", "inomero", "telefone", "telefoni", "terefone", "tel", "extension", "ext")
)
"""Behind these a number of three or more digits is told digit by digit."""
_GLUE: Final = ".,:;%@_"
_DATE_WORDS: Final = frozenset(("tariki", "itariki", "taliki", "italiki"))

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Before], Said]]


def spoken(text: str) -> str:
    """`text` with its figures, times, sums, telephone numbers and capitals as words."""
    pieces: list[str] = []
    done = 0
    hit = _START.search(text)
    while hit:
        start, end = hit.span()
        context = before(text, done, start)
        for pattern, rule in _rules(text[start]):
            found = pattern.match(text, start)
            said = rule(found, context) if found else None
            if found and said:
                begin, words = said
                end = found.end()
                pieces += (text[done:begin], _spaced(text, begin, words, end))
                done = end
                break
        hit = _START.search(text, end)
    pieces.append(text[done:])
    return "".join(pieces)


def _rules(letter: str) -> tuple[_Rule, ...]:
    return _FIGURES if letter.isdigit() else _SIGNS if letter in "&+" else _LETTERS


def _spaced(text: str, begin: int, words: str, end: int) -> str:
    """`words` kept apart from what they would grow together with."""
    if begin and (text[begin - 1].isalnum() or text[begin - 1] in _GLUE):
        words = " " + words
    after = text[end : end + 2]
    if after and (after[0].isalnum() or (after[0] in _GLUE and after[1:] and not after[1].isspace())):
        words += " "
    return words


def _dated(context: Before, day: int, month: int, year: int | None) -> Said:
    if context.glued:
        return None
    said = date(day, month, year)
    if context.plain in _DATE_WORDS:
        said = said.removeprefix("tariki ")
    elif context.plain in CONNECTORS:
        said = said.removeprefix("tariki ya ")
    return context.start, said


def _dmy(found: re.Match[str], context: Before) -> Said:
    return _dated(context, int(found[1]), int(found[3]), int(found[4]))


def _ymd(found: re.Match[str], context: Before) -> Said:
    return _dated(context, int(found[4]), int(found[3]), int(found[1]))


def _named(found: re.Match[str], context: Before) -> Said:
    return _dated(context, int(found[1]), MONTH[found[2].lower()], int(found[3]) if found[3] else None)


def _times(found: re.Match[str], context: Before) -> Said:
    if context.glued:
        return None
    hours, minutes, seconds = found[1], found[2] or found[4] or "0", found[3] or "0"
    if context.plain in ("amasaha", "isaha") and found[3] and not found[5]:
        return context.word_start, duration(int(hours), int(minutes), int(seconds))
    said = _clock(hours, minutes, seconds, found)
    if found[5]:
        # The first time says its part of the day only where the second does not say it for both.
        said += f" kugeza {_clock(found[5], found[6] or found[8] or '0', found[7] or '0', found)}"
    return (context.word_start if context.plain == "saa" else context.start), said


def _clock(hours: str, minutes: str, seconds: str, found: re.Match[str]) -> str:
    hour, half = int(hours) % 24, found[9]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in "Pp" else 0)
    # An hour of one digit does not tell morning from afternoon, so neither do we; nor where the text does.
    tells = (len(hours) == 2 or half is not None) and not PART.match(found.string, found.end())
    return clock(hour, int(minutes), second=int(seconds), day_part=tells)


def _hour(found: re.Match[str], context: Before) -> Said:
    if context.glued:
        return None
    hour = int(found[1]) % 12 + (12 if found[2] in "Pp" else 0)
    tells = PART.match(found.string, found.end()) is None
    return (context.word_start if context.plain == "saa" else context.start), clock(hour, 0, day_part=tells)


def _dial(found: re.Match[str], context: Before) -> Said:
    """Saa 4: the hour as it is said, unless only the other clock fits the part of the day that follows."""
    if context.plain != "saa":
        return None
    hour = int(found[1])
    part = PART.match(found.string, found.end())
    rwandan = (hour + 6) % 12
    if 1 <= hour <= 12 and not (part and fits(part[1], hour) and not fits(part[1], rwandan)):
        hour = rwandan
    return context.word_start, clock(hour % 24, int(found[2] or 0), day_part=False)


def _phone(found: re.Match[str], context: Before) -> Said:
    if context.glued or context.currency:
        return None
    if found[0][0] == "7" and (counted_class(context.plain, 2) or is_money(found.string, found.end())):
        return None
    return context.start, telephone(found[0])


def _identifier(found: re.Match[str], context: Before) -> Said:
    labelled = context.label in _LABELS or (context.plain == "ni" and context.earlier.lower() in _LABELS)
    return (context.start, telephone(found[0])) if labelled else None


def _rank(found: re.Match[str], context: Before) -> Said:
    return placed(context, ordinal(int(found[1]))) if not context.glued else None


def _title(found: re.Match[str], context: Before) -> Said:
    return (context.start, _TITLES[found[1]]) if not context.glued else None


def _and(_found: re.Match[str], context: Before) -> Said:
    return context.start, f"{' ' if context.touching else ''}na "


def _capitals(found: re.Match[str], context: Before) -> Said:
    text, end = found.string, found.end()
    letters = found[0].replace(".", "")
    if context.glued or text[end : end + 1] == "$":
        return None
    if currency := CURRENCIES.get(letters):
        # Before a number the sum takes it.
        return None if text[end : end + 2].strip()[:1].isdigit() else placed(context, currency)
    if said := _roman(letters, context):
        return said
    initial = len(letters) == 1 and found[0].endswith(".")
    words = acronym(letters)
    if words is None or (initial and context.word[:1].islower()):
        return None
    stops = not initial and found[0].endswith(".") and re.match(r"$| [A-Z]", text[end:])
    return context.start, words + ("." if stops else "")


def _roman(letters: str, context: Before) -> Said:
    """A Roman numeral: a rank behind a connector or a name, a number elsewhere, where it has two letters."""
    value = roman(letters)
    if value is None:
        return None
    if context.plain in CONNECTORS:
        return placed(context, ordinal(value))
    if context.plain and context.word.istitle() and context.word.isalpha():
        return context.start, f"wa {ordinal(value)}"
    return placed(context, cardinal(value)) if len(letters) > 1 else None


_FIGURES: Final[tuple[_Rule, ...]] = (
    (_DMY, _dmy),
    (_YMD, _ymd),
    (_NAMED, _named),
    (_TIMES, _times),
    (_HOUR, _hour),
    (_DIAL, _dial),
    (_PHONE, _phone),
    (_IDENTIFIER, _identifier),
    (CHAIN, chain),
    (_RANK, _rank),
    (FRACTION, fraction),
    (RANGE, span),
    (AMOUNT, amount),
)
_SIGNS: Final[tuple[_Rule, ...]] = ((_PHONE, _phone), (_AND, _and))
_LETTERS: Final[tuple[_Rule, ...]] = ((_TITLE, _title), (_CAPITALS, _capitals))
