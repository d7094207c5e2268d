"""What is told of each turn of a call: to the orchestrator, the metrics and the log, which gets no words.

What callers say is never logged.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from sipforge.bot.call.link import Link
from sipforge.bot.call.speaker import FirstSound
from sipforge.bot.thinking import Hearing, Thought
from sipforge.core.messages.events import MetricsEvent, TranscriptEvent

Observe = Callable[[Mapping[str, float]], None]
"""Told the timings of each turn: names as in the metrics event."""


class TurnReport:
    """One call's reports."""

    def __init__(self, link: Link, observe: Observe, log: logging.LoggerAdapter[logging.Logger]) -> None:
        self._link = link
        self._observe = observe
        self._log = log
        self._speech_ended = 0.0
        self._timings: dict[str, float] = {}

    def turn_over(self, now: float, silence_seconds: float) -> None:
        """The caller's turn is over after a silence."""
        self._speech_ended = now - silence_seconds
        self._timings = {"end_of_turn_seconds": silence_seconds}

    def understood(self, turn: int, hearing: Hearing, thought: Thought) -> None:
        """It is known what the turn came to."""
        heard = hearing.transcript
        self._timings |= {"stt_seconds": heard.seconds, "dialogue_seconds": thought.seconds}
        self._link.event(TranscriptEvent(turn, heard.text, heard.confidence, heard.seconds))
        self._log.info(
            "turn understood",
            extra={
                "turn": turn,
                "meaning": thought.meaning.value,
                "failed": thought.failed.value if thought.failed else "",
                "characters": len(heard.text),
                "stt_seconds": round(heard.seconds, 3),
            },
        )

    def first_sound(self) -> FirstSound | None:
        """Notes the time of the first sound of the reply to the turn; None where there was no turn."""
        timings, self._timings = self._timings, {}
        if not timings:
            return None

        def noted(tts_seconds: float) -> None:
            reply_seconds = time.monotonic() - self._speech_ended
            values = {**timings, "tts_seconds": tts_seconds, "reply_seconds": reply_seconds}
            self._link.event(MetricsEvent(values))
            self._observe(values)

        return noted
