"""The office's own knowledge file: a caller's question matched to its written answer, or honestly to none.

Pure matching, no model. A word counts the more, the fewer topics use it; words of one synonym group are one;
endings are cut off lightly. A topic fits a question as far as the question's words are the topic's (so that a
question about something else fits nothing), and as far as one of the topic's phrasings is in the question.
"""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Final

from sipforge.engines.protocols import EngineError, Reply, Stage
from sipforge.text.plain import words

SURE: Final = 0.6
"""Fit from which an answer is given; measured, see tests/unit/engines/test_answers.py."""
UNKNOWN_WEIGHT: Final = 1.6
"""How much more than the rarest word of the file a word counts that is not in it: it is probably what the
question is about."""
AHEAD: Final = 0.05
"""How much better than the next topic it must fit."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing the office is asked about."""

    id: str
    questions: tuple[str, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A knowledge file."""

    topics: tuple[Topic, ...]
    synonyms: tuple[tuple[str, ...], ...] = ()
    filler: tuple[str, ...] = ()
    """Words that say nothing about the topic, such as "please"; left out of questions."""

    def questions(self) -> dict[str, str]:
        """Every phrasing → its topic, for a recogniser that picks from a closed set."""
        return {question: topic.id for topic in self.topics for question in topic.questions}

    def answers(self) -> list[str]:
        """Every written answer, for speaking them beforehand."""
        return [topic.answer for topic in self.topics]


def read_knowledge(text: str) -> Knowledge:
    """Read a knowledge file.

    Raises:
        EngineError: not TOML, or a topic lacks its id, questions or answer, or is there twice.
    """
    try:
        raw = tomllib.loads(text)
        topics = tuple(_topic(entry) for entry in raw["topics"])
        synonyms = tuple(tuple(str(word) for word in group) for group in raw.get("synonyms", []))
        filler = tuple(str(word) for word in raw.get("filler", []))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise EngineError(Stage.DIALOGUE, f"the knowledge file is wrong: {error!r}") from error
    twice = [name for name, count in Counter(topic.id for topic in topics).items() if count > 1]
    if twice or not topics:
        raise EngineError(Stage.DIALOGUE, f"the knowledge file has topics twice or none: {twice}")
    return Knowledge(topics, synonyms, filler)


def load_knowledge(path: Path) -> Knowledge:
    """As `read_knowledge`, from a file; the error names it."""
    try:
        return read_knowledge(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, EngineError) as error:
        raise EngineError(Stage.DIALOGUE, f"{path}: {error}") from error


def _topic(entry: Mapping[str, Any]) -> Topic:
    questions = tuple(str(question) for question in entry["questions"])
    topic = Topic(str(entry["id"]), questions, str(entry["answer"]).strip())
    if not topic.answer or not questions or not all(words(question) for question in questions):
        raise ValueError(f"topic {topic.id!r} has no answer or an empty question")
    return topic


@dataclass(frozen=True, slots=True)
class Match:
    """The best topic for a question and how well it fits."""

    topic: Topic
    fit: float
    """0 to 1."""
    ahead: float
    """How much better than the next topic."""

    @property
    def sure(self) -> bool:
        """Whether the answer should be given."""
        return self.fit >= SURE and self.ahead >= AHEAD


class Matcher:
    """A knowledge file made ready for matching."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._filler = {stem(word) for phrase in knowledge.filler for word in words(phrase)}
        self._group = {
            stem(word): stem(words(group[0])[0])
            for group in knowledge.synonyms
            for item in group
            for word in words(item)
        }
        self._phrasings = [
            [self._terms(question) for question in topic.questions] for topic in knowledge.topics
        ]
        self._vocabulary = [frozenset(chain.from_iterable(phrasings)) for phrasings in self._phrasings]
        count = Counter(term for vocabulary in self._vocabulary for term in vocabulary)
        self._weight = {term: self._rarity(topics) for term, topics in count.items()}

    def _rarity(self, topics: int) -> float:
        return math.log(1 + len(self._knowledge.topics) / topics)

    def match(self, text: str) -> Match:
        """The topic that fits `text` best."""
        asked = self._terms(text)
        fits = sorted(
            ((self._fit(asked, index), index) for index in range(len(self._vocabulary))), reverse=True
        )
        best, index = fits[0]
        following = fits[1][0] if len(fits) > 1 else 0.0
        return Match(self._knowledge.topics[index], best, best - following)

    def _fit(self, asked: frozenset[str], index: int) -> float:
        total = self._sum(asked)
        if not total:
            return 0.0
        covered = self._sum(asked & self._vocabulary[index]) / total
        contained = max(
            self._sum(asked & phrasing) / self._sum(phrasing) for phrasing in self._phrasings[index]
        )
        return math.sqrt(covered * contained)

    def _sum(self, terms: Iterable[str]) -> float:
        unknown = UNKNOWN_WEIGHT * self._rarity(1)
        return sum(self._weight.get(term, unknown) for term in terms)

    def _terms(self, text: str) -> frozenset[str]:
        stems = [stem(word) for word in words(text)]
        kept = [word for word in stems if word not in self._filler] or stems
        return frozenset(self._group.get(word, word) for word in kept)


def stem(word: str) -> str:
    """`word` without a plural or verb ending, lightly: enough for "opens" and "opening" to meet."""
    word = word.removesuffix("'s")
    for ending, least in (("ies", 3), ("ing", 4), ("ed", 4), ("es", 4), ("s", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            return word[: -len(ending)] + ("y" if ending == "ies" else "")
    return word


class AnswersDialogue:
    """The dialogue engine `answers`."""

    name = "answers"

    def __init__(self, knowledge: Knowledge) -> None:
        self._matcher = Matcher(knowledge)

    async def reply(self, text: str) -> Reply | None:
        """The written answer to `text`, or None when no topic surely fits."""
        match = self._matcher.match(text)
        return Reply(match.topic.answer, match.fit, self.name) if match.sure else None
