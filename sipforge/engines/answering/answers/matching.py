"""One question matched to the topic it is about, or honestly to none. Pure matching, no model.

A term counts the more, the fewer topics use it. A topic fits a question as far as the question's terms are
the topic's (so that a question about something else fits nothing), and as far as one of the topic's phrasings
is in the question. What belongs together without being the same (the lexicon's kin, words of the written
answer) counts in part.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from sipforge.engines.answering.answers.healing import NEAR_SOUND, Healer
from sipforge.engines.answering.answers.terms import Term, Terms
from sipforge.engines.answering.knowledge import Knowledge, Topic
from sipforge.text.lexicon import PLAIN, Lexicon

SURE: Final = 0.67
"""Fit from which an answer is given; measured, see tests/unit/engines/test_answers_questions.py."""
AHEAD: Final = 0.05
"""How much better than the next topic it must fit."""
UNKNOWN_WEIGHT: Final = 1.6
"""How much more than the rarest term of the file a term counts that is not in it: it is probably what the
question is about."""
WEAK_WEIGHT: Final = 0.2
"""As above, for words that fit every subject."""
COVERED: Final = 0.7
"""Share of the covering in the fit, the rest is the phrasing's."""
KIN: Final = 0.6
"""How much of a term its kin covers."""
KIND: Final = 0.9
"""As above, what it is a kind of."""
ANSWERED: Final = 0.75
"""As above, the same word in the answer."""
PHRASED: Final = 0.4
"""Least part of a phrasing: a market on the way to the office is not what the way is asked for by."""
OTHER_KIND: Final = 0.6
"""What is left of the fit where the question is of a kind (who, when) that the topic is not, or no more."""


@dataclass(frozen=True, slots=True)
class Match:
    """The best topic for a question and how well it fits."""

    topic: Topic
    fit: float
    """0 to 1."""
    ahead: float
    """How much better than the next topic."""
    second: Topic | None = None
    """The next topic."""
    known: float = 0.0
    """Weight of what was asked and is the topic's."""

    @property
    def sure(self) -> bool:
        """Whether the answer should be given."""
        return self.fit >= SURE and self.ahead >= AHEAD

    @property
    def close(self) -> bool:
        """Whether this topic and the second fit well, and neither better."""
        return self.fit >= SURE and self.ahead < AHEAD


@dataclass(frozen=True, slots=True)
class _Phrasing:
    topic: int
    terms: tuple[str, ...]


class Matcher:
    """A knowledge file made ready for matching."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon = PLAIN) -> None:
        self.topics = knowledge.topics
        self.terms = Terms(lexicon, knowledge.synonyms, knowledge.filler)
        self._interrogative = lexicon.interrogative
        self._phrasings = [
            _Phrasing(index, tuple(term.concept for term in self.terms.of(self.terms.words(text))))
            for index, topic in enumerate(knowledge.topics)
            for text in [*topic.questions, *([topic.title] if topic.title else [])]
        ]
        self._topics_of = _postings((term, said.topic) for said in self._phrasings for term in said.terms)
        self._terms_of = [
            frozenset(term for said in self._phrasings if said.topic == index for term in said.terms)
            for index in range(len(knowledge.topics))
        ]
        self._rarest = math.log(1 + len(self.topics))
        self._answers_of = _postings(
            (term.concept, index)
            for index, topic in enumerate(self.topics)
            for term in self.terms.of(self.terms.words(topic.answer))
        )
        self._weight = {
            term: self._weigh(term, len({*having, *self._answers_of.get(term, ())}))
            for term, having in self._topics_of.items()
        }
        self._phrasings_of = _postings(
            (term, number) for number, said in enumerate(self._phrasings) for term in said.terms
        )
        self._kin: dict[str, list[str]] = defaultdict(list)
        for group in lexicon.kin:
            meant = [self.terms.concept(word) for word in group]
            for concept in meant:
                self._kin[concept] += [other for other in meant if other != concept]
        self._kind = {
            self.terms.concept(word): self.terms.concept(name)
            for name, members in lexicon.kinds
            for word in members
        }
        spoken = {word for text in knowledge.questions() for word in self.terms.words(text)}
        # Whether a question is one of who or when is not to be guessed from a sound.
        worth = frozenset(self._weight) - lexicon.interrogative
        plain = lexicon.function | lexicon.weak | self.terms.spoken(lexicon.interrogative)
        kinds = [members for name, members in lexicon.kinds if self.terms.concept(name) in worth]
        office = (spoken | self.terms.spoken(worth)).union(*kinds) - plain
        self._healer = Healer(lexicon, office, self.terms.known())

    def _hollow(self, term: str) -> bool:
        return term in self._interrogative or term in self.terms.weak

    def _weigh(self, term: str, topics: int) -> float:
        return math.log(1 + len(self.topics) / topics) * (0.4 if term in self.terms.weak else 1.0)

    @property
    def rarest(self) -> float:
        """Weight of a term that only one topic has."""
        return self._rarest

    def hollow(self, asked: Sequence[Term]) -> bool:
        """Whether `asked` is only the kind of a question (where, when) or words that fit every subject."""
        return all(self._hollow(term.concept) for term in asked)

    def incidental(self, asked: Sequence[Term]) -> bool:
        """Whether `asked` is no subject by itself, only the kind or the circumstances of a question."""
        free = self.terms.incidental | self._interrogative
        return all(term.concept in free for term in asked)

    def weight(self, concept: str) -> float:
        """How much `concept` says about what is asked."""
        if concept in self._weight:
            return self._weight[concept]
        if concept in self.terms.weak:
            return WEAK_WEIGHT * self._rarest
        return (UNKNOWN_WEIGHT if self._kind.get(concept) not in self._weight else 1.0) * self._rarest

    def match(self, text: str) -> Match:
        """The topic that fits the whole of `text` best; cheap enough for every partial transcript."""
        return self.match_terms(self.heard(self.terms.words(text)))

    def heard(self, said: Sequence[str]) -> tuple[Term, ...]:
        """What `said` means, what was misheard put right."""
        return self.terms.heard(self._healer.heal(said))

    def says(self, said: Sequence[str]) -> bool:
        """Whether `said` has any meaning of its own."""
        return self.terms.mean(self._healer.heal(said))

    def match_terms(self, asked: Sequence[Term]) -> Match:
        """As `match`, of what was made of the words."""
        cover = self._covering(asked)
        whole = self._contained(asked)
        total = sum(self.weight(term.concept) for term in asked)
        fits: list[tuple[float, float, int]] = []
        for index, covered in cover.items():
            known = sum(self.weight(concept) * likeness for concept, likeness in covered.items())
            fit = (known / total) ** COVERED * whole.get(index, 0.0) ** (1 - COVERED)
            kinds = [term.concept for term in asked if term.concept in self._interrogative]
            # "Could you tell me where" is not a question yet, unless the file has just that.
            bare = len(kinds) == len(asked) and whole.get(index, 0.0) < 1
            other = any(covered.get(kind, 0.0) <= KIN for kind in kinds)
            if bare or other or whole.get(index, 0.0) < PHRASED:
                fit *= OTHER_KIND
            fits.append((fit, known, index))
        fits.sort(reverse=True)
        if not fits:
            return Match(self.topics[0], 0.0, 0.0)
        best, known, index = fits[0]
        second = fits[1] if len(fits) > 1 else None
        return Match(
            self.topics[index],
            best,
            best - (second[0] if second else 0.0),
            self.topics[second[2]] if second else None,
            known,
        )

    def names(self, asked: Sequence[Term]) -> bool:
        """Whether any topic has any of `asked`."""
        return bool(self._covering(asked))

    def phrased(self, asked: Sequence[Term]) -> float:
        """The largest part of any phrasing that is in `asked`: 0 to 1."""
        return max(self._contained(asked).values(), default=0.0)

    def completions(self, asked: Sequence[Term], before: Topic) -> list[tuple[float, int]]:
        """Topics (by index, after the part) that all of `asked` are about, with the largest part of a
        phrasing that `asked` makes up together with any words of the topic `before`."""
        own = self.topics.index(before)
        context = [Term(term) for term in sorted(self._terms_of[own] - {term.concept for term in asked})]
        # "And on Saturday?" is about the hours where the hours were spoken of, not after any other topic.
        telling = {term.concept for term in context if not self._hollow(term.concept)}
        shared = telling if self.incidental(asked) else None
        needed = {concept for term in asked for concept in self._alike(term)}
        parts = self._contained([*asked, *context], needed=needed, shared=shared)
        return [(part, index) for index, part in parts.items() if index != own and self._about(asked, index)]

    def _about(self, asked: Sequence[Term], index: int) -> bool:
        return self.covering(asked, self.topics[index]) >= KIND * NEAR_SOUND

    def covering(self, asked: Sequence[Term], topic: Topic) -> float:
        """The least that any of `asked` (its weak ones, where it has no others) is the topic's: 0 to 1."""
        covered = self._covering(asked).get(self.topics.index(topic), {})
        telling = [term for term in asked if term.concept not in self.terms.weak] or asked
        return min((covered.get(term.concept, 0.0) for term in telling), default=0.0)

    def _alike(self, term: Term) -> dict[str, float]:
        """What `term` may stand for, and how well."""
        alike = dict.fromkeys(self._kin.get(term.concept, ()), KIN * term.likeness)
        kind = self._kind.get(term.concept)
        if kind is not None and term.concept not in self._weight:
            alike[kind] = KIND * term.likeness
        return alike | {term.concept: term.likeness}

    def _covering(self, asked: Sequence[Term]) -> dict[int, dict[str, float]]:
        """Topic → which of `asked` are its, and how well."""
        cover: dict[int, dict[str, float]] = defaultdict(dict)
        for term in asked:
            for other, likeness in self._alike(term).items():
                for index in self._topics_of.get(other, ()):
                    covered = cover[index]
                    covered[term.concept] = max(covered.get(term.concept, 0.0), likeness)
        # A word of the answer helps where the question is the topic's already, not just of its kind.
        mine = {index for index, covered in cover.items() if not all(map(self._hollow, covered))}
        for term in asked:
            for other, likeness in self._alike(term).items():
                for index in mine.intersection(self._answers_of.get(other, ())):
                    covered = cover[index]
                    covered[term.concept] = max(covered.get(term.concept, 0.0), ANSWERED * likeness)
        return cover

    def _contained(
        self,
        asked: Sequence[Term],
        *,
        needed: Set[str] | None = None,
        shared: Set[str] | None = None,
    ) -> dict[int, float]:
        """Topic → how much of its best phrasing is in `asked`; of those with `needed` and `shared` terms."""
        got: dict[int, dict[str, float]] = defaultdict(dict)
        for term in asked:
            # "When is the holiday?" is not "Are you open on a holiday?", kin as they are.
            alone = term.concept in self._interrogative
            alike = {term.concept: term.likeness} if alone else self._alike(term)
            for other, likeness in alike.items():
                for number in self._phrasings_of.get(other, ()):
                    got[number][other] = max(got[number].get(other, 0.0), likeness)
        best: dict[int, float] = {}
        for number, having in got.items():
            said = self._phrasings[number]
            if not _has(said, needed) or not _has(said, shared):
                continue
            part = self._sum(having) / sum(self._weight[term] for term in said.terms)
            best[said.topic] = max(best.get(said.topic, 0.0), part)
        return best

    def _sum(self, likeness: Mapping[str, float]) -> float:
        return sum(self._weight[term] * like for term, like in likeness.items())


def _has(said: _Phrasing, concepts: Set[str] | None) -> bool:
    return concepts is None or not concepts.isdisjoint(said.terms)


def _postings(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = defaultdict(set)
    for term, number in pairs:
        found[term].add(number)
    return {term: tuple(sorted(numbers)) for term, numbers in found.items()}
