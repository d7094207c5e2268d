"""Speech to text from a closed set: which of the expected phrases was said, or none of them.

For a language that Whisper never learnt, what it writes freely is useless, but it still hears how well given
words fit. Each phrase is scored as if it had been said; what it would score on silence and noise alone (its
prior) is taken off, or familiar-looking phrases would always win; and the sum over its tokens is divided by
the root of their number, so that short and long phrases compare.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Stage, Transcript
from sipforge.engines.whisper_model import Encoded
from sipforge.engines.worker import Worker

SURE: Final = 6.4
"""Fit from which a phrase is believed. With AHEAD, of 119 clips of 51 Kinyarwanda phrases (espeak-ng in five
manners, telephone band, a seventh of them at 12 dB) 105 were right, 14 rejected and none wrong; of 55 other
sentences one was taken for a phrase. Both were chosen on these clips; human callers are not known yet."""
AHEAD: Final = 0.7
"""How much better than any phrase of another meaning it must fit: wrong ones were 0.1 to 0.6 ahead."""
_TAIL_SECONDS: Final = 1.0
"""The decoder must see the silence after the words: without it the right phrase scores like a wrong one."""
_AFTER_SECONDS: Final = 0.5
"""Quiet put behind an utterance, which is heard at the first short pause: of 27 phrases over the telephone
band, cut a quarter of a second after the last word, 21 were right with it and 17 without."""
_AFTER_LEVEL: Final = 2e-4
_FIRST_TOKENS: Final = 6
_FINALISTS: Final = 12
"""Phrases are first sorted out by their first 6 tokens; in 51 clips the right one never fell below 11th."""
_BATCH: Final = 12
_PRIOR_SECONDS: Final = 3.0
_PRIOR_NOISE: Final = (0.0, 0.002, 0.02)
"""Root mean square of the noises that the prior is heard on."""


class Scorer(Protocol):
    """What a closed set needs of a recogniser; sipforge.engines.whisper_model.WhisperModel has it."""

    def encode(self, samples: Floats) -> Encoded:
        """Hear an utterance."""
        ...

    def tokens(self, text: str) -> list[int]:
        """A text in the recogniser's pieces."""
        ...

    def score(
        self, encoded: Encoded, texts: Sequence[Sequence[int]], seconds: float
    ) -> list[NDArray[np.float32]]:
        """Log probability of each token of each text in the first `seconds` of an utterance."""
        ...

    def language_share(self, encoded: Encoded, language: str) -> float:
        """Probability that an utterance is in a language."""
        ...


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """The phrase that fits best."""

    text: str
    fit: float
    """Logarithm of how much better the phrase explains the sound than noise would, per root of its tokens."""
    ahead: float
    """How much better than the best phrase of another meaning."""

    @property
    def sure(self) -> bool:
        """Whether the phrase should be believed."""
        return self.fit >= SURE and self.ahead >= AHEAD


class PhraseSet:
    """The phrases that may be said; methods block."""

    def __init__(self, model: Scorer, phrases: Mapping[str, str]) -> None:
        """Learn the phrases' priors (some seconds for fifty of them).

        Args:
            model: the recogniser.
            phrases: phrase → its meaning; phrases of one meaning do not compete.

        Raises:
            EngineError: there are fewer than two phrases.
        """
        self._phrases = tuple(phrases)
        self._meanings = tuple(phrases.values())
        if len(self._phrases) < 2:
            raise EngineError(Stage.STT, "a closed set needs two phrases or more")
        self._model = model
        self._tokens = [model.tokens(phrase) for phrase in self._phrases]
        noise = np.random.default_rng(0).standard_normal(int(_PRIOR_SECONDS * RATE_HZ))
        heard = [self._scores(model.encode((level * noise).astype(np.float32))) for level in _PRIOR_NOISE]
        self._after = (_AFTER_LEVEL * noise[: int(_AFTER_SECONDS * RATE_HZ)]).astype(np.float32)
        self._prior = [np.mean(scores, axis=0) for scores in zip(*heard, strict=True)]

    def match(self, samples: Floats) -> PhraseMatch:
        """The phrase that fits `samples` (16 kHz, at most 30 s) best."""
        encoded = self._model.encode(np.concatenate([samples, self._after]))
        candidates = list(range(len(self._phrases)))
        if len(candidates) > _FINALISTS:
            first = self._fits(encoded, candidates, _FIRST_TOKENS)
            candidates = [candidates[place] for place in np.argsort(first)[-_FINALISTS:]]
        fits = self._fits(encoded, candidates, None)
        place = int(np.argmax(fits))
        best = candidates[place]
        others = [
            fit
            for fit, index in zip(fits, candidates, strict=True)
            if self._meanings[index] != self._meanings[best]
        ]
        ahead = float(fits[place] - max(others)) if others else math.inf
        return PhraseMatch(self._phrases[best], float(fits[place]), ahead)

    def _fits(self, encoded: Encoded, candidates: Sequence[int], longest: int | None) -> NDArray[np.float64]:
        scores = self._scores(encoded, candidates, longest)
        gains = (
            score - self._prior[index][:longest] for index, score in zip(candidates, scores, strict=True)
        )
        return np.array([gain.sum() / math.sqrt(gain.size) for gain in gains])

    def _scores(
        self, encoded: Encoded, candidates: Sequence[int] | None = None, longest: int | None = None
    ) -> list[NDArray[np.float32]]:
        """Log probability of each token of each candidate, cut to the first `longest` tokens."""
        chosen = range(len(self._tokens)) if candidates is None else candidates
        texts = [self._tokens[index][:longest] for index in chosen]
        seconds = encoded.seconds + _TAIL_SECONDS
        scores: list[NDArray[np.float32]] = []
        for start in range(0, len(texts), _BATCH):
            scores += self._model.score(encoded, texts[start : start + _BATCH], seconds)
        return scores


class WhisperPhrasesStt:
    """A closed set as a recogniser; one model for all calls."""

    def __init__(self, model: Scorer, phrases: Mapping[str, str]) -> None:
        self._model = model
        self._set = PhraseSet(model, phrases)
        self._worker = Worker(Stage.STT)

    async def transcribe(self, samples: Floats, *, urgent: bool = True) -> Transcript:
        """The phrase that was said; empty when none was. Not `urgent`: a speculation, others may overtake.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        begun = time.monotonic()
        match = await self._worker.run(lambda: self._set.match(samples), urgent=urgent)
        confidence = 1 / (1 + math.exp(SURE - match.fit))
        return Transcript(match.text if match.sure else "", confidence, time.monotonic() - begun)

    @property
    def expected_wait_seconds(self) -> float:
        """How long an utterance given now will probably wait before it is heard."""
        return self._worker.expected_wait_seconds

    async def language_share(self, samples: Floats, language: str) -> float:
        """Probability (0 to 1) that `samples` are in the language with the token `language`.

        Raises:
            EngineError: as for `transcribe`.
        """
        return await self._worker.run(
            lambda: self._model.language_share(self._model.encode(samples), language), urgent=False
        )
