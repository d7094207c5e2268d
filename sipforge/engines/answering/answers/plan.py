"""What to say to an utterance, given what was said before: which answers, a question back, or nothing. Pure.

An utterance is cut into clauses, which are matched together and each by itself; the reading that explains
more is taken. A short question that leans on what was spoken of before ("and on Saturday?")
is completed by the topic before. A piece that asks for something unknown is never passed over in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from sipforge.core.messages.events import OFFERED
from sipforge.engines.answering.answers.clauses import Clause, Clauses
from sipforge.engines.answering.answers.matching import SURE, Matcher
from sipforge.engines.answering.answers.terms import Term
from sipforge.engines.answering.knowledge import Knowledge, Topic
from sipforge.engines.protocols import Exchange
from sipforge.text.lexicon import Lexicon

PIECE: Final = 0.5
"""What a word or two after "and" must bring to be a question, as a share of the weight of a rare term."""
WHOLE_PIECE: Final = -0.01
"""As above, for a whole question: it is its own where it is understood."""
COMPLETED: Final = 0.8
"""How much of a phrasing the topic before and the caller's words must make up together."""
EXACT: Final = 0.9
"""Covering from which a term is the topic's own."""
PARTLY: Final = 0.4
"""Covering from which a term may be the topic's."""

LIKELY: Final = 0.35
"""Fit from which a topic is asked about, where nothing else tells what was meant."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an utterance comes to."""

    topics: tuple[Topic, ...] = ()
    """To answer, in this order."""
    guesses: tuple[tuple[Topic, ...], ...] = ()
    """Without any to answer, those to ask about: at first, then where these are denied."""
    rest: bool = False
    """Whether something else was asked that is not known."""
    fit: float = 0.0
    """Of the least certain answer, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was spoken of last."""

    topic: Topic | None = None
    unknown: bool = False
    """Something, but none of the topics."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """What one piece comes to."""

    topic: Topic | None = None
    between: tuple[Topic, ...] = ()
    fit: float = 0.0
    worth: float = 0.0
    asks: bool = False
    """Whether it wanted something that is not known."""
    unclear: bool = False
    """Whether it spoke of something unknown."""


class Planner:
    """Plans replies from one knowledge file."""

    def __init__(self, knowledge: Knowledge, lexicon: Lexicon, *, asks_back: bool) -> None:
        self._matcher = Matcher(knowledge, lexicon)
        self._clauses = Clauses(lexicon, self._matcher)
        self._topics = {topic.id: topic for topic in knowledge.topics}
        self._asks_back = asks_back

    def empty(self, text: str) -> bool:
        """Whether there is nothing in `text` but hesitation or politeness, as in "um, please"."""
        return not self._matcher.heard(self._matcher.terms.words(text))

    def names(self, text: str) -> bool:
        """Whether there is a word in `text` that means anything, and that a topic has."""
        said = self._matcher.terms.words(text)
        return self._matcher.says(said) and self._matcher.names(self._matcher.heard(said))

    def leans(self, text: str, history: Sequence[Exchange]) -> bool:
        """Whether `text` may have to be understood from `history`."""
        return bool(history) and any(map(self._clauses.leans, self._clauses.cut(text)))

    def end(self, text: str, least: int) -> str:
        """The last clauses of `text`, of `least` words together."""
        kept: list[str] = []
        for clause in reversed(self._clauses.cut(text)):
            kept = [*clause, *kept]
            if len(kept) >= least:
                break
        return " ".join(kept)

    def likely(self, text: str) -> tuple[tuple[Topic, ...], ...]:
        """The topic that `text` may be about, to ask, where its words do not decide; empty: there is none."""
        match = self._matcher.match_terms(self._matcher.heard(self._matcher.terms.words(text)))
        return ((match.topic,),) if match.fit >= LIKELY and match.topic.title else ()

    def plan(self, text: str, history: Sequence[Exchange] = ()) -> Plan:
        """What to say to `text`."""
        clauses = self._clauses.cut(text)
        before = self._before(history)
        best = Plan()
        worth = 0.0
        for pieces in _joinings(clauses):
            read: list[_Reading] = []
            said = before
            for clause in pieces:
                read.append(self._read(clause, said, after=bool(read) and read[-1].unclear))
                if read[-1].topic is not None:
                    said = Said(topic=read[-1].topic)
            cost = self._matcher.rarest * sum(map(self._cost, pieces))
            gained = sum(reading.worth for reading in read) - cost
            if any(reading.topic or reading.between for reading in read) and (not best.fit or gained > worth):
                best, worth = _summary(read), gained
        return best

    def _cost(self, clause: Clause) -> float:
        return WHOLE_PIECE if self._clauses.complete(clause) else PIECE

    def _read(self, clause: Clause, before: Said, *, after: bool) -> _Reading:
        """What `clause` comes to; `after`: it follows a piece that was not understood."""
        if not self._matcher.says(clause):
            return _Reading()
        terms = self._matcher.heard(clause)
        asks = self._clauses.complete(clause) and not self._matcher.hollow(terms)
        lost = _Reading(asks=asks, unclear=True)
        if self._clauses.leans(clause):
            refers = self._clauses.refers(clause)
            alone = self._clauses.complete(clause) and not self._matcher.hollow(terms)
            if after and (refers or not alone):
                return lost
            topic, fit = self._completed(terms, before, refers=refers)
            if topic is not None:
                worth = fit * sum(self._matcher.weight(term.concept) for term in terms)
                return _Reading(topic, fit=fit, worth=worth)
            if self._hangs(terms, before, refers=refers):
                return lost
        return self._alone(terms, lost)

    def _alone(self, terms: Sequence[Term], lost: _Reading) -> _Reading:
        """What `terms` come to by themselves; `lost` where to nothing."""
        match = self._matcher.match_terms(terms)
        worth = match.fit * match.known
        if match.sure:
            return _Reading(match.topic, fit=match.fit, worth=worth)
        between = tuple(topic for topic in (match.topic, match.second) if topic is not None and topic.title)
        if self._asks_back and match.close and len(between) > 1:
            return _Reading(between=between, fit=match.fit, worth=worth, unclear=True)
        return lost

    def _hangs(self, terms: Sequence[Term], before: Said, *, refers: bool) -> bool:
        """Whether `terms` were about what was spoken of before, and nothing is known of that."""
        if not (before.topic or before.unknown):
            return False
        if (before.unknown and refers) or self._matcher.incidental(terms):
            return True
        return self._matcher.phrased(terms) < COMPLETED

    def _completed(self, terms: Sequence[Term], before: Said, *, refers: bool) -> tuple[Topic | None, float]:
        """The topic that `terms` are about, when they go on about the one before; and how well it fits."""
        matcher = self._matcher
        if before.topic is None:
            return None, 0.0
        own = matcher.covering(terms, before.topic)
        if own >= (PARTLY if refers else EXACT):
            return before.topic, max(own, SURE)
        best = max(matcher.completions(terms, before.topic), default=None)
        if best is not None and best[0] >= COMPLETED:
            return matcher.topics[best[1]], best[0]
        match = matcher.match_terms(terms)
        if match.sure and not refers and not matcher.incidental(terms):
            return match.topic, match.fit  # "And the phone?", after the email.
        return (before.topic, SURE) if own >= PARTLY else (None, 0.0)

    def _before(self, history: Sequence[Exchange]) -> Said:
        """What was spoken of last."""
        for exchange in reversed(history):
            answered = [name for name in exchange.topics if name in self._topics]
            if answered:
                return Said(self._topics[answered[-1]])
            if any(name.endswith(OFFERED) for name in exchange.topics):
                return Said()
            match = self._matcher.match(exchange.caller)
            if match.sure:
                return Said(topic=match.topic)
            if self._matcher.says(tuple(self._matcher.terms.words(exchange.caller))):
                return Said(unknown=True)
        return Said()


def _summary(read: Sequence[_Reading]) -> Plan:
    rest = any(reading.asks for reading in read)
    topics = tuple(dict.fromkeys(reading.topic for reading in read if reading.topic))
    between = next((reading.between for reading in read if reading.between), ())
    fit = min(reading.fit for reading in read if reading.topic or reading.between)
    # What is asked about beside an answer would be one thing too many to listen to.
    if topics:
        return Plan(topics, (), rest or bool(between), fit)
    return Plan((), (between,), rest, fit) if between else Plan()


def _joinings(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """The ways to read `clauses`: as one piece, and each by itself."""
    whole = [tuple(chain.from_iterable(clauses))] if clauses else []
    return [whole, list(clauses)] if len(clauses) > 1 else [whole]
