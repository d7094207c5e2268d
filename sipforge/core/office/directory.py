"""Who is in the office, by name: what callers say who want somebody. Pure.

A whole name counts before a part of one (a first name, a surname), and what is spelt as a name before what
only sounds like one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from sipforge.core.office.extensions import check_user
from sipforge.text.plain import contains, words

_LEAST_LETTERS: Final = 3
"""Of a part of a name."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a telephone."""

    extension: str
    name: str


class Directory:
    """The people of an office."""

    def __init__(self, people: Iterable[Person] = ()) -> None:
        self.people = tuple(people)
        self._names = [(person, words(person.name)) for person in self.people]

    def name(self, extension: str) -> str:
        """Of the person with this extension; empty: nobody has it."""
        return next((person.name for person in self.people if person.extension == extension), "")

    def spelt(self, said: Sequence[str], common: Set[str] = frozenset()) -> tuple[Person, ...]:
        """Whose name, or a part of it, stands in `said`.

        Args:
            said: words in lower case.
            common: words that are no name by themselves, such as "office".
        """
        heard = list(said)
        whole = [person for person, name in self._names if contains(heard, name)]
        words_said = set(heard) - common
        return tuple(whole or [person for person, name in self._names if set(_parts(name)) & words_said])

    def alike(self, said: Sequence[str], sound: Callable[[str], str] = str) -> list[tuple[float, Person]]:
        """Everybody, with how much something in `said` sounds like their name (0 to 1); the likeliest first.

        Args:
            said: words in lower case.
            sound: of the caller's language: what is easily misheard for each other has the same.
        """
        found = [
            (max(_likeness(said, one, sound) for one in (name, *([part] for part in _parts(name)))), person)
            for person, name in self._names
        ]
        return sorted(found, key=lambda one: -one[0])

    def sayings(self, before: Iterable[str] = ()) -> Mapping[str, str]:
        """What callers may say who want somebody → whom, for a recogniser that picks from a closed set.

        Args:
            before: how they begin, such as "connect me with".
        """
        spoken = {person.name: f"={person.extension}" for person in self.people}
        for part in {part for _, name in self._names for part in _parts(name)}:
            holders = [person for person, name in self._names if part in name]
            spoken.setdefault(part, f"={holders[0].extension}" if len(holders) == 1 else f"={part}")
        return {
            f"{begun} {name}".strip(): meaning for begun in ("", *before) for name, meaning in spoken.items()
        }


def _parts(name: Sequence[str]) -> list[str]:
    return [part for part in name if len(part) >= _LEAST_LETTERS]


def _likeness(heard: Sequence[str], name: Sequence[str], sound: Callable[[str], str]) -> float:
    """How much the words that sound most like `name` do; a name is often heard as more words than it has."""
    meant = "".join(map(sound, name))
    best = 0.0
    for length in range(1, len(name) + 3):
        for at in range(len(heard) - length + 1):
            one = "".join(map(sound, heard[at : at + length]))
            best = max(best, SequenceMatcher(None, one, meant, autojunk=False).ratio())
    return best


def parse_directory(text: str) -> Directory:
    """The directory in a file's text: a JSON list of objects with `extension` and `name`.

    Raises:
        ValueError: it is something else.
    """
    raw = json.loads(text)
    if not isinstance(raw, list):
        raise ValueError("must be a list of people")
    people = []
    for entry in raw:
        extension, name = (
            entry.get(key) if isinstance(entry, dict) else None for key in ("extension", "name")
        )
        if not isinstance(extension, str) or not isinstance(name, str):
            raise ValueError(f"{entry!r}: must have an extension and a name")
        if words(name):
            people.append(Person(check_user(extension), name.strip()))
    return Directory(people)
