"""The grammar of spoken Kinyarwanda numbers: words → values. Pure.

A unit joins the multiplier before it only in the multiplier's class, and nothing does behind a comma:
ibihumbi ijana na kimwe is 101,000, ibihumbi ijana na rimwe 100,001. Liberal otherwise: both spellings, r for
l, a missing `na`, any class.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sipforge.text.kinyarwanda.numbers import COUNTING, FORMS, HUNDREDS, TENS

_TOKEN: Final = re.compile(r"[^\W\d_]+'?|\d+|[^\w\s]|_")
_SAME: Final = str.maketrans("l", "r")


def key(word: str) -> str:
    """`word` as it is looked up: lower case, r for l, which are one sound and written either way."""
    return word.lower().translate(_SAME)


def _values(forms: Sequence[str], first: int) -> dict[str, int]:
    return {key(form): at for at, form in enumerate(forms, first)}


_EIGHT_NINE: Final = {
    **dict.fromkeys(("umunani", "munani", "inani"), 8),
    **dict.fromkeys(("icyenda", "cyenda", "kenda"), 9),
}
FORM_VALUES: Final = {number: _values(row[:7], 1) | _EIGHT_NINE for number, row in FORMS.items()}
"""Noun class → the forms of 1 to 9 that agree with it, as keys."""
_DIGITS: Final = _values(COUNTING[:7], 1) | _EIGHT_NINE | {"zeru": 0, "zero": 0}
_UNITS: Final = {form: value for row in FORM_VALUES.values() for form, value in row.items()} | _values(
    COUNTING[:7], 1
)
_TENS: Final = _values(TENS, 3) | _EIGHT_NINE
_HUNDREDS: Final = _values(HUNDREDS, 2) | _EIGHT_NINE
_SCALES: Final = {
    **{"miriyari": 10**9, "miriyoni": 10**6},
    **dict.fromkeys(("ibihumbi", "bihumbi", "igihumbi", "gihumbi"), 1000),
}
_ZEROS: Final = ("zeru", "zero")
_SHORTEST_RUN: Final = 3
_LONGEST_VALUE: Final = 13
"""Digits: what is longer is no amount."""
_TELEPHONE: Final = 7
"""Digits that make a run a telephone number, however it is punctuated."""

_OTHERS: Final = ("cumi", "makumyabiri", "mirongo", "magana", "ijana", "saa", "mbere")
NUMBER_WORD: Final = re.compile("|".join((*_UNITS, *_DIGITS, *_SCALES, *_OTHERS)).replace("r", "[rl]"), re.I)
"""Found in any text that says a number."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words read as a number."""

    value: int
    end: int
    """The token behind it."""
    digits: str = ""
    """As dictated, where it was told digit by digit."""
    places: str = ""
    """Decimals."""

    def written(self, mark: str = "") -> str:
        """In digits, `mark` before groups of three."""
        if self.digits:
            return self.digits
        whole = f"{self.value:,}".replace(",", mark)
        return f"{whole}.{self.places}" if self.places else whole


class Words:
    """The words and marks of a text, and the numbers among them."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_TOKEN.finditer(text))
        self.keys = [key(token[0]) for token in self.tokens]

    def at(self, at: int) -> str:
        """The key of a token, "" outside the text."""
        return self.keys[at] if 0 <= at < len(self.keys) else ""

    def said(self, at: int, *words: str) -> bool:
        """Whether `words` stand at `at`."""
        return at >= 0 and self.keys[at : at + len(words)] == list(words)

    def number(self, at: int) -> Phrase | None:
        """The longest number at `at`."""
        phrase = self._dictated(at) or self._cardinal(at)
        if phrase is None and self.at(at) in _ZEROS:
            phrase = Phrase(0, at + 1)
        if phrase is None or phrase.digits or self.at(phrase.end) != "n'":
            return phrase
        return self._decimal(phrase) or phrase

    def below(self, at: int, noun_class: int | None = None) -> Phrase | None:
        """1 to 999; its unit, where it is not alone, in `noun_class` if that is given."""
        value, end, word = 0, at, self.at(at)
        if word == "ijana":
            value, end = 100, at + 1
        elif word in ("magana", "amagana") and self.at(at + 1) in _HUNDREDS:
            value, end = 100 * _HUNDREDS[self.at(at + 1)], at + 2
        start = self._behind_joint(end) if value else end
        word = self.at(start)
        if word in ("cumi", "icumi"):
            value, end = value + 10, start + 1
        elif word == "makumyabiri":
            value, end = value + 20, start + 1
        elif word == "mirongo" and self.at(start + 1) in _TENS:
            value, end = value + 10 * _TENS[self.at(start + 1)], start + 2
        start = self._behind_joint(end) if value else end
        word = self.at(start)
        if word in _UNITS and (not value or noun_class is None or word in FORM_VALUES[noun_class]):
            value, end = value + _UNITS[word], start + 1
        return Phrase(value, end) if value else None

    def _behind_joint(self, at: int) -> int:
        return at + 1 if self.at(at) in ("na", "n'") else at

    def _cardinal(self, at: int) -> Phrase | None:
        total, end, start, limit = 0, at, at, 10**10
        while (scale := _SCALES.get(self.at(start), limit)) < limit:
            part = self._multiplier(start, scale)
            if part is None:
                break
            total, end, limit = total + scale * part.value, part.end, scale
            start = self._behind_joint(end)
            if self.at(end) == "," and self._behind_joint(end + 1) > end + 1:
                start = end + 2
        rest = self.below(start)
        if rest:
            return Phrase(total + rest.value, rest.end)
        return Phrase(total, end) if total else None

    def _multiplier(self, at: int, scale: int) -> Phrase | None:
        """How many of the scale word at `at`."""
        if self.at(at) in ("igihumbi", "gihumbi"):
            return Phrase(1, at + 2 if self.at(at + 1) == "kimwe" else at + 1)
        if scale == 10**9 and self.at(at + 1) == "igihumbi":
            return Phrase(1000, at + 2)
        if scale == 1000:
            return self.below(at + 1, 8)
        return self.below(at + 1, 10) or Phrase(1, at + 1)

    def _dictated(self, at: int, grouped: bool = True) -> Phrase | None:
        """Digits one by one, `grouped` by commas or not; behind a zero also numbers: 0 7 88 123 456."""
        told: list[str] = []
        sizes = [0]
        start = end = at
        while (part := self._told(start, bool(told) and told[0] == "0")) is not None:
            joined = self._behind_joint(part.end) > part.end and self.at(part.end + 1) in _DIGITS
            if joined and self.at(part.end + 2) not in _DIGITS:
                # Gatatu na kane are two numbers, not the end of a run.
                break
            told.append(str(part.value))
            sizes[-1] += 1
            start = end = part.end
            if grouped and self.at(end) == ",":
                start = end + 1
                sizes.append(0)
        digits = "".join(told)
        zero = digits[:1] == "0"
        listed = sizes.count(1) > 1 and not zero and len(told) < _TELEPHONE
        if listed or len(told) < 2 or len(digits) < _SHORTEST_RUN - zero:
            return None
        plus = "+" if grouped and len(digits) == 12 and digits.startswith("250") else ""
        return Phrase(int(digits[:_LONGEST_VALUE]), end, plus + digits)

    def _told(self, at: int, numbers: bool) -> Phrase | None:
        if self.at(at) in _DIGITS:
            return Phrase(_DIGITS[self.at(at)], at + 1)
        return self._cardinal(at) if numbers else None

    def _decimal(self, whole: Phrase) -> Phrase | None:
        at = whole.end + 1
        if self.said(at, "igice", "kimwe"):
            return Phrase(whole.value, at + 2, places="1")
        if self.at(at) != "ibice":
            return None
        at += 1
        zeros = 0
        while self.at(at + zeros) in _ZEROS:
            zeros += 1
        rest = self._dictated(at + zeros, grouped=False) or self._cardinal(at + zeros)
        if rest:
            return Phrase(whole.value, rest.end, places="0" * zeros + (rest.digits or str(rest.value)))
        return Phrase(whole.value, at + zeros, places="0" * zeros) if zeros else None
