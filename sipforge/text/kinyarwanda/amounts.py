"""Written amounts as Kinyarwanda words: numbers, sums, measures, percentages, ranges, fractions. Pure.

A point, a comma or a space before groups of three digits is a mark of thousands; before anything else a point
or a comma is the decimal mark. The noun of a unit or currency comes before its number, which agrees with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sipforge.text.kinyarwanda.before import Before, Said, placed
from sipforge.text.kinyarwanda.nouns import CURRENCIES, FRANCS, SCALE_OF, UNITS, counted_class, unit
from sipforge.text.kinyarwanda.numbers import (
    CONNECTORS,
    LARGEST,
    cardinal,
    decimal,
    elided,
    joined,
    ordinal,
    spelled,
)

_NUMBER = (
    r"[1-9][0-9]{0,2}(?:(?: [0-9]{3})+(?![0-9])(?:[.,][0-9]+)?|(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
    r"|(?:\.[0-9]{3})+(?![0-9])(?:,[0-9]+)?)|[0-9]+(?:[.,][0-9]+)?"
)
_GROUPED: Final = re.compile(r"([1-9][0-9]{0,2}([ .,])[0-9]{3}(?:\2[0-9]{3})*)(?:[.,]([0-9]+))?")
_DEGREES: Final = re.compile(r"[0-9]+\.[0-9]{3}")


def _either(forms: Iterable[str]) -> str:
    return "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))


_CURRENCY = _either([*CURRENCIES, "US $"])
_UNIT = "km/h|[Kk]m[23]?|KM[23]?|[Kk]g|KG|[Hh]a|L|ML|" + _either(UNITS).replace("°c", "° ?C")
_AFTER = rf"(?: ?(?P<percent>%)|(?: ?(?P<currency>{_CURRENCY})|(?P<f>[Ff])| ?(?P<unit>{_UNIT}))(?![\w']))?"
AMOUNT: Final = re.compile(rf"(?P<number>{_NUMBER}){_AFTER}")
RANGE: Final = re.compile(
    rf"(?P<number>{_NUMBER}) ?[-\u2013\u2014] ?[$\u20ac]?(?P<to>{_NUMBER}){_AFTER}"
    r"(?! ?[-\u2013\u2014/:.,]?[0-9])"
)
CHAIN: Final = re.compile(r"(?![1-9][0-9]{0,2}(?:\.[0-9]{3})+(?![.0-9]))[0-9]+(?:\.[0-9]+){2,}")
FRACTION: Final = re.compile(r"([1-9][0-9]{0,2})([/\u2044])([1-9][0-9]{0,2})(?![0-9/\u2044])")

_EXPONENT: Final = re.compile("[23] [0-9]")
"""The end of a unit that stands before its number: m2 20."""
_UNIT_WORD: Final = re.compile("[Kk]m|[Kk]g|[Hh]a|" + _either(UNITS))
_MONEY: Final = re.compile(rf" ?(?:{_CURRENCY})(?![\w'])")
_PLACES: Final = frozenset(("hagati", "munsi", "hejuru", "mbere", "nyuma", "imbere", "inyuma"))
"""Between, below, above, before, behind (ya): what follows is a number, not a rank."""
_BELOW_ZERO: Final = "munsi ya zeru"
_LARGEST_NAMED_PART: Final = 9


def is_money(text: str, at: int) -> bool:
    """Whether a currency stands at `at`."""
    return _MONEY.match(text, at) is not None


def amount(found: re.Match[str], context: Before) -> Said:
    """A number with what it is a number of."""
    exponent = context.glued and _EXPONENT.match(found.string, context.start)
    if exponent and f"{context.word}{found[0]}".lower() in UNITS:
        return None
    return _quantity(found, [_read(found["number"], found["unit"])], context)


def span(found: re.Match[str], context: Before) -> Said:
    """From one number to another."""
    if context.touching and context.word[-1] in "-/":
        return None
    return _quantity(found, [_read(found[name], found["unit"]) for name in ("number", "to")], context)


def fraction(found: re.Match[str], context: Before) -> Said:
    """A fraction, as in bitatu bya kane; what is not one is so many out of so many."""
    if context.touching and context.word[-1] in "/\u2044":
        return None
    over, under = int(found[1]), int(found[3])
    if found[2] == "/" and not over < under <= _LARGEST_NAMED_PART:
        return placed(context, f"{cardinal(over)} kuri {cardinal(under)}")
    rank = ordinal(under)
    parts = elided("cya" if over == 1 else "bya", rank) or rank
    said = f"{cardinal(over, 8)} {parts}"
    mixed = context.text[: context.start].endswith(" ") and context.text[: context.start - 1][-1:].isdigit()
    return (context.start, joined(said)) if mixed else placed(context, said)


def chain(found: re.Match[str], context: Before) -> Said:
    """Numbers between points, as in a version or an address of a computer."""
    return context.start, " akadomo ".join(_said(part, "", None) for part in found[0].split("."))


def _quantity(found: re.Match[str], numbers: list[tuple[str, str]], context: Before) -> Said:
    if found["percent"]:
        return placed(context, f"{_several(numbers, None)} ku ijana")
    currency = CURRENCIES.get(found["currency"] or "") or (FRANCS if found["f"] else None)
    if currency or context.currency:
        return _sum(numbers, currency, context)
    if found["unit"]:
        return _measure(numbers, found["unit"], context)
    if not context.touching and _UNIT_WORD.fullmatch(context.word):
        return context.word_start, _measured(numbers, context.word)[1]
    return _count(numbers, context)


def _read(written: str, measured: str | None) -> tuple[str, str]:
    """The digits of a written number, and its decimals."""
    found = _GROUPED.fullmatch(written)
    # Three places of a degree are decimals: 1.867° is a latitude.
    if found and not (measured and measured[0] == "°" and _DEGREES.fullmatch(written)):
        return re.sub("[ .,]", "", found[1]), found[3] or ""
    whole, _, places = written.replace(",", ".").partition(".")
    return whole, places


def _said(digits: str, places: str, noun_class: int | None) -> str:
    zeros = len(digits) > 1 and digits[0] == "0"
    if zeros or len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
        return spelled(digits) + (f" n'ibice {spelled(places)}" if places else "")
    if places:
        return decimal(int(digits), places, noun_class)
    return cardinal(int(digits), noun_class)


def _several(numbers: list[tuple[str, str]], noun_class: int | None) -> str:
    return " kugeza kuri ".join(_said(digits, places, noun_class) for digits, places in numbers)


def _value(numbers: list[tuple[str, str]]) -> int | None:
    """The whole number that is meant; None for a range, a decimal or what is told by digits."""
    (digits, places), *rest = numbers
    if rest or places or (digits[0] == "0" and digits != "0") or len(digits) > len(str(LARGEST)):
        return None
    return int(digits)


def _count(numbers: list[tuple[str, str]], context: Before) -> Said:
    value = _value(numbers)
    ranked = context.plain in CONNECTORS and context.earlier.lower() not in _PLACES
    if value is not None and ranked and value <= LARGEST:
        return placed(context, ordinal(value) if value else "zeru")
    if context.plain == "rwanda" and context.earlier.lower() == "y'u":
        return context.start, _several(numbers, 6)
    noun_class = None
    if not context.touching:
        noun_class = counted_class(context.word, 2 if value is None else value)
    return _signed(context, _several(numbers, noun_class))


def _measure(numbers: list[tuple[str, str]], written: str, context: Before) -> Said:
    noun, said = _measured(numbers, written)
    if context.plain == noun.partition(" ")[0]:
        return context.start, said.removeprefix(f"{noun} ")
    return _signed(context, said)


def _measured(numbers: list[tuple[str, str]], written: str) -> tuple[str, str]:
    """The noun of a unit, and the whole measure."""
    noun, noun_class = unit(written, len(numbers) == 1 and numbers[0][0] == "1")
    said = f"{noun} {_several(numbers, noun_class)}"
    return noun, said + " ku isaha" if written.lower().endswith("/h") else said


def _sum(numbers: list[tuple[str, str]], behind: str | None, context: Before) -> Said:
    currency = behind or context.currency or ""
    start, scale = (context.start, context.plain) if behind else (context.word_start, context.earlier.lower())
    if scale in SCALE_OF:
        return start, f"{_several(numbers, counted_class(scale, 2))} {SCALE_OF[scale]}{currency}"
    if scale == currency.partition(" ")[0] or (scale == "rwanda" and currency == FRANCS):
        return start, _several(numbers, 6)
    said = money(numbers, currency)
    if start == context.start:
        return placed(context, said)
    glued = elided(context.earlier, said) if context.earlier else None
    return (start, said) if glued is None else (context.earlier_start, glued)


def money(numbers: list[tuple[str, str]], currency: str) -> str:
    """A sum, or from one to another: the unit comes first, except before whole millions."""
    value = _value(numbers)
    if value and value % 1_000_000 == 0 and value <= LARGEST:
        return f"{cardinal(value)} z'{currency}"
    return f"{currency} {_several(numbers, 6)}"


def _signed(context: Before, said: str) -> Said:
    """A number at its place, below zero where a minus sign touches it."""
    minus = context.touching and context.word in ("-", "\u2212")
    if minus and context.text[: context.word_start][-1:] in ("", " ", "("):
        return context.word_start, f"{said} {_BELOW_ZERO}"
    return placed(context, said)
