"""What was spoken of before, and which of the topics asked about a caller names. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from sipforge.core.messages.events import OFFERED
from sipforge.engines.answering.answers.matching import AHEAD, Matcher
from sipforge.engines.answering.knowledge import Knowledge, Topic

ASKED: Final = 40
"""Topics of a file up to which each choice of two is spoken beforehand: they grow by the square."""


@dataclass(frozen=True, slots=True)
class AnswersPhrases:
    """What is said besides answers, and what callers reply; empty in a language that lacks them."""

    ask: str = ""
    """Whether one topic is meant; holds {title}. Empty: nobody is asked."""
    ask_two: str = ""
    """Which of two; holds {first} and {second}."""
    rest: str = ""
    """Said after an answer, when something else was asked that is not known."""
    first: tuple[str, ...] = ()
    """What chooses the first of two topics."""
    second: tuple[str, ...] = ()
    both: tuple[str, ...] = ()

    def asking(self, titles: Sequence[str]) -> str:
        """How callers are asked whether they mean what has one of `titles`, one or two."""
        if len(titles) == 1:
            return self.ask.format(title=titles[0])
        return self.ask_two.format(first=titles[0], second=titles[1])

    def texts(self, knowledge: Knowledge) -> list[str]:
        """All that can be said besides the answers of `knowledge`, as far as that is worth keeping."""
        titles = [topic.title for topic in knowledge.topics if topic.title]
        pairs = permutations(titles, 2) if len(titles) <= ASKED else ()
        asked = [self.asking(said) for said in (*((title,) for title in titles), *pairs)] if self.ask else []
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

    def __init__(self, knowledge: Knowledge) -> None:
        self._topics = {topic.id: topic for topic in knowledge.topics}

    def said(self, topics: Sequence[str]) -> Said:
        """What a reply with these `topics` spoke of last; nothing where they are not this file's."""
        answered = [self._topics[name] for name in topics if name in self._topics]
        asked = [name.removesuffix(OFFERED) for name in topics if name.endswith(OFFERED)]
        offered = tuple(self._topics[name] for name in asked if name in self._topics)
        return Said(answered[-1] if answered else None, offered)

    def choice(self, text: str, offered: Sequence[Topic], matcher: Matcher) -> tuple[Topic, ...]:
        """Which of `offered` the caller named with `text`; empty where it is something else."""
        terms = matcher.heard(matcher.terms.words(text))
        fits = [matcher.covering(terms, topic) for topic in offered]
        best = max(fits)
        close = [topic for topic, fit in zip(offered, fits, strict=True) if best - fit < AHEAD]
        return tuple(close) if best and len(close) == 1 else ()
