"""What the assistants know and say, read from the very files that are deployed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sipforge.core.conversation.actions import greeting
from tests.models import REPOSITORY

OFFICE_TIME = ZoneInfo("Africa/Kigali")
"""common_timezone of the inventory, by which the assistants greet."""
KNOWLEDGE = REPOSITORY / "inventory" / "knowledge"
PHRASES = REPOSITORY / "roles" / "sipforge" / "files" / "phrases"


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing an assistant can answer."""

    id: str
    questions: tuple[str, ...]
    answer: str
    title: str = ""
    """How it is asked about."""


@dataclass(frozen=True, slots=True)
class Texts:
    """All that one assistant knows and says."""

    topics: dict[str, Topic]
    phrases: dict[str, str]
    """By name, such as "greeting"."""
    briefing: str = ""
    """What a colleague hears before a caller is put through, with {caller} and {reason}."""
    asks: str = ""
    """How the question begins whether a topic is meant."""
    telephone: dict[str, str] = field(default_factory=dict)
    """What the telephone system says in this language, by name."""

    def everything(self) -> list[str]:
        """Every text it can say, each once."""
        return list(
            dict.fromkeys([*self.phrases.values(), *(topic.answer for topic in self.topics.values())])
        )


def load_texts(
    name: str, office: str = "the office", knowledge: Path | None = None, phrases_file: Path | None = None
) -> Texts:
    """The texts of an assistant; `office` is put where a phrase names it.

    Raises:
        OSError, KeyError: the repository's files are missing or have another form.
    """
    topics = {
        topic["id"]: Topic(
            topic["id"],
            tuple(_text(question) for question in topic["questions"]),
            topic["answer"],
            topic.get("title", ""),
        )
        for topic in _read(knowledge or KNOWLEDGE / f"{name}.toml")["topics"]
    }
    spoken = _read(phrases_file or PHRASES / f"{name}.toml")
    phrases = {key: _text(phrase).replace("{office}", office) for key, phrase in spoken["phrases"].items()}
    phrases["greeting"] = phrases[greeting(datetime.now(OFFICE_TIME).hour).value]
    asks = _text(spoken.get("answers", {}).get("ask", "")).partition("{")[0]
    telephone = {key: _text(phrase) for key, phrase in spoken.get("telephone", {}).items()}
    return Texts(topics, phrases, _text(spoken.get("briefing", "")), asks, telephone)


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _text(entry: str | dict[str, str]) -> str:
    return entry if isinstance(entry, str) else entry["text"]
