"""What stands before a figure in a text, for rules that lean on it or take it with them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sipforge.text.kinyarwanda.nouns import CURRENCIES
from sipforge.text.kinyarwanda.numbers import elided

_WORDS: Final = re.compile(r"(?:(\S+) )?([^\s(]+)( ?)$")
_AUGMENTED: Final = ("ama", "imi", "ibi", "igi", "iki")
_LONGEST: Final = 40
"""Characters looked back over."""

Said = tuple[int, str] | None
"""Where what is replaced begins, and its words; None where a rule does not fit after all."""


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a place of a text."""

    text: str
    start: int
    word: str
    """The last word, "" where there is none; it may touch the place."""
    word_start: int
    touching: bool
    """Whether nothing, not even a space, stands between."""
    earlier: str
    """The word before that."""
    earlier_start: int

    @property
    def plain(self) -> str:
        """The last word in lower case, where a space stands between and no full stop or comma."""
        return "" if self.touching else self.word.lower()

    @property
    def label(self) -> str:
        """The last word in lower case without a mark behind it."""
        bare = self.word.lower().rstrip(".:")
        return "" if self.touching and bare == self.word.lower() else bare

    @property
    def glued(self) -> bool:
        """Whether the place is inside a word."""
        return self.touching and self.word[-1].isalnum()

    @property
    def currency(self) -> str | None:
        """The noun of the currency the last word is, touching or not."""
        return CURRENCIES.get(self.word)


def before(text: str, done: int, start: int) -> Before:
    """What stands before `start`, not looking further back than `done`."""
    low = max(done, start - _LONGEST)
    found = _WORDS.search(text[low:start])
    if found is None:
        return Before(text, start, "", start, False, "", start)
    at = low + found.start(2)
    earlier = found[1] or ""
    return Before(text, start, found[2], at, not found[3], earlier, low + found.start(1) if earlier else at)


def placed(context: Before, words: str) -> Said:
    """`words` at their place, together with a connector that loses or gets back its vowel.

    Behind mu and ku a noun loses its own: mu mafaranga, mu gihumbi.
    """
    if context.touching and not context.word.endswith("'"):
        return context.start, words
    if context.plain in ("mu", "ku") and words.startswith(_AUGMENTED):
        return context.start, words[1:]
    said = elided(context.word, words)
    return (context.start, words) if said is None else (context.word_start, said)
