"""The office's knowledge file: what callers ask, and the written answers.

TOML: `[[topics]]` with `id`, `questions` (as callers ask) and `answer`, and optionally `title`, how the topic
is spoken of in "Is it about ...?" and in the keypad's menu, and `hours`, the name of opening hours: who asks
whether it is open now is told that, and until when, before the answer; at the top
optionally `synonyms` (lists of words or phrases that mean the same in this office) and `filler` (words that
say nothing about the topic).
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sipforge.core.messages.events import TOPIC_CHARACTERS
from sipforge.engines.protocols import EngineError, Stage
from sipforge.text.plain import fold, words

ID_CHARACTERS: Final = TOPIC_CHARACTERS - 1


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing the office is asked about."""

    id: str
    """Told with each reply (`sipforge.engines.protocols.Reply`), so it is short and no question."""
    questions: tuple[str, ...]
    answer: str
    title: str = ""
    """As in "Is it about our prices?" or "For our prices, press 7."; empty where nobody is asked so."""
    hours: str = ""
    """Name of opening hours: who asks whether it is open now is told that before the answer."""


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

    def prompt(self) -> str:
        """The knowledge for a language model's prompt: each topic on a line, what it is and the answer."""
        return "\n".join(
            f"- {f'{topic.title}:' if topic.title else topic.questions[0]} {fold(topic.answer)}"
            for topic in self.topics
        )


def read_knowledge(text: str) -> Knowledge:
    """Read a knowledge file.

    Raises:
        EngineError: not TOML, or a topic lacks its id, questions or answer, has a long id, or is there twice,
            or its title is.
    """
    try:
        raw = tomllib.loads(text)
        topics = tuple(_topic(entry) for entry in raw["topics"])
        synonyms = tuple(map(_synonyms, raw.get("synonyms", [])))
        filler = tuple(str(word) for word in raw.get("filler", []))
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise EngineError(Stage.DIALOGUE, f"the knowledge file is wrong: {error!r}") from error
    twice = [name for name, count in Counter(topic.id for topic in topics).items() if count > 1]
    if twice or not topics:
        raise EngineError(Stage.DIALOGUE, f"the knowledge file has topics twice or none: {twice}")
    titles = Counter(fold(topic.title).casefold() for topic in topics if topic.title)
    same = [title for title, count in titles.items() if count > 1]
    if same:
        # "Is it about parking, or parking?"
        raise EngineError(Stage.DIALOGUE, f"topics of the knowledge file have the same title: {same}")
    return Knowledge(topics, synonyms, filler)


def load_knowledge(path: Path) -> Knowledge:
    """As `read_knowledge`, from a file; the error names it."""
    try:
        return read_knowledge(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, EngineError) as error:
        raise EngineError(Stage.DIALOGUE, f"{path}: {error}") from error


def _synonyms(group: object) -> tuple[str, ...]:
    phrases = tuple(map(str, group)) if isinstance(group, list) else ()
    if not phrases or not all(words(phrase) for phrase in phrases):
        raise ValueError(f"synonyms: {group!r} is no list of words")
    return phrases


def _topic(entry: Mapping[str, Any]) -> Topic:
    questions = tuple(str(question) for question in entry["questions"])
    title = str(entry.get("title", "")).strip()
    hours = str(entry.get("hours", ""))
    topic = Topic(str(entry["id"]), questions, str(entry["answer"]).strip(), title, hours)
    if not 0 < len(topic.id) <= ID_CHARACTERS or "?" in topic.id:
        raise ValueError(
            f"topic id {topic.id!r} is not 1 to {ID_CHARACTERS} characters without question mark"
        )
    if not topic.answer or not questions or not all(words(question) for question in questions):
        raise ValueError(f"topic {topic.id!r} has no answer or an empty question")
    return topic
