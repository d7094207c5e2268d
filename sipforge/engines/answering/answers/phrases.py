"""What is said besides the written answers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from sipforge.engines.answering.knowledge import Knowledge

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
