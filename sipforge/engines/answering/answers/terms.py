"""From words to what they mean: function words go, synonyms become one concept. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sipforge.engines.answering.answers.healing import Heard
from sipforge.text.lexicon import Lexicon
from sipforge.text.plain import words

_LONG: Final = 6
"""Letters of a word that is ignored in its inflections, too."""


@dataclass(frozen=True, slots=True)
class Term:
    """One meaning in what was said."""

    concept: str
    likeness: float = 1.0
    """1 as it was said; less where it was healed."""


class Terms:
    """The meanings of an office's words: its language's lexicon and its file's own synonyms."""

    def __init__(self, lexicon: Lexicon, synonyms: Iterable[Sequence[str]], filler: Iterable[str]) -> None:
        self._lexicon = lexicon
        self._ignored = lexicon.function | {word for phrase in filler for word in self.words(phrase)}
        # Short words have stems that are others' too.
        self._ignored_stems = {lexicon.stem(word) for word in self._ignored if len(word) >= _LONG}
        self._meanings = {
            tuple(phrase.split()): tuple(name.split()) for name, phrases in lexicon.same for phrase in phrases
        }
        self._merged: dict[str, str] = {}
        for group in synonyms:
            self._add(group)
        # "Bank holidays" are a bank holiday, too.
        for phrase, concepts in list(self._meanings.items()):
            stemmed = tuple(map(lexicon.stem, phrase))
            if len(stemmed) > 1 or stemmed[0] not in lexicon.weak:
                self._meanings.setdefault(stemmed, concepts)
        self._longest = max(map(len, self._meanings), default=1)
        self.weak = frozenset(
            lexicon.stem(word) for word in lexicon.weak - self._ignored if (word,) not in self._meanings
        ) - frozenset(concept for meant in self._meanings.values() for concept in meant)
        self.incidental = frozenset(self.concept(word) for word in lexicon.incidental) | self.weak

    def _add(self, group: Sequence[str]) -> None:
        """Make the phrases of `group`, and what they already meant, one concept."""
        phrases = [tuple(self.words(phrase)) for phrase in group]
        found = [self._meanings[phrase][0] for phrase in phrases if len(self._meanings.get(phrase, ())) == 1]
        concept = self._final(found[0] if found else "-".join(map(self._lexicon.stem, phrases[0])))
        for other in map(self._final, found):
            if other != concept:
                self._merged[other] = concept
        for phrase in phrases:
            self._meanings[phrase] = (concept,)

    def _final(self, concept: str) -> str:
        while concept in self._merged:
            concept = self._merged[concept]
        return concept

    def words(self, text: str) -> list[str]:
        """The words of `text`, contractions undone."""
        return self._lexicon.split(words(text))

    def concept(self, word: str) -> str:
        """What `word` means by itself."""
        return self.of([word])[0].concept

    def of(self, said: Sequence[str]) -> tuple[Term, ...]:
        """What `said` means, each concept once, in order; all its words where none means anything."""
        return self.heard([(word, 1.0) for word in said])

    def heard(self, said: Sequence[Heard]) -> tuple[Term, ...]:
        """As `of`, of words that were perhaps healed."""
        found = self._found(said) or {self._lexicon.stem(word): like for word, like in said}
        return tuple(Term(concept, likeness) for concept, likeness in found.items())

    def mean(self, said: Sequence[Heard]) -> bool:
        """Whether any of `said` means anything."""
        return bool(self._found(said))

    def spoken(self, concepts: frozenset[str]) -> frozenset[str]:
        """The single words that mean any of `concepts`."""
        return frozenset(
            phrase[0]
            for phrase, meant in self._meanings.items()
            if len(phrase) == 1 and any(self._final(concept) in concepts for concept in meant)
        )

    def known(self) -> frozenset[str]:
        """Every word that has a meaning, stands in a phrase that has one, or is ignored."""
        members = {word for _, kind in self._lexicon.kinds for word in kind}
        return (
            self._ignored
            | self._lexicon.weak
            | members
            | {word for phrase in self._meanings for word in phrase}
        )

    def _found(self, said: Sequence[Heard]) -> dict[str, float]:
        found: dict[str, float] = {}
        plain = tuple(word for word, _ in said)
        stems = tuple(map(self._lexicon.stem, plain))
        at = 0
        while at < len(said):
            length, concepts = self._meaning(plain, stems, at)
            likeness = min(like for _, like in said[at : at + length])
            for concept in concepts:
                found.setdefault(self._final(concept), likeness)
            at += length
        return found

    def _meaning(self, said: tuple[str, ...], stems: tuple[str, ...], at: int) -> tuple[int, tuple[str, ...]]:
        """How many words from `at` belong together, and what they mean; the longest phrase wins."""
        for length in range(min(self._longest, len(said) - at), 0, -1):
            phrase, stemmed = said[at : at + length], stems[at : at + length]
            if phrase in self._meanings:
                return length, self._meanings[phrase]
            if length == 1 and (phrase[0] in self._ignored or stemmed[0] in self._ignored_stems):
                return 1, ()
            if stemmed in self._meanings and phrase[0] not in self._lexicon.weak:
                return length, self._meanings[stemmed]
        return 1, stemmed
