"""The states of a call in a bot, as one table. Pure."""

from __future__ import annotations

from enum import Enum
from typing import Final


class State(Enum):
    """Where a call is."""

    LISTENING = "listening"
    """Nobody speaks, or the caller does."""
    PAUSED = "paused"
    """The caller stopped speaking, and has perhaps finished."""
    THINKING = "thinking"
    """The caller's turn is over; its reply is not there."""
    SPEAKING = "speaking"
    """The assistant speaks, or is about to."""
    INTERRUPTED = "interrupted"
    """Somebody speaks over it; it holds still until it is known whether that is meant."""
    DEPARTING = "departing"
    """The way out is decided, and its words are being said: words that are meant revoke it."""
    WAVERING = "wavering"
    """Somebody speaks over those words, which hold still."""
    HELD = "held"
    """The caller's telephone holds the call."""
    DEPARTED = "departed"
    """The way out has begun: nothing is heard or said any more."""
    ENDED = "ended"


_OUT: Final = frozenset({State.DEPARTING, State.HELD, State.ENDED})
TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.LISTENING: _OUT | {State.PAUSED, State.THINKING, State.SPEAKING},
    State.PAUSED: _OUT | {State.LISTENING, State.THINKING, State.SPEAKING},
    State.THINKING: _OUT | {State.LISTENING, State.SPEAKING},
    State.SPEAKING: _OUT | {State.LISTENING, State.THINKING, State.INTERRUPTED},
    State.INTERRUPTED: _OUT | {State.LISTENING, State.SPEAKING, State.WAVERING},
    State.DEPARTING: _OUT | {State.LISTENING, State.WAVERING, State.DEPARTED},
    State.WAVERING: _OUT | {State.LISTENING},
    State.HELD: _OUT | {State.LISTENING, State.THINKING, State.SPEAKING},
    State.DEPARTED: frozenset({State.ENDED}),
    State.ENDED: frozenset(),
}
"""Every legal move; to stay is none."""


class IllegalMoveError(Exception):
    """The machine was about to move where it must not; the message says from where to where."""


def step(before: State, after: State) -> State:
    """The state after a move.

    Raises:
        IllegalMoveError: the table has no such move.
    """
    if after is not before and after not in TRANSITIONS[before]:
        raise IllegalMoveError(f"a call cannot go from {before.value} to {after.value}")
    return after
