"""Ring groups: several telephones under one extension."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sipforge.core.office.destinations import Destination, parse_destination
from sipforge.core.office.extensions import check_assistant, check_entry_name, check_user

EVERYBODY: Final = "office"
"""The pickup group that all users are in."""
LONGEST_RING_SECONDS: Final = 300


class Ring(Enum):
    """How the members' telephones ring."""

    ALL = "all"
    """All at once."""
    ORDER = "order"
    """One after the other, always from the first."""
    ROTATE = "rotate"
    """One after the other, each call from the next one (round robin)."""


@dataclass(frozen=True, slots=True)
class Group:
    """A ring group.

    Raises:
        ValueError: a value that cannot be; the message begins with the key.
    """

    name: str
    extension: str
    members: tuple[str, ...]
    """Users' extensions."""
    ring: Ring = Ring.ALL
    seconds: int = 20
    """How long it rings: all together, or each member."""
    otherwise: str = ""
    """The last resort: the destination of calls that nobody took; empty: the caller is told so."""
    last: Destination = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_entry_name(self.name)
        if self.name == EVERYBODY:
            raise ValueError(f"name: {EVERYBODY} is the group of everybody, who pick up each other's calls")
        check_assistant(self.extension)
        if not self.members:
            raise ValueError("members: is empty")
        for member in self.members:
            try:
                check_user(member)
            except ValueError as error:
                raise ValueError(f"members: {error}") from error
        if len(set(self.members)) != len(self.members):
            raise ValueError("members: somebody is there twice")
        check_seconds(self.seconds)
        object.__setattr__(self, "last", destination("otherwise", self.otherwise))


def check_seconds(seconds: int) -> None:
    """Refuse a time of ringing that is none."""
    if not 5 <= seconds <= LONGEST_RING_SECONDS:
        raise ValueError(f"seconds: {seconds} is not from 5 to {LONGEST_RING_SECONDS}")


def destination(key: str, text: str) -> Destination:
    """`parse_destination`, with the key in front of the complaint."""
    try:
        return parse_destination(text)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


def destinations(key: str, texts: Mapping[str, str]) -> dict[str, Destination]:
    """The same of several."""
    return {name: destination(f"{key}.{name}", text) for name, text in texts.items()}
