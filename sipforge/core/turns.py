"""The course of a conversation: what an assistant does next. Pure: facts and seconds in, actions out.

Rules, in prose. The assistant greets, listens, thinks, speaks, and listens again; what a caller says while it
speaks or thinks is not acted on. Silence makes it ask again, after twice as long each time, and too long a
time in which nothing was understood ends the call: noise does not hold a line. What it does not know it says
honestly and offers a person, if one is configured; "yes" then connects, "no" goes on. Not understanding twice
in a row counts as not knowing. The keys work at any time: 0 connects with the person, # ends the call, * says
the last thing again. An illegal move raises and changes nothing; what comes after the end is ignored, since a
call's last facts cross with its last actions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class State(Enum):
    """Where the conversation is."""

    NEW = "new"
    GREETING = "greeting"
    LISTENING = "listening"
    THINKING = "thinking"
    SPEAKING = "speaking"
    ENDING = "ending"


class Phrase(Enum):
    """The fixed things an assistant says; the value is the key in the phrase file."""

    GREETING = "greeting"
    ASK_AGAIN = "ask_again"
    NOT_UNDERSTOOD = "not_understood"
    UNKNOWN = "unknown"
    UNKNOWN_NO_OFFER = "unknown_no_offer"
    CARRY_ON = "carry_on"
    CONNECTING = "connecting"
    NO_OPERATOR = "no_operator"
    GOODBYE = "goodbye"
    IDLE_GOODBYE = "idle_goodbye"
    UNAVAILABLE = "unavailable"


class Meaning(Enum):
    """What an utterance came to."""

    ANSWERED = "answered"
    UNKNOWN = "unknown"
    NOTHING = "nothing"
    YES = "yes"
    NO = "no"
    GOODBYE = "goodbye"
    REPEAT = "repeat"
    OPERATOR = "operator"
    FAILED = "failed"


class Reason(Enum):
    """Why the assistant ends a call; the value goes over the wire."""

    GOODBYE = "goodbye"
    IDLE = "idle"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Say:
    """Speak a fixed phrase."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Tell:
    """Speak an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Hush:
    """Drop what is queued to be heard."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Connect with the person, once what was said has been heard."""


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call, once what was said has been heard."""

    reason: Reason


Action = Say | Tell | Hush | Transfer | Hangup

TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.NEW: frozenset({State.GREETING}),
    State.GREETING: frozenset({State.LISTENING, State.SPEAKING, State.ENDING}),
    State.LISTENING: frozenset({State.THINKING, State.SPEAKING, State.ENDING}),
    State.THINKING: frozenset({State.SPEAKING, State.ENDING}),
    State.SPEAKING: frozenset({State.LISTENING, State.SPEAKING, State.ENDING}),
    State.ENDING: frozenset(),
}


class IllegalMove(Exception):
    """Something was reported that cannot happen in this state: a mistake of the reporter."""


class Conversation:
    """One call's course."""

    def __init__(self, *, prompt_again_seconds: float, idle_limit_seconds: float, operator: bool) -> None:
        self.state = State.NEW
        self._prompt_again_seconds = prompt_again_seconds
        self._idle_limit_seconds = idle_limit_seconds
        self._operator = operator
        self._wait_seconds = prompt_again_seconds
        self._silence_seconds = 0.0
        self._idle_seconds = 0.0
        self._offered = False
        self._misunderstood = 0
        self._last: Say | Tell = Say(Phrase.GREETING)

    @property
    def hears(self) -> bool:
        """Whether what the caller says now is acted on."""
        return self.state is State.LISTENING

    def connected(self) -> list[Action]:
        """The call is there."""
        return self._speak(State.GREETING, Say(Phrase.GREETING))

    def played(self) -> list[Action]:
        """Everything said has been heard by the caller."""
        if self.state is State.ENDING:
            return []
        if self.state not in {State.GREETING, State.SPEAKING}:
            raise IllegalMove(f"nothing was being said while {self.state.value}")
        self._move(State.LISTENING)
        self._silence_seconds = 0.0
        return []

    def heard(self) -> list[Action]:
        """The caller has finished an utterance."""
        if self.state is State.ENDING:
            return []
        if self.state is not State.LISTENING:
            raise IllegalMove(f"nobody listens while {self.state.value}")
        self._move(State.THINKING)
        return []

    def waited(self, seconds: float, *, speaking: bool = False) -> list[Action]:
        """`seconds` went by; `speaking` while the caller is in the middle of an utterance."""
        if self.state is State.ENDING:
            return []
        self._idle_seconds += seconds
        if self.state is not State.LISTENING:
            return []
        if speaking:
            self._silence_seconds, self._wait_seconds = 0.0, self._prompt_again_seconds
            return []
        self._silence_seconds += seconds
        if self._idle_seconds >= self._idle_limit_seconds:
            return self._end(Say(Phrase.IDLE_GOODBYE), Hangup(Reason.IDLE))
        if self._silence_seconds >= self._wait_seconds:
            self._wait_seconds *= 2
            return self._speak(State.SPEAKING, Say(Phrase.ASK_AGAIN))
        return []

    def understood(self, meaning: Meaning, answer: str = "") -> list[Action]:
        """What the utterance just heard came to; `answer` with ANSWERED."""
        if self.state is State.ENDING:
            return []
        if self.state is not State.THINKING:
            raise IllegalMove(f"no utterance was being thought about while {self.state.value}")
        if meaning is Meaning.NOTHING:
            self._misunderstood += 1
            if self._misunderstood < 2:
                # An offer still stands: the caller's yes to it may be what was not understood.
                return self._speak(State.SPEAKING, Say(Phrase.NOT_UNDERSTOOD))
            meaning = Meaning.UNKNOWN
        else:
            self._caller_was_here()
        self._misunderstood = 0
        if meaning is Meaning.REPEAT:
            return self._speak(State.SPEAKING, self._last)
        offered, self._offered = self._offered, False
        return self._react(meaning, offered, answer)

    def _react(self, meaning: Meaning, offered: bool, answer: str) -> list[Action]:
        match meaning:
            case Meaning.ANSWERED:
                actions = self._speak(State.SPEAKING, Tell(answer))
            case Meaning.OPERATOR:
                actions = self._connect()
            case Meaning.YES if offered:
                actions = self._connect()
            case Meaning.YES | Meaning.NO:
                actions = self._speak(State.SPEAKING, Say(Phrase.CARRY_ON))
            case Meaning.GOODBYE:
                actions = self._end(Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE))
            case Meaning.FAILED if self._operator:
                actions = self._connect()
            case Meaning.FAILED:
                actions = self._end(Say(Phrase.UNAVAILABLE), Hangup(Reason.ERROR))
            case _:
                self._offered = self._operator
                phrase = Phrase.UNKNOWN if self._operator else Phrase.UNKNOWN_NO_OFFER
                actions = self._speak(State.SPEAKING, Say(phrase))
        return actions

    def digit(self, key: str) -> list[Action]:
        """The caller pressed a key."""
        if self.state in {State.NEW, State.ENDING}:
            return []
        self._caller_was_here()
        hush: list[Action] = [Hush()]
        match key:
            case "0":
                return hush + self._connect()
            case "#":
                return hush + self._end(Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE))
            case "*":
                return hush + self._speak(State.SPEAKING, self._last)
            case _:
                return []

    def _caller_was_here(self) -> None:
        self._idle_seconds = self._silence_seconds = 0.0
        self._wait_seconds = self._prompt_again_seconds

    def _connect(self) -> list[Action]:
        if not self._operator:
            return self._speak(State.SPEAKING, Say(Phrase.NO_OPERATOR))
        return self._end(Say(Phrase.CONNECTING), Transfer())

    def _speak(self, state: State, what: Say | Tell) -> list[Action]:
        self._move(state)
        if what != Say(Phrase.NOT_UNDERSTOOD):
            self._last = what
        return [what]

    def _end(self, *actions: Action) -> list[Action]:
        self._move(State.ENDING)
        return list(actions)

    def _move(self, state: State) -> None:
        if state not in TRANSITIONS[self.state]:
            raise IllegalMove(f"{self.state.value} cannot become {state.value}")
        self.state = state
