"""An utterance cut where one question may end and the next begin, and how each piece stands alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
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
        self._requests = _phrases(lexicon.requests)
        self._ellipses = _phrases(lexicon.ellipses)
        self._circumstances = _phrases(lexicon.circumstances)
        self._dummies = _phrases(lexicon.dummies)
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
            if self._matcher.says(piece) or self._leans(piece):
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

    def asks(self, clause: Clause) -> bool:
        """Whether `clause` wants an answer, rather than telling something."""
        at = _at(clause, 0, self._joints)
        return self.complete(clause) or not (len(clause) > at and clause[at] in self._lexicon.tellers)

    def complete(self, clause: Clause) -> bool:
        """Whether `clause` is a whole question or request, rather than a word or two after "and"."""
        at = _at(clause, 0, self._joints)
        if _at(clause, at, self._wh) or (clause[at : at + 1] and clause[at] in self._lexicon.starters):
            return True
        return any(
            self._opens(clause, start) or _at(clause, start, self._requests) for start in range(len(clause))
        )

    def cores(self, clause: Clause) -> Iterator[Clause]:
        """`clause` without the last of its circumstances, then without the one before as well, and so on."""
        for at in range(len(clause) - 1, 0, -1):
            if _at(clause, at, self._circumstances):
                yield clause[:at]

    def _leans(self, clause: Clause) -> bool:
        return bool(_at(clause, 0, self._ellipses))

    def refers(self, clause: Clause) -> bool:
        """Whether `clause` speaks of something by "it" or "that"."""
        at = 0
        while at < len(clause):
            dummy = _at(clause, at, self._dummies)
            if not dummy and clause[at] in self._lexicon.anaphora:
                return True
            at += dummy or 1
        return False

    def leans(self, clause: Clause) -> bool:
        """Whether `clause` may have to be understood from what was spoken of before."""
        terms = self._matcher.heard(clause)
        if len(terms) > SHORT:
            return False
        return self._leans(clause) or self.refers(clause) or not self.complete(clause) or len(clause) <= SHORT


def _phrases(phrases: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted((tuple(phrase.split()) for phrase in phrases), key=len, reverse=True))


def _at(said: Sequence[str], at: int, phrases: Iterable[tuple[str, ...]]) -> int:
    """The length of the longest of `phrases` (longest first) that stands in `said` at `at`; 0 for none."""
    for phrase in phrases:
        if tuple(said[at : at + len(phrase)]) == phrase:
            return len(phrase)
    return 0
