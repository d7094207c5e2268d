"""What a call's machine is told: each fact is one small frozen class. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from sipforge.core.conversation.policy.meanings import Meaning, Rounds
from sipforge.text.turn_end import Completeness


@dataclass(frozen=True, slots=True)
class Window:
    """The next moment of what the telephone sends; windows come one after the other, without gaps."""

    seconds: float
    probability: float
    """That it holds speech."""
    dbfs: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What was recognised in the sound of a `Recognise`."""

    work: int
    """Which one it answers."""
    text: str
    confidence: float = 1.0
    seconds: float = 0.0
    """How long recognition took."""
    completeness: Completeness = Completeness.UNSURE
    meaning: Meaning | None = None
    """Where the words alone decide it."""
    doubtful: bool = False
    """Whether it may be no words at all, but a hum."""
    listens: bool = False
    """Whether it only says that the caller listens ("mm-hm")."""


@dataclass(frozen=True, slots=True)
class Thought:
    """What the utterance of a `Recognise` or a `ThinkAgain` came to; after `Heard`, where there was one."""

    work: int
    meaning: Meaning
    target: str = ""
    """With OPERATOR and MESSAGE an extension, empty for the operator; with OTHER_LANGUAGE and FOREIGN the
    name of an assistant."""
    text: str = ""
    """What the utterance was on second thoughts, where that is not what was heard at first."""
    engine: str = "phrases"
    """Who found it: a dialogue engine's name, or "phrases"."""
    topics: tuple[str, ...] = ()
    """Ids of what a reply is about."""
    guesses: Rounds = ()
    """With GUESSED."""
    denies: bool = False
    """Whether the utterance began with a "no"."""
    seconds: float = 0.0
    """How long it took, without recognition."""
    completeness: Completeness = Completeness.UNSURE
    """How complete the turn is, now that this is known."""
    failed: str = ""
    """The stage that failed, where one did."""


@dataclass(frozen=True, slots=True)
class Part:
    """The next piece of a reply that was asked for with `Tell`: of any length, spaces included."""

    work: int
    text: str


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """A reply that was asked for with `Tell` is complete."""

    work: int
    meaning: Meaning | None = None
    """What is to be done once it was heard: OPERATOR, MESSAGE or GOODBYE."""
    target: str = ""
    broken: bool = False
    """Whether the engine broke off."""


@dataclass(frozen=True, slots=True)
class Sounded:
    """The first sound of a sentence was sent to be played."""

    sentence: int
    seconds: float
    """How long it took to make."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The whole of a sentence was sent to be played."""

    sentence: int
    seconds: float
    """Its length."""


@dataclass(frozen=True, slots=True)
class PlayedUpTo:
    """The caller has heard all up to the end of a sentence."""

    sentence: int


@dataclass(frozen=True, slots=True)
class PlayoutCleared:
    """What was queued when `Clear` was sent is dropped."""

    played_seconds: float
    """Heard of it, past the last sentence that was heard to its end."""


@dataclass(frozen=True, slots=True)
class Key:
    """The caller pressed a key: 0-9, *, #."""

    key: str


@dataclass(frozen=True, slots=True)
class PutOnHold:
    """The caller's telephone holds the call: it hears nothing and says nothing."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The telephone holds the call no longer."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The other side is gone."""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Time went by."""

    crowded: bool = False
    """Whether so many callers wait for the recogniser that it should be said."""


Fact = (
    Window
    | Heard
    | Thought
    | Part
    | ReplyEnded
    | Sounded
    | Sent
    | PlayedUpTo
    | PlayoutCleared
    | Key
    | PutOnHold
    | TakenBack
    | HungUp
    | Elapsed
)
