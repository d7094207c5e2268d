"""What utterances come to, and what the settings say about a conversation. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sipforge.core.office.destinations import NOWHERE, Destination


class Meaning(Enum):
    """What an utterance came to."""

    ANSWERED = "answered"
    GUESSED = "guessed"
    """It may be about topics that come with it (`Rounds`)."""
    UNKNOWN = "unknown"
    NOTHING = "nothing"
    FOREIGN = "foreign"
    """It is not this assistant's language but that of another, whose name comes with it."""
    GREETING = "greeting"
    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    """Nothing is asked for."""
    FIRST = "first"
    """Of what was asked about, as the two below."""
    SECOND = "second"
    BOTH = "both"
    GOODBYE = "goodbye"
    REPEAT = "repeat"
    OPERATOR = "operator"
    MESSAGE = "message"
    WHO = "who"
    """One of some people is wanted, whose extensions come with it (`Rounds`), and it is not sure whom."""
    OTHER_LANGUAGE = "other_language"
    """The caller asks for the language of another assistant, whose name comes with it."""
    BUSY = "busy"
    """Too many callers at once."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FrontDeskRules:
    """What the settings say about the front desk."""

    assistants: tuple[str, ...]
    """Names of those whom callers may want, in the order of their keys."""
    own: str
    """Which of them is at the desk."""
    closed: Destination = NOWHERE
    """Where calls go out of hours; nowhere: they end."""


class Offer(Enum):
    """What a "yes" would take."""

    OPERATOR = "operator"
    MESSAGE = "message"
    OTHER_LANGUAGE = "other_language"
    TOPIC = "topic"
    PERSON = "person"


Rounds = tuple[tuple[str, ...], ...]
"""Ids of topics: those to ask about at once, one or two, then those to ask about where these are denied. With
WHO, extensions of people to ask about."""


@dataclass(frozen=True, slots=True)
class PolicyRules:
    """What the settings say about a conversation."""

    operator: str = ""
    """Extension of the person offered; empty: nobody is."""
    prompt_again_seconds: float = 10.0
    idle_limit_seconds: float = 300.0
    idle_warning_seconds: float = 20.0
    """How long before the end of an idle call it is warned of; at most a quarter of the limit."""
    front_desk: FrontDeskRules | None = None
    """None: no call comes to it by the front desk."""
