"""What an assistant can say and do next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final


class Phrase(Enum):
    """The fixed things an assistant says; the value is the key in the phrase file."""

    GREETING_MORNING = "greeting_morning"
    GREETING_AFTERNOON = "greeting_afternoon"
    GREETING_EVENING = "greeting_evening"
    GREETING_HANDED_OVER = "greeting_handed_over"
    ASK_AGAIN = "ask_again"
    NOT_UNDERSTOOD = "not_understood"
    UNKNOWN = "unknown"
    UNKNOWN_NO_OFFER = "unknown_no_offer"
    CARRY_ON = "carry_on"
    ONE_MOMENT = "one_moment"
    HOLD = "hold"
    """Said instead of `ONE_MOMENT` when many callers are waiting; 0 leads to a person."""
    BUSY = "busy"
    CONNECTING = "connecting"
    NO_OPERATOR = "no_operator"
    OPERATOR_BUSY = "operator_busy"
    OPERATOR_AWAY = "operator_away"
    LEAVE_MESSAGE = "leave_message"
    MESSAGE_FAILED = "message_failed"
    IDLE_WARNING = "idle_warning"
    GOODBYE = "goodbye"
    IDLE_GOODBYE = "idle_goodbye"
    UNAVAILABLE = "unavailable"
    LINES_BUSY = "lines_busy"
    """Said, instead of a conversation, to a caller for whom there is no room."""
    INVITATION = "invitation"
    """Said, in this language, by other assistants: does the caller want to speak it?"""
    FRONT_DESK_MORNING = "front_desk_morning"
    """At the front desk each assistant says its own, one after the other; so with the four below."""
    FRONT_DESK_AFTERNOON = "front_desk_afternoon"
    FRONT_DESK_EVENING = "front_desk_evening"
    FRONT_DESK_AGAIN = "front_desk_again"
    """Names the {key} that chooses the assistant."""
    FRONT_DESK_CLOSED = "front_desk_closed"


class Reason(StrEnum):
    """Why the assistant ends a call; the value goes over the wire."""

    GOODBYE = "goodbye"
    IDLE = "idle"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a fixed phrase."""

    phrase: Phrase
    asks: tuple[str, ...] = ()
    """Ids of topics that the caller is still asked about."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Speak the answer that was found."""


@dataclass(frozen=True, slots=True)
class ReadMenu:
    """Read a page of the keypad's menu aloud."""

    page: int
    """From 0."""


@dataclass(frozen=True, slots=True)
class TellTopic:
    """Speak the answer of a topic."""

    topic: str
    """Its id."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask whether the caller means this topic, or which of two."""

    topics: tuple[str, ...]
    """Their ids."""


@dataclass(frozen=True, slots=True)
class AskWho:
    """Ask whether the caller wants this person, or which of several."""

    people: tuple[str, ...]
    """Their extensions."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """Say the last thing again."""


@dataclass(frozen=True, slots=True)
class Play:
    """Play a fixed phrase as another assistant has recorded it."""

    other: str
    """Its name."""
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Hush:
    """Drop what is queued to be heard."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect with a person, once what was said has been heard."""

    target: str
    """Extension."""


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Record a message for a person, once what was said has been heard."""

    target: str
    """Extension."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Go on with another assistant, once what was said has been heard."""

    other: str
    """Its name."""
    said: bool = False
    """Whether it answers what the caller has just said, in its language; else it greets."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call, once what was said has been heard."""

    reason: Reason


Departure = Transfer | TakeMessage | HandOver | Hangup
"""How a call leaves its assistant."""

Action = (
    Say
    | Tell
    | ReadMenu
    | TellTopic
    | Ask
    | AskWho
    | Repeat
    | Play
    | Hush
    | Transfer
    | TakeMessage
    | HandOver
    | Hangup
)

MORNING_HOURS: Final = range(4, 12)
AFTERNOON_HOURS: Final = range(12, 17)


def greeting(hour: int) -> Phrase:
    """The greeting for an hour of the day, 0 to 23."""
    if hour in MORNING_HOURS:
        return Phrase.GREETING_MORNING
    return Phrase.GREETING_AFTERNOON if hour in AFTERNOON_HOURS else Phrase.GREETING_EVENING
