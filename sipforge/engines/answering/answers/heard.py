"""What the assistant said before, found again in what the caller heard of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from sipforge.engines.answering.answers.matching import AHEAD, Matcher
from sipforge.engines.answering.knowledge import Knowledge, Topic
from sipforge.text.plain import words

_CUT_SHORT: Final = 3
"""Words of an answer that are enough to know it by."""

_POLITE: Final = 3
"""How many words more than the choice a caller may say, as in "yes the first one please"."""


@dataclass(frozen=True, slots=True)
class AnswersPhrases:
    """What the engine says besides answers, and what callers reply; empty in a language that lacks them."""

    ask: str = ""
    """Holds {first} and {second}; empty: it never asks back."""
    rest: str = ""
    """Said after an answer, when something else was asked that is not known."""
    first: tuple[str, ...] = ()
    """What chooses the first of two topics."""
    second: tuple[str, ...] = ()
    both: tuple[str, ...] = ()

    def texts(self, knowledge: Knowledge) -> list[str]:
        """All that it can say besides the answers of `knowledge`."""
        titles = [topic.title for topic in knowledge.topics if topic.title]
        asked = [self.ask.format(first=first, second=second) for first, second in permutations(titles, 2)]
        return list(filter(None, [self.rest, *asked]))


@dataclass(frozen=True, slots=True)
class Said:
    """What was spoken of last."""

    topic: Topic | None = None
    offered: tuple[Topic, ...] = ()
    """What the caller was asked to choose between, as far as it was heard."""
    unknown: bool = False
    """Something, but none of the topics."""


class Heard:
    """One knowledge file's answers and titles, as they sound."""

    def __init__(self, knowledge: Knowledge, phrases: AnswersPhrases) -> None:
        self._answers = [(words(topic.answer), topic) for topic in knowledge.topics]
        self._titles = [(words(topic.title), topic) for topic in knowledge.topics if topic.title]
        self._ask = words(phrases.ask.partition("{first}")[0])
        self._choices = [
            (words(said), numbers)
            for said_by, numbers in ((phrases.first, (0,)), (phrases.second, (1,)), (phrases.both, (0, 1)))
            for said in said_by
        ]

    def said(self, assistant: str) -> Said:
        """What `assistant`, the text that was heard, spoke of last; nothing where it is not ours."""
        heard = words(assistant)
        asked = _find(heard, self._ask) if self._ask else -1
        if asked >= 0:
            after = heard[asked + len(self._ask) :]
            named = [(_find(after, title), -len(title), topic) for title, topic in self._titles]
            found = sorted((entry for entry in named if entry[0] >= 0), key=lambda entry: entry[:2])
            return Said(offered=_apart(found))
        ends = [(_end(heard, answer), topic) for answer, topic in self._answers]
        end, topic = max(ends, key=lambda entry: entry[0])
        return Said(topic=topic) if end else Said()

    def choice(self, text: str, offered: Sequence[Topic], matcher: Matcher) -> tuple[Topic, ...]:
        """Which of `offered` the caller chose with `text`; empty where it is something else."""
        said = words(text)
        chosen = [
            (len(phrase), numbers)
            for phrase, numbers in self._choices
            if len(said) <= len(phrase) + _POLITE and _find(said, phrase) >= 0
        ]
        if chosen:
            return tuple(offered[number] for number in max(chosen)[1] if number < len(offered))
        terms = matcher.heard(matcher.terms.words(text))
        fits = [matcher.covering(terms, topic) for topic in offered]
        best = max(fits)
        close = [topic for topic, fit in zip(offered, fits, strict=True) if best - fit < AHEAD]
        return tuple(close) if best and len(close) == 1 else ()


def _apart(found: Sequence[tuple[int, int, Topic]]) -> tuple[Topic, ...]:
    """At most two topics of `found` (where it begins, its negative length), none inside another's title."""
    topics: list[Topic] = []
    end = 0
    for begin, length, topic in found:
        if begin >= end:
            topics.append(topic)
            end = begin - length
    return tuple(topics[:2])


def _find(said: Sequence[str], phrase: Sequence[str]) -> int:
    """Where `phrase` stands in `said`; -1 for nowhere."""
    steps = range(len(said) - len(phrase) + 1)
    return next((at for at in steps if list(said[at : at + len(phrase)]) == list(phrase)), -1)


def _end(heard: Sequence[str], answer: Sequence[str]) -> int:
    """Where `answer`, or what was heard of it, ends in `heard`; 0 where it was not heard."""
    at = _find(heard, answer)
    if at >= 0:
        return at + len(answer)
    for length in range(min(len(heard), len(answer)), _CUT_SHORT - 1, -1):
        if list(heard[-length:]) == list(answer[:length]):
            return len(heard)
    return 0
