"""When a caller's utterance begins, pauses, goes on and is over. Pure: time and speech probability come in.

Rules, in prose. Speech begins after `start_seconds` of it without a break. A `pause_seconds` long silence is
announced (recognition can start on speculation); speech after it takes the announcement back. Silence of
`end_seconds`, or an utterance of `longest_seconds`, ends the utterance. Once begun, speech is believed at a
lower probability than before, so that the soft end of a word is not cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Phase(Enum):
    """What the caller is doing."""

    QUIET = "quiet"
    SPEAKING = "speaking"
    PAUSING = "pausing"


class Heard(Enum):
    """Something happened."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    ENDED = "ended"


TRANSITIONS: Final[dict[tuple[Phase, Heard], Phase]] = {
    (Phase.QUIET, Heard.STARTED): Phase.SPEAKING,
    (Phase.SPEAKING, Heard.PAUSED): Phase.PAUSING,
    (Phase.SPEAKING, Heard.ENDED): Phase.QUIET,
    (Phase.PAUSING, Heard.RESUMED): Phase.SPEAKING,
    (Phase.PAUSING, Heard.ENDED): Phase.QUIET,
}

_HYSTERESIS: Final = 0.15


@dataclass(frozen=True, slots=True)
class EndpointingRules:
    """The times that decide."""

    threshold: float = 0.4
    """Probability from which sound is speech."""
    start_seconds: float = 0.09
    pause_seconds: float = 0.25
    end_seconds: float = 0.6
    longest_seconds: float = 120.0
    """The recogniser cuts what is longer than its own window at pauses, up to so much."""


class Endpointing:
    """One call's ear for turns; feed it windows of the VAD in order."""

    def __init__(self, rules: EndpointingRules) -> None:
        self._rules = rules
        self.phase = Phase.QUIET
        self._speech_seconds = 0.0
        self._silence_seconds = 0.0
        self._utterance_seconds = 0.0

    @property
    def silence_seconds(self) -> float:
        """Silence since the caller was last heard (0 while they speak)."""
        return self._silence_seconds

    def process(self, seconds: float, probability: float) -> tuple[Heard, ...]:
        """Take the next window, `seconds` long with `probability` of speech; what it brought, in order."""
        rules = self._rules
        believed = rules.threshold - (_HYSTERESIS if self.phase is not Phase.QUIET else 0.0)
        if probability >= believed:
            self._speech_seconds += seconds
            self._silence_seconds = 0.0
        else:
            self._speech_seconds = 0.0
            self._silence_seconds += seconds
        if self.phase is Phase.QUIET:
            if self._speech_seconds < rules.start_seconds:
                return ()
            self._utterance_seconds = self._speech_seconds
            return self._go(Heard.STARTED)
        self._utterance_seconds += seconds
        happened: tuple[Heard, ...] = ()
        if self.phase is Phase.PAUSING and self._speech_seconds > 0:
            happened += self._go(Heard.RESUMED)
        if self.phase is Phase.SPEAKING and self._silence_seconds >= rules.pause_seconds:
            happened += self._go(Heard.PAUSED)
        if self._silence_seconds >= rules.end_seconds or self._utterance_seconds >= rules.longest_seconds:
            happened += self._go(Heard.ENDED)
            self._speech_seconds = 0.0
        return happened

    def reset(self) -> None:
        """Forget an utterance in progress, as when the caller's words are not to be heard any more."""
        self.phase = Phase.QUIET
        self._speech_seconds = self._silence_seconds = self._utterance_seconds = 0.0

    def _go(self, what: Heard) -> tuple[Heard, ...]:
        self.phase = TRANSITIONS[self.phase, what]
        return (what,)
