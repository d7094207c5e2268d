"""Kinyarwanda numbers as words. Pure.

A number is its parts from the largest, joined by `na`, or `n'` before a vowel. A multiplier follows its scale
word without `na` and agrees with the scale word's class. 1 to 7 agree with the noun counted, in a compound
its last unit does; 8, 9 and 10 never do.

`ibihumbi ijana na makumyabiri` would be both 120,000 and 100,020. Where what comes after a multiplier could
be taken for a part of it, a comma, a short pause, closes the multiplier: `ibihumbi ijana, na makumyabiri` is
100,020.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LARGEST: Final = 1_000_000_000_000
"""Miliyari igihumbi. What is larger is said digit by digit."""

INVARIABLE: Final = ("umunani", "icyenda", "icumi")
COUNTING: Final = ("rimwe", "kabiri", "gatatu", "kane", "gatanu", "gatandatu", "karindwi", *INVARIABLE)
"""1 to 10 where nothing is counted."""
TENS: Final = ("itatu", "ine", "itanu", "itandatu", "irindwi", "inani", "icyenda")
"""What follows mirongo, 30 to 90."""
HUNDREDS: Final = ("abiri", "atatu", "ane", "atanu", "atandatu", "arindwi", "inani", "cyenda")
"""What follows magana, 200 to 900."""

_TWO: Final = "umwe babiri batatu bane batanu batandatu barindwi"
_FOUR: Final = "umwe ibiri itatu ine itanu itandatu irindwi"
_SIX: Final = "rimwe abiri atatu ane atanu atandatu arindwi"
_EIGHT: Final = "kimwe bibiri bitatu bine bitanu bitandatu birindwi"
_TEN: Final = "imwe ebyiri eshatu enye eshanu esheshatu zirindwi"
_THIRTEEN: Final = "kamwe tubiri dutatu tune dutanu dutandatu turindwi"
# The plurals of classes 14 and 16 are attested to 3 and 2 and go on by rule; class 15 has that of ukwezi.
_FOURTEEN: Final = "bumwe bubiri butatu bune butanu butandatu burindwi"
_SIXTEEN: Final = "hamwe habiri hatatu hane hatanu hatandatu harindwi"
_ROWS: Final = {
    **dict.fromkeys((1, 2), _TWO),
    **dict.fromkeys((3, 4), _FOUR),
    **dict.fromkeys((5, 6), _SIX),
    **dict.fromkeys((7, 8), _EIGHT),
    **dict.fromkeys((9, 10), _TEN),
    11: _TEN.replace("imwe", "rumwe", 1),
    **dict.fromkeys((12, 13), _THIRTEEN),
    14: _FOURTEEN,
    15: _SIX.replace("rimwe", "kumwe", 1),
    16: _SIXTEEN,
}
FORMS: Final = {number: (*row.split(), *INVARIABLE) for number, row in _ROWS.items()}
"""Noun class → 1 to 10 as they agree with it; a class of singulars has the forms of its plural from 2 on."""

_SCALES: Final = (
    (1_000_000_000, "miliyari", "miliyari imwe", FORMS[10]),
    (1_000_000, "miliyoni", "miliyoni imwe", FORMS[10]),
    (1_000, "ibihumbi", "igihumbi", FORMS[8]),
)
_ORDINALS: Final = {1: "mbere", 8: "munani", 9: "cyenda", 10: "cumi"}
_VOWELS: Final = "aeiou"
CONNECTORS: Final = frozenset(("wa", "ya", "cya", "rya", "kwa", "bya", "ba", "za", "rwa", "bwa", "ka", "twa"))
"""Of, in each class: before a number they make it a rank."""
_ELIDING: Final = CONNECTORS | {"na", "nka"}
_LONGEST_FRACTION: Final = 12


def cardinal(number: int, noun_class: int | None = None) -> str:
    """`number` in words.

    Args:
        number: 0 to `LARGEST`.
        noun_class: class of the noun counted, 1 to 16; None counts without a noun.

    Raises:
        ValueError: the number is out of range, or there is no such class.
    """
    if not 0 <= number <= LARGEST:
        raise ValueError(f"{number} is outside 0 to {LARGEST}")
    if noun_class is not None and noun_class not in FORMS:
        raise ValueError(f"noun class {noun_class} has no attested forms")
    if number == 0:
        return "zeru"
    forms = COUNTING if noun_class is None else FORMS[noun_class]
    said = ""
    multiplier, its_forms = 1, forms
    for value, word, single, scale_forms in _SCALES:
        count, number = divmod(number, value)
        if count:
            part = single if count == 1 else f"{word} {_below(count, scale_forms)}"
            said = f"{said} {joined(part)}" if said else part
            multiplier, its_forms = count, scale_forms
    if not number:
        return said
    rest = _below(number, forms)
    if not said:
        return rest
    return f"{said}{',' if _seems_part(number, forms, multiplier, its_forms) else ''} {joined(rest)}"


def ordinal(number: int) -> str:
    """`number` as it follows a connector: (ku wa) mbere, kabiri, ... munani.

    Raises:
        ValueError: out of the range of `cardinal`.
    """
    return _ORDINALS.get(number) or cardinal(number)


def decimal(whole: int, fraction: str, noun_class: int | None = None) -> str:
    """A decimal number, as in rimwe n'ibice bibiri for 1.2.

    Zeros at the head of `fraction` are said one by one, so that 1.05 is not 1.5.

    Args:
        whole: 0 to `LARGEST`.
        fraction: the ASCII digits after the mark, at least one.
        noun_class: class of the noun counted.

    Raises:
        ValueError: out of the range of `cardinal`.
    """
    head = cardinal(whole, noun_class)
    if fraction == "1":
        return f"{head} n'igice kimwe"
    rest = fraction.lstrip("0")
    parts = ["zeru"] * (len(fraction) - len(rest))
    if rest:
        parts.append(cardinal(int(rest), 8) if len(rest) <= _LONGEST_FRACTION else spelled(rest))
    return f"{head} n'ibice {' '.join(parts)}"


def spelled(digits: str) -> str:
    """The ASCII digits in `digits` one by one, in counting forms without `na`."""
    return " ".join("zeru" if digit == "0" else COUNTING[int(digit) - 1] for digit in digits)


def telephone(text: str) -> str:
    """A telephone number digit by digit, a short pause between the groups written; without any, by threes."""
    groups = "".join(letter if letter in "0123456789" else " " for letter in text).split()
    if len(groups) == 1:
        groups = _by_threes(groups[0])
    return ", ".join(spelled(group) for group in groups)


def joined(words: str) -> str:
    """`words` behind `na`, which loses its vowel before another."""
    return f"n'{words}" if words[0] in _VOWELS else f"na {words}"


def elided(before: str, words: str) -> str | None:
    """`words` behind the word `before`, where that is one that loses or gets back its vowel; else None."""
    if before.endswith("'"):
        before = before[:-1] + "a"
    if before.lower() not in _ELIDING:
        return None
    return f"{before[:-1]}'{words}" if words[0] in _VOWELS else f"{before} {words}"


def _below(number: int, forms: Sequence[str]) -> str:
    """1 to 1000."""
    if number == 1000:
        return "igihumbi"
    hundreds, rest = divmod(number, 100)
    said = "" if not hundreds else "ijana" if hundreds == 1 else f"magana {HUNDREDS[hundreds - 2]}"
    tens, unit = divmod(rest, 10)
    if tens:
        part = (
            ("cumi" if unit else "icumi")
            if tens == 1
            else "makumyabiri"
            if tens == 2
            else f"mirongo {TENS[tens - 3]}"
        )
        said = f"{said} {joined(part)}" if said else part
    if unit:
        said = f"{said} {joined(forms[unit - 1])}" if said else forms[unit - 1]
    return said


def _seems_part(number: int, forms: Sequence[str], multiplier: int, its_forms: Sequence[str]) -> bool:
    """Whether `number`, which follows `multiplier`, could be heard as its tens or unit."""
    if number >= 100 or multiplier == 1 or multiplier % 10:
        return False
    if number >= 10:
        return multiplier % 100 == 0
    return forms[number - 1] == its_forms[number - 1]


def _by_threes(digits: str) -> list[str]:
    """Groups of three, the first of up to four: 0788 123 456, 250 788 123 456."""
    if len(digits) < 6:
        return [digits]
    first = len(digits) % 3
    first = first + 3 if first < 2 else first
    return [digits[:first], *(digits[at : at + 3] for at in range(first, len(digits), 3))]
