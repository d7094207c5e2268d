"""An utterance cut where one question may end and the next begin, and how each piece stands alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from sipforge.engines.answering.answers.matching import Matcher
from sipforge.text.lexicon import Lexicon

MOST_CLAUSES: Final = 6
"""What comes before the last of a longer utterance stays one piece: who talks at length asks at the end."""
SHORT: Final = 3
"""Terms of a question that may lean on the one before."""
_PAUSE: Final = re.compile(r"[.?!;:,]+(?:\s+|$)")

Clause = tuple[str, ...]
"""Its words."""


class Clauses:
    """The grammar, as far as it is needed here, of one language."""

    def __init__(self, lexicon: Lexicon, matcher: Matcher) -> None:
        self._lexicon = lexicon
        self._matcher = matcher
        self._joints = _phrases(lexicon.joints)
        self._openers = _phrases(lexicon.openers)
        self._wh = _phrases(lexicon.wh)
        self._negations = _phrases(lexicon.negations)

    def cut(self, text: str) -> list[Clause]:
        """The pieces of `text`: at punctuation, before "and", and before a question that just begins."""
        pieces: list[Clause] = []
        for part in _PAUSE.split(text):
            pieces += self._cut_words(self._matcher.terms.words(part))
        # A piece that says nothing is part of the next one, or of the last.
        joined: list[Clause] = []
        waiting: Clause = ()
        for piece in pieces:
            if self._matcher.says(piece):
                joined.append(waiting + piece)
                waiting = ()
            else:
                waiting += piece
        if waiting and joined:
            joined[-1] += waiting
        elif waiting:
            joined.append(waiting)
        # "Not the price, the address."
        joined = [piece for piece in joined if not _at(piece, 0, self._negations)] or joined
        first = tuple(word for piece in joined[: 1 - MOST_CLAUSES] for word in piece)
        return [first, *joined[1 - MOST_CLAUSES :]] if first else joined

    def _cut_words(self, said: Sequence[str]) -> list[Clause]:
        cuts = [0]
        for at in range(1, len(said)):
            begun = said[cuts[-1] : at]
            joint = _at(said, at, self._joints) and not _at(said, at - 1, self._joints)
            asked = self._opens(said, at) and self._matcher.says(begun) and not self._lacks_verb(begun)
            if joint or asked:
                cuts.append(at)
        return [tuple(said[start:end]) for start, end in pairwise([*cuts, len(said)]) if end > start]

    def _opens(self, said: Sequence[str], at: int) -> bool:
        """Whether a question begins at `at`: with a verb, or with a question word and a verb."""
        length = _at(said, at, self._wh)
        return bool(_at(said, at + length, self._openers))

    def _lacks_verb(self, said: Sequence[str]) -> bool:
        """Whether `said` is a question word and its noun, still without verb, as "which documents" is."""
        at = next((start for start in range(len(said)) if _at(said, start, self._wh)), None)
        return at is not None and not any(_at(said, start, self._openers) for start in range(len(said)))

    def complete(self, clause: Clause) -> bool:
        """Whether `clause` is a whole question, rather than a word or two after "and"."""
        at = _at(clause, 0, self._joints)
        if _at(clause, at, self._wh) or (clause[at : at + 1] and clause[at] in self._lexicon.starters):
            return True
        return any(self._opens(clause, start) for start in range(len(clause)))

    def refers(self, clause: Clause) -> bool:
        """Whether `clause` speaks of something by "it" or "that"."""
        return not self._lexicon.anaphora.isdisjoint(clause)

    def leans(self, clause: Clause) -> bool:
        """Whether `clause` may have to be understood from what was spoken of before."""
        terms = self._matcher.heard(clause)
        if len(terms) > SHORT:
            return False
        return self.refers(clause) or not self.complete(clause) or len(clause) <= SHORT


def _phrases(phrases: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(phrase.split()) for phrase in phrases), key=len, reverse=True))


def _at(said: Sequence[str], at: int, phrases: Iterable[tuple[str, ...]]) -> int:
    """The length of the longest of `phrases` (longest first) that stands in `said` at `at`; 0 for none."""
    for phrase in phrases:
        if tuple(said[at : at + len(phrase)]) == phrase:
            return len(phrase)
    return 0
