"""How long the stages of a turn took, up to the first sound of its reply. Pure."""

from __future__ import annotations

from sipforge.core.messages.events import MetricsEvent


class Measures:
    """One call's turns."""

    def __init__(self) -> None:
        self._speech_ended = 0.0
        self._values: dict[str, float] = {}
        """Of the turn whose reply has not begun."""
        self._sentence = 0
        """The one that begins the reply to `_waiting`."""
        self._waiting: dict[str, float] = {}

    def turn_over(self, at: float, silence_seconds: float) -> None:
        """The caller's turn is over, after a silence."""
        self._speech_ended = at - silence_seconds
        self._values = {"end_of_turn_seconds": silence_seconds}

    def understood(self, stt_seconds: float, dialogue_seconds: float) -> None:
        """It is known what the turn came to."""
        self._values |= {"stt_seconds": stt_seconds, "dialogue_seconds": dialogue_seconds}

    def speaks(self, sentence: int) -> None:
        """A sentence is to be spoken; the first one after a turn is the beginning of its reply."""
        if self._values:
            self._sentence, self._waiting, self._values = sentence, self._values, {}

    def sounded(self, sentence: int, seconds: float, at: float) -> list[MetricsEvent]:
        """The first sound of a sentence was sent, `seconds` after its synthesis began."""
        if sentence != self._sentence or not self._waiting:
            return []
        values, self._waiting = self._waiting, {}
        return [MetricsEvent({**values, "tts_seconds": seconds, "reply_seconds": at - self._speech_ended})]
