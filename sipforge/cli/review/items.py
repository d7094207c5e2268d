"""What a native speaker is asked about: every text of an assistant's files that a person hears or says. Pure.

A text is a string, or a table with `text` (or `texts`) and the columns `confidence` and `source`; a topic of
the knowledge file has these columns for all of its texts. The rules of an espeak-ng voice are lines of its
rule files, each shown with a word in which it applies.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

SAMPLES: Final = "samples"
"""Table of the phrase file with texts that nobody says, written to hear numbers, times and money in them."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")

Normalise = Callable[[str], str]
"""A text as words."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be judged."""

    id: str
    """Where it stands: part and key, such as "phrases.goodbye"; the texts of one list share it."""
    text: str
    """As it is written."""
    words: str
    """As it is spoken, placeholders left as they are; the verdict is on both."""
    said: str
    """What is played: words, placeholders filled."""
    about: str = ""
    """What it means, or where it applies."""
    confidence: str = ""
    source: str = ""

    @property
    def part(self) -> str:
        """First word of the id."""
        return self.id.partition(".")[0]

    @property
    def digest(self) -> str:
        """Changes when the text does, or how it is spoken."""
        return hashlib.sha256(f"{self.text}\n{self.words}".encode()).hexdigest()[:16]

    @property
    def key(self) -> tuple[str, str]:
        """What a verdict binds to."""
        return self.id, self.digest


class Collector:
    """Makes items of one assistant's files."""

    def __init__(self, normalise: Normalise, placeholders: Mapping[str, str]) -> None:
        """`placeholders` fill what stands in braces where a text is played: {"{office}": "Hilltop"}."""
        self._normalise = normalise
        self._placeholders = placeholders

    def phrases(self, raw: Mapping[str, Any]) -> list[Item]:
        """Of a phrase file; the samples last."""
        found = [
            item for name, entry in raw.items() if name != SAMPLES for item in self._walk(name, entry, {})
        ]
        return [*found, *self._walk(SAMPLES, raw.get(SAMPLES, {}), {})]

    def knowledge(self, raw: Mapping[str, Any]) -> list[Item]:
        """Of a knowledge file: of each topic the title, the answer and the questions.

        Raises:
            KeyError: a topic has no id.
        """
        found: list[Item] = []
        for topic in raw.get("topics", []):
            for name in ("title", "answer", "questions"):
                found += self._walk(f"knowledge.{topic['id']}.{name}", topic.get(name, []), topic)
        return found

    def _walk(self, id_: str, entry: Any, columns: Mapping[str, Any]) -> Iterator[Item]:
        match entry:
            case str():
                yield self._item(id_, entry, columns)
            case list():
                for one in entry:
                    yield from self._walk(id_, one, columns)
            case {"text": text}:
                yield from self._walk(id_, text, entry)
            case {"texts": texts}:
                yield from self._walk(id_, texts, entry)
            case dict():
                for name, one in entry.items():
                    yield from self._walk(f"{id_}.{name}", one, columns)

    def _item(self, id_: str, text: str, columns: Mapping[str, Any]) -> Item:
        filled = text
        for placeholder, value in self._placeholders.items():
            filled = filled.replace(placeholder, value)
        about, confidence, source = (
            str(columns.get(name, "")) for name in ("english", "confidence", "source")
        )
        return Item(id_, text, self._normalise(text), self._normalise(filled), about, confidence, source)


def rule_items(name: str, text: str, said: Iterable[str]) -> list[Item]:
    """Of an espeak-ng file of letter rules (NAME_rules) or of words (NAME_list).

    Args:
        name: the file's.
        text: what it holds.
        said: texts as words, in which examples are looked for.
    """
    known = sorted(
        {word.lower() for one in said for word in _WORD.findall(one)}, key=lambda word: (len(word), word)
    )
    part = "rules" if name.endswith("_rules") else "lexicon"
    found = []
    for line in text.splitlines():
        rule, _, comment = line.partition("//")
        fields = rule.split()
        if not fields or fields[0].startswith("."):
            continue
        before = "".join(one[:-1] for one in fields if one.endswith(")"))
        after = "".join(one[1:] for one in fields if one.startswith("("))
        letters, *sounds = [one for one in fields if not one.endswith(")") and not one.startswith("(")]
        spelling = before + letters + after
        example = next((word for word in known if spelling in word), "") if part == "rules" else letters
        written = " ".join(fields[: len(fields) - len(sounds)]) + " → " + (" ".join(sounds) or "(silent)")
        about = f"as in {example}" if part == "rules" and example else ""
        found.append(Item(f"{part}.{letters}", written, "", example, about, source=comment.strip() or name))
    return found


def without_twins(items: Iterable[Item]) -> list[Item]:
    """`items`, each key once."""
    return list({item.key: item for item in reversed(list(items))}.values())[::-1]
