"""What was spoken of before, and what callers choose of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from sipforge.engines.answering.answers.matching import AHEAD, Matcher
from sipforge.engines.answering.knowledge import Knowledge, Topic
from sipforge.engines.protocols import OFFERED
from sipforge.text.plain import words

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
    """What the caller was asked to choose between."""
    unknown: bool = False
    """Something, but none of the topics."""


class Heard:
    """One knowledge file's topics, as they are spoken of."""

    def __init__(self, knowledge: Knowledge, phrases: AnswersPhrases) -> None:
        self._topics = {topic.id: topic for topic in knowledge.topics}
        self._choices = [
            (words(said), numbers)
            for said_by, numbers in ((phrases.first, (0,)), (phrases.second, (1,)), (phrases.both, (0, 1)))
            for said in said_by
        ]

    def said(self, topics: Sequence[str]) -> Said:
        """What a reply with these `topics` spoke of last; nothing where they are not this file's."""
        answered = [self._topics[name] for name in topics if name in self._topics]
        asked = [name.removesuffix(OFFERED) for name in topics if name.endswith(OFFERED)]
        offered = tuple(self._topics[name] for name in asked if name in self._topics)
        return Said(answered[-1] if answered else None, offered)

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


def _find(said: Sequence[str], phrase: Sequence[str]) -> int:
    """Where `phrase` stands in `said`; -1 for nowhere."""
    steps = range(len(said) - len(phrase) + 1)
    return next((at for at in steps if list(said[at : at + len(phrase)]) == list(phrase)), -1)
