"""Menus: a number that says what to press, and sends callers on by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sipforge.core.office.destinations import Destination
from sipforge.core.office.extensions import check_assistant, check_entry_name
from sipforge.core.office.groups import destination, destinations

KEYS = "0123456789*#"
TEXT_LETTERS = 600


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu by keys.

    Raises:
        ValueError: a value that cannot be; the message begins with the key.
    """

    name: str
    extension: str
    says: Mapping[str, str]
    """Name of an assistant, in whose voice it is said → what is said, one after the other."""
    keys: Mapping[str, str]
    """Key → destination."""
    otherwise: str = ""
    """The destination of callers who press nothing that is there, twice."""
    hours: str = ""
    """Name of the opening hours; empty: always open."""
    closed: str = ""
    """The destination of calls out of hours."""
    closed_says: Mapping[str, str] = field(default_factory=dict)
    """What is said out of hours before the call goes there."""
    by_key: Mapping[str, Destination] = field(init=False, repr=False)
    after_silence: Destination = field(init=False, repr=False)
    after_hours: Destination = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_entry_name(self.name)
        check_assistant(self.extension)
        if not self.keys:
            raise ValueError("keys: is empty")
        for key in self.keys:
            if key not in KEYS or len(key) != 1:
                raise ValueError(f"keys: {key!r} is no key of a telephone")
        for name, texts in (("says", self.says), ("closed_says", self.closed_says)):
            for language, text in texts.items():
                if not text or len(text) > TEXT_LETTERS:
                    raise ValueError(f"{name}.{language}: must be 1 to {TEXT_LETTERS} letters")
        if not self.says:
            raise ValueError("says: is empty")
        if (self.closed or self.closed_says) and not self.hours:
            raise ValueError("hours: is missing, but there is something for when it is closed")
        object.__setattr__(self, "by_key", destinations("keys", self.keys))
        object.__setattr__(self, "after_silence", destination("otherwise", self.otherwise))
        object.__setattr__(self, "after_hours", destination("closed", self.closed))
