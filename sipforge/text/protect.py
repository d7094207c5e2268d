"""Keeps what a translation must not touch: numbers, names, addresses. Pure.

What is protected is replaced by a mark, X1, X2 and so on, in the order of the text, and put back afterwards.
A machine translation may lose a mark, say it twice or write a number of its own: then `restore` refuses all
of it, since a wrong extension or hour is worse than no answer. Every word with a digit in it is protected, so
no mark can be mistaken for a word of the text, and a translation has no digits but those of its marks.
Models differ in what they leave alone, so a text can also be translated as it is, and checked in the same
way (`accept`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_URL: Final = (
    r"(?:https?://|www\.)\S*[^\W_]/?|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|\b[a-z][a-z\d-]+(?:\.[a-z][a-z\d-]+)+\b"
)
_UNIT: Final = r"(?i:RWF|FRW|USD|EUR)"
_FIGURE: Final = rf"(?:\b{_UNIT}\s?|[$€£]\s?)?\+?\w*\d\w*(?:[ .,:/-]\d\w*)*(?:\s?%|\s?{_UNIT}\b)?"
_ACRONYM: Final = r"\b[A-Z]{2,}\b"
_COMMON: Final = """
    A An The This That These Those I It We You He She They My Our Your His Her Their Yes No Not And But Or So
    If When Where What Who Why How Which On In At By To From For With Of Please Sorry Hello Hi Good Thank
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July
    August September October November December Mister Missis Doctor Professor Mr Mrs Dr Prof
    Muraho Mwaramutse Mwiriwe Murakoze Yego Oya Ku Mu Kuri Ni Na Nta Ese
    """
"""Capitalised words that are no part of a name; the title before one is translated."""
_WORD: Final = rf"(?!(?:{'|'.join(_COMMON.split())})\b)[A-ZÀ-ÖØ-Þ][^\W\d_]+(?:['-][^\W\d_]+)*"
_NAME: Final = rf"(?<!^)(?<![.!?] )\b{_WORD}(?: {_WORD})+"
"""Two or more capitalised words, but for the first of a sentence: one alone may be any word (Monday)."""
_GENERAL: Final = "|".join((_URL, _FIGURE, _ACRONYM, _NAME))
_WITH_DIGIT: Final = re.compile(r"\w*\d\w*")


class LostError(ValueError):
    """A translation lacks something that was protected, or has it or another number too often."""


@dataclass(frozen=True, slots=True)
class Protected:
    """A text of which parts are protected."""

    between: tuple[str, ...]
    """What may be translated: before, between and after `values`; one more than those."""
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """The text as it was."""
        return self._with(self.values)

    @property
    def marked(self) -> str:
        """The text with a mark for each value."""
        return self._with(self._marks)

    @property
    def has_words(self) -> bool:
        """Whether there is anything to translate."""
        return any(letter.isalpha() for piece in self.between for letter in piece)

    def restore(self, translated: str) -> str:
        """`translated`, a translation of `marked`, with the values in place of their marks.

        Raises:
            LostError: not each mark is there once, or there is a number besides.
        """
        marks = self._marks
        if Counter(_WITH_DIGIT.findall(translated)) != Counter(marks):
            raise LostError("a protected part was lost, said twice or invented")
        values = dict(zip(marks, self.values, strict=True))
        return _WITH_DIGIT.sub(lambda found: values[found[0]], translated)

    def accept(self, translated: str) -> str:
        """`translated`, a translation of `text`, as it is.

        Raises:
            LostError: not each value is there as often as in `text`, or there is a number besides.
        """
        rest = translated
        for value in sorted(set(self.values), key=len, reverse=True):
            here = re.compile(rf"(?<!\w){re.escape(value)}(?!\w)")
            if len(here.findall(rest)) != self.values.count(value):
                raise LostError("a protected part was lost or said twice")
            rest = here.sub(" ", rest)
        if _WITH_DIGIT.search(rest):
            raise LostError("a number was invented")
        return translated

    @property
    def _marks(self) -> list[str]:
        return [f"X{number}" for number in range(1, len(self.values) + 1)]

    def _with(self, inner: Iterable[str]) -> str:
        return self.between[0] + "".join(
            value + after for value, after in zip(inner, self.between[1:], strict=True)
        )


def names_in(text: str) -> list[str]:
    """The names of two words and more in `text`, to be known where they stand first in a sentence."""
    return re.findall(_NAME, text)


def protect(text: str, names: Iterable[str] = ()) -> Protected:
    """`text` with its numbers, addresses, acronyms and names protected.

    Args:
        text: a sentence or a few.
        names: those to protect in any case and place, such as the office's and those of one word.
    """
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name.strip())
    pattern = rf"(?<!\w)(?i:{known})(?!\w)|{_GENERAL}" if known else _GENERAL
    between, values, at = list[str](), list[str](), 0
    for found in re.finditer(pattern, text):
        between.append(text[at : found.start()])
        values.append(found[0])
        at = found.end()
    return Protected((*between, text[at:]), tuple(values))
