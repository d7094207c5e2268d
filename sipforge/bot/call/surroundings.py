"""What a conversation is told of its surroundings: who else there is, and where the call comes from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from sipforge.core.conversation.actions import Phrase
from sipforge.core.messages.hello import Arrival, Detail


@dataclass(frozen=True, slots=True)
class Other:
    """An assistant of another language."""

    extension: str
    recorded: Callable[[Phrase], bytes] = lambda phrase: b""
    """A phrase in its own language and voice: slin at 16 kHz; may read a file."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who else there is."""

    others: Mapping[str, Other] = field(default_factory=dict)
    """The assistants of other languages that callers may be handed to, by name."""
    brief: Callable[[str, str], Awaitable[bool]] | None = None
    """Makes the sound of a text for a call's colleague, by call id; whether it is there."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a call comes from."""

    call: str
    caller: str
    """The caller's name and number, as they are known; may be empty."""
    arrival: Arrival = Arrival.NEW
    detail: Detail = Detail.NONE
    target: str = ""
    """Whom a call that is back was to be connected with."""
    hour: int = 12
    """Hour of the office's day."""
