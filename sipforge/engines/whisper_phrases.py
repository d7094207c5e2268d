"""Speech to text from a closed set: which of the expected phrases was said, or none of them.

For a language that Whisper never learnt, what it writes is useless, but its encoder hears the sounds. The
letters heard (sipforge.engines.letters) are compared with the spelling of each phrase. A phrase is believed
only if it fits, letter by letter, hardly worse than any letters at all would, and if no phrase of another
meaning comes near it: doubt must lead to a question, never to a wrong answer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sipforge.engines.letters import Letters, path_scores
from sipforge.engines.protocols import EngineError, Floats, Stage, Transcript
from sipforge.engines.whisper_model import Encoded
from sipforge.engines.whisper_shared import Hearing, SharedWhisper

WINDOW_SECONDS: Final = 5.0
"""Least encoder window: 4, 5, 6, 8 and 10 s did not differ."""
SURE: Final = -3.3
AHEAD: Final = 8.0
_AFTER_SECONDS: Final = 0.3
_FRAMES_PER_SECOND: Final = 50


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """The phrase that fits best."""

    text: str
    fit: float
    """Mean over its letters of the log of the likelihood ratio to the best letters: at most 0."""
    ahead: float
    """Log of how much likelier than the best phrase of another meaning."""

    @property
    def sure(self) -> bool:
        """Whether the phrase should be believed."""
        return self.fit >= SURE and self.ahead >= AHEAD


class PhraseSet:
    """The phrases that may be said; methods block."""

    def __init__(self, letters: Letters, phrases: Mapping[str, str]) -> None:
        """`phrases`: phrase → its meaning; phrases of one meaning do not compete.

        Raises:
            EngineError: there are fewer than two phrases, or one has no letter.
        """
        self._letters = letters
        self._phrases = tuple(phrases)
        self._meanings = tuple(phrases.values())
        self._spellings = [letters.spell(phrase) for phrase in self._phrases]
        if len(self._phrases) < 2 or not all(self._spellings):
            raise EngineError(Stage.STT, "a closed set needs two phrases or more, all of them of letters")

    def match(self, encoded: Encoded) -> PhraseMatch:
        """The phrase that fits an utterance best."""
        frames = max(1, int((encoded.seconds + _AFTER_SECONDS) * _FRAMES_PER_SECOND))
        scores = path_scores(self._letters.hear(encoded.states[0, :frames]), self._spellings)
        best = int(scores.argmax())
        others = [
            float(score)
            for score, meaning in zip(scores, self._meanings, strict=True)
            if meaning != self._meanings[best]
        ]
        fit = float(scores[best]) / len(self._spellings[best])
        return PhraseMatch(
            self._phrases[best], fit, float(scores[best]) - max(others) if others else math.inf
        )


class WhisperPhrasesStt(SharedWhisper):
    """A closed set as a recogniser; one model for all calls."""

    def __init__(self, model: Hearing, letters: Letters, phrases: Mapping[str, str]) -> None:
        super().__init__(model)
        self._set = PhraseSet(letters, phrases)

    async def transcribe(self, samples: Floats, *, urgent: bool = True) -> Transcript:
        """The phrase that was said in at most 30 s; empty when none was.

        Args:
            samples: the utterance.
            urgent: False for a speculation, which others whose turn is over may overtake.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        begun = time.monotonic()
        match = await self._worker.run(lambda: self._set.match(self._encode(samples)), urgent=urgent)
        confidence = 1 / (1 + math.exp(min(50.0, 2 * (SURE - match.fit))))
        return Transcript(match.text if match.sure else "", confidence, time.monotonic() - begun)
