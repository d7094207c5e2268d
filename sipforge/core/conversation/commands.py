"""What a call's machine wants done: each command is one small frozen class. Pure.

The events for the orchestrator (`Clear`, `Pause`, `Resume`, `TranscriptEvent`, `ReplyEvent`, `MetricsEvent`
of sipforge.core.messages.events) are commands, too: to be sent as they are, in order with the sound.
"""

from __future__ import annotations

from dataclasses import dataclass

from sipforge.core.conversation.actions import Departure, Phrase
from sipforge.core.conversation.history import Exchange
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.messages.events import BotEvent


@dataclass(frozen=True, slots=True)
class Recognise:
    """Find out what is said, and what it comes to: tell `Heard`, then `Thought`.

    Until `Hasten` it is a speculation: the caller may go on.
    """

    work: int
    since: float
    """Where in what was heard the utterance begins, in seconds of windows; it ends with the last window."""
    speech_seconds: float
    """How much of it sounds like a voice."""
    history: tuple[Exchange, ...]
    any_language: bool = False
    """Whether the caller may speak any assistant's language, so that it is to be found out which."""


@dataclass(frozen=True, slots=True)
class HearAhead:
    """Do what can be done already for an utterance that goes on; nothing is told."""

    since: float
    """As in `Recognise`."""


@dataclass(frozen=True, slots=True)
class Hasten:
    """The caller waits for this work now."""

    work: int


@dataclass(frozen=True, slots=True)
class ThinkAgain:
    """Think about what was heard in `of`, with the dialogue engines behind the one that broke off."""

    work: int
    of: int
    history: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Tell:
    """Give the reply of a thought: tell each `Part`, then `ReplyEnded`."""

    work: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Nobody wants this work or its reply any more."""

    work: int


@dataclass(frozen=True, slots=True)
class Speak:
    """Speak a sentence after what is queued: tell `Sounded`, `Sent`, and `PlayedUpTo` when it was heard."""

    sentence: int
    text: str


@dataclass(frozen=True, slots=True)
class Play:
    """As `Speak`, with a phrase that another assistant has recorded."""

    sentence: int
    other: str
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Prepare:
    """The call will probably leave so: make what is needed for it, such as the colleague's briefing."""

    departure: Departure
    reason: str
    """What the caller said last."""


@dataclass(frozen=True, slots=True)
class Depart:
    """Leave so, now; `Prepare` came before."""

    departure: Departure
    said_seconds: float = 0.0
    """With a `HandOver` of what was said: how long ago, in seconds of windows, the caller began to say it."""


@dataclass(frozen=True, slots=True)
class Note:
    """For the log: what a turn came to. Without its words."""

    turn: int
    meaning: Meaning
    failed: str
    characters: int
    seconds: float
    """That recognition took."""


@dataclass(frozen=True, slots=True)
class Warn:
    """For the log: something went wrong, in one sentence."""

    sentence: str


@dataclass(frozen=True, slots=True)
class End:
    """The call is over."""


Command = (
    Recognise
    | HearAhead
    | Hasten
    | ThinkAgain
    | Tell
    | Drop
    | Speak
    | Play
    | Prepare
    | Depart
    | Note
    | Warn
    | End
    | BotEvent
)
