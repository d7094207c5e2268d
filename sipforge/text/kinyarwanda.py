"""Kinyarwanda text made ready to be spoken: numbers, times, money and telephone numbers as words. Pure.

Rules, in prose. A number is its parts from the largest, joined by `na`, or `n'` before a vowel; a multiplier
follows its scale word without `na` and agrees with the scale word's class. 1 to 7 agree with the noun
counted, in a compound its last unit does; 8, 9 and 10 never do. The clock is six hours behind: 07:00 is
saa moya. No native speaker has reviewed what goes beyond the pairs in this module's
tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sipforge.text.plain import fold, split_sentences

LARGEST: Final = 999_999_999_999

_INVARIABLE: Final = ("umunani", "icyenda", "icumi")
_COUNTING: Final = ("rimwe", "kabiri", "gatatu", "kane", "gatanu", "gatandatu", "karindwi", *_INVARIABLE)
_CLASSES: Final = {
    2: "umwe babiri batatu bane batanu batandatu barindwi",
    4: "umwe ibiri itatu ine itanu itandatu irindwi",
    6: "rimwe abiri atatu ane atanu atandatu arindwi",
    8: "kimwe bibiri bitatu bine bitanu bitandatu birindwi",
    10: "imwe ebyiri eshatu enye eshanu esheshatu zirindwi",
}
"""Forms of 1 to 7 by noun class (1/2, 3/4, 5/6, 7/8, 9/10)."""
_TENS: Final = ("itatu", "ine", "itanu", "itandatu", "irindwi", "inani", "icyenda")
_HUNDREDS: Final = ("abiri", "atatu", "ane", "atanu", "atandatu", "arindwi", "inani", "cyenda")
_HOURS: Final = (
    "sita",
    "saba",
    "munani",
    "cyenda",
    "kumi",
    "kumi n'imwe",
    "kumi n'ebyiri",
    "moya",
    "mbiri",
    "tatu",
    "yine",
    "tanu",
)
"""By the hour of a 12-hour clock, 12 first."""
_MONTHS: Final = (
    *("Mutarama", "Gashyantare", "Werurwe", "Mata", "Gicurasi", "Kamena"),
    *("Nyakanga", "Kanama", "Nzeri", "Ukwakira", "Ugushyingo", "Ukuboza"),
)
_SPOKEN: Final = {
    "RBC": "arabisi",
    "RDB": "aradibi",
    "HIV": "heci ayivi",
    "BBC": "bibisi",
    "www": "wawawa",
    "Dr": "dogiteri",
    "Prof": "purofu",
}
"""Abbreviations as they are said; left as letters they come out of a voice as noise."""
_FRANCS: Final = "amafaranga y'u Rwanda"

_NUMBER = r"\d{1,3}(?:[ ,.]\d{3})+|\d+"
_TIME: Final = re.compile(r"\b(?:saa\s+)?([01]?\d|2[0-3]):([0-5]\d)\b", re.I)
_DATE: Final = re.compile(r"\b(0?[1-9]|[12]\d|3[01])/(0?[1-9]|1[0-2])/(\d{4})\b")
_MONEY: Final = re.compile(rf"\b(?:RWF|FRW)\s*({_NUMBER})\b|\b({_NUMBER})\s*(?:RWF|FRW)\b", re.I)
_PHONE: Final = re.compile(r"(?<![\w.,])(?:\+\d|0)[\d -]{5,}\d(?!\w|[.,]\d)")
_PERCENT: Final = re.compile(rf"\b({_NUMBER})\s*%")
_DECIMAL: Final = re.compile(r"\b(\d+)[.,](\d{1,2})\b(?![.,]?\d)")
_CARDINAL: Final = re.compile(rf"\b(?:{_NUMBER})\b")
_LEFT: Final = re.compile(r"\d+")
_ABBREVIATION: Final = re.compile(rf"\b({'|'.join(_SPOKEN)})\b\.?")
_EMAIL: Final = re.compile(r"\b([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)")


def cardinal(number: int, noun_class: int | None = None) -> str:
    """`number` in words.

    Args:
        number: 0 to 999,999,999,999.
        noun_class: class of the noun counted (2, 4, 6, 8 or 10); None counts without a noun.

    Raises:
        ValueError: the number is out of range, or the class has no attested forms.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is outside 0 to {LARGEST}")
    if noun_class is not None and noun_class not in _CLASSES:
        raise ValueError(f"noun class {noun_class} has no attested forms")
    if number == 0:
        return "zeru"
    return _join(_parts(number, _units(noun_class)))


def clock(hour: int, minute: int, *, day_part: bool = True) -> str:
    """A time of the 24-hour clock; `day_part` says morning, day, evening or night with it."""
    said = "saa " + _HOURS[hour % 12]
    if minute == 30:
        said += " n'igice"
    elif minute == 1:
        said += " n'umunota umwe"
    elif minute:
        said += " n'iminota " + cardinal(minute, 4)
    if not day_part:
        return said
    if 5 <= hour < 10:
        return said + " za mu gitondo"
    # 10:00 is attested as z'amanywa.
    return said + (" z'amanywa" if 10 <= hour < 16 else " z'umugoroba" if 16 <= hour < 19 else " z'ijoro")


def money(francs: int) -> str:
    """A sum in Rwandan francs: the unit comes first, except before whole millions."""
    if francs and francs % 1_000_000 == 0:
        return f"{cardinal(francs)} z'{_FRANCS}"
    return f"{_FRANCS} {cardinal(francs, 6)}"


def digits(text: str) -> str:
    """A telephone number digit by digit, with a short pause between groups (as written, or 4-3-3)."""
    groups = re.split(r"[ -]+", text.strip().lstrip("+"))
    if len(groups) == 1:
        only = groups[0]
        groups = [only[:-6], only[-6:-3], only[-3:]]
    return ", ".join(" ".join(cardinal(int(digit)) for digit in group) for group in groups if group)


def date(day: int, month: int, year: int) -> str:
    """A day of the calendar, as in tariki ya cumi na karindwi Ukuboza ibihumbi bibiri na cumi n'icyenda."""
    return f"tariki ya {'mbere' if day == 1 else cardinal(day)} {_MONTHS[month - 1]} {cardinal(year)}"


def normalise(text: str) -> str:
    """`text` with everything that is not a word made one."""
    text = _ABBREVIATION.sub(lambda found: _SPOKEN[found[1]], fold(text))
    text = _EMAIL.sub(lambda found: f"{found[1]} kuri {_site(found[2])}", text)
    text = _DATE.sub(lambda found: date(int(found[1]), int(found[2]), int(found[3])), text)
    # An hour of one digit does not tell morning from afternoon, so neither do we.
    text = _TIME.sub(lambda found: clock(int(found[1]), int(found[2]), day_part=len(found[1]) == 2), text)
    text = _MONEY.sub(lambda found: money(_value(found[1] or found[2])), text)
    text = _PHONE.sub(lambda found: digits(found[0]), text)
    text = _PERCENT.sub(lambda found: f"{_say(found[1])} ku ijana", text)
    text = _DECIMAL.sub(lambda found: f"{_say(found[1])} n'ibice {cardinal(int(found[2]), 8)}", text)
    text = _CARDINAL.sub(lambda found: _say(found[0]), text)
    # What is glued to letters, as in A4.
    return fold(_LEFT.sub(lambda found: f" {_say(found[0])} ", text))


def sentences(text: str) -> list[str]:
    """`text` in pieces that can be spoken one after the other."""
    return split_sentences(text, frozenset({"dr", "prof"}))


def _units(noun_class: int | None) -> Sequence[str]:
    if noun_class is None:
        return _COUNTING
    return (*_CLASSES[noun_class].split(), *_INVARIABLE)


def _parts(number: int, units: Sequence[str]) -> list[str]:
    """What is joined by `na`: the multiplied scale words, hundreds, tens and the unit."""
    parts: list[str] = []
    billions, number = divmod(number, 1_000_000_000)
    millions, number = divmod(number, 1_000_000)
    thousands, number = divmod(number, 1000)
    if billions:
        parts.append("miliyari " + _join(_parts(billions, _units(10))))
    if millions:
        parts.append("miliyoni " + _join(_parts(millions, _units(10))))
    if thousands == 1:
        parts.append("igihumbi")
    elif thousands:
        parts.append("ibihumbi " + _join(_parts(thousands, _units(8))))
    hundreds, number = divmod(number, 100)
    if hundreds:
        parts.append("ijana" if hundreds == 1 else "magana " + _HUNDREDS[hundreds - 2])
    tens, unit = divmod(number, 10)
    if tens == 1:
        parts.append("cumi" if unit else "icumi")
    elif tens:
        parts.append("makumyabiri" if tens == 2 else "mirongo " + _TENS[tens - 3])
    if unit:
        parts.append(units[unit - 1])
    return parts


def _join(parts: Sequence[str]) -> str:
    said = parts[0]
    for part in parts[1:]:
        said += f" n'{part}" if part[0] in "aeiou" else f" na {part}"
    return said


def _value(text: str) -> int:
    return int(re.sub(r"[ ,.]", "", text))


def _say(text: str) -> str:
    value = _value(text)
    if value > LARGEST or (len(text) > 1 and text[0] == "0"):
        return " ".join(cardinal(int(digit)) for digit in text if digit.isdigit())
    return cardinal(value)


def _site(name: str) -> str:
    spoken = {"com": "komu", "rw": "rwa", "www": "wawawa"}
    return " akadomo ".join(spoken.get(part, part) for part in name.split("."))
