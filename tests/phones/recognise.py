"""What a recording says, by the project's own engines: Whisper writes English down; of Kinyarwanda it never
learnt, so there it picks which of a closed set of texts was said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.hearing.whisper.model import WhisperModel
from tests.models import FOLDER, model
from tests.phones.audio import Samples, Segment, cut, read_wav, resample, speech_segments

Scores = list[NDArray[np.float32]]

RATE_HZ = 16000
LONGEST_SECONDS = 25.0
PRIOR_NOISE = (0.0, 0.003, 0.02)
"""Root mean square of the noises on which texts get the scores that are taken off."""
LEAST_GAIN, LEAST_LEAD = 6.2, 1.0
"""Over the telephone band the right one of 24 texts gained 12 to 26 (a four-word one 4) and led by 2 or more;
without it the best was at 1 to 4, unless half its words were the same.
"""
MODEL = "whisper-base"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of several texts was said."""

    text: str
    gain: float
    """How much better than noise the sound explains it: log probability, by the root of its tokens."""
    lead: float
    """By how much the gain is above that of the second."""

    @property
    def sure(self) -> bool:
        """Whether it is more than a guess."""
        return self.gain >= LEAST_GAIN and self.lead >= LEAST_LEAD


class Recogniser:
    """Loads its models on first use. Never while a call is timed: it takes all the processor there is."""

    def __init__(
        self, models: Path = FOLDER, report: Callable[[str], None] = lambda line: None, threads: int = 2
    ) -> None:
        """Make a recogniser.

        Args:
            models: folder of installed models; what is missing is installed there.
            report: told what is being installed.
            threads: cores that it takes.
        """
        self._threads = threads
        self._models = models
        self._report = report
        self._priors: dict[tuple[str, ...], Scores] = {}
        self._loaded: dict[str, WhisperModel] = {}

    def write(self, recording: Path, part: Segment | None = None) -> str:
        """What was said in English, in a recording or a part of it.

        Raises:
            ModelError: the model cannot be installed.
        """
        english = self._whisper("en")
        return " ".join(
            english.write(english.encode(piece)).text for piece in _pieces(recording, part)
        ).strip()

    def choose(
        self, recording: Path, texts: Sequence[str], part: Segment | None = None, token: str = "sw"
    ) -> Choice:
        """Which of `texts` was said, in a recording or a part of it of at most 30 s.

        `token` is Whisper's for the language; "sw" serves for Kinyarwanda.

        Each text's score is its own on this sound minus its own on noise, which takes out how likely its
        letters are to the model whatever is said.

        Raises:
            ModelError: the model cannot be installed.
            ValueError: fewer than two texts.
        """
        if len(texts) < 2:
            raise ValueError("a choice needs two texts")
        samples, rate_hz = read_wav(recording)
        scores = self._scores(_prepare(samples, rate_hz, part), texts, token)
        gains = _joined(scores, self._prior(token, *texts))
        second, best = np.argsort(gains)[-2:]
        return Choice(texts[int(best)], float(gains[best]), float(gains[best] - gains[second]))

    def _prior(self, token: str, *texts: str) -> Scores:
        if (token, *texts) not in self._priors:
            noise = np.random.default_rng(0).standard_normal(4 * RATE_HZ).astype(np.float32)
            heard = [self._scores(level * noise, texts, token) for level in PRIOR_NOISE]
            self._priors[token, *texts] = [np.mean(scores, axis=0) for scores in zip(*heard, strict=True)]
        return self._priors[token, *texts]

    def _scores(self, sound: NDArray[np.float32], texts: Sequence[str], token: str) -> Scores:
        """Log probability of each token of each text, had it been said."""
        whisper = self._whisper(token)
        # The whole window is looked at: with too little silence after the words, the right text scores like
        # the wrong ones. It costs a second or two, which a test has.
        return whisper.score(whisper.encode(sound), [whisper.tokens(text) for text in texts], LONGEST_SECONDS)

    def _whisper(self, token: str) -> WhisperModel:
        if token not in self._loaded:
            self._loaded[token] = WhisperModel(self._directory, token, threads=self._threads)
        return self._loaded[token]

    @cached_property
    def _directory(self) -> Path:
        return model(MODEL, self._report, self._models)


def _joined(scores: Scores, prior: Scores) -> NDArray[np.float64]:
    """One figure for each text, that of long and of short ones comparable."""
    gains = (score - before for score, before in zip(scores, prior, strict=True))
    return np.array([float(gain.sum()) / gain.size**0.5 for gain in gains])


def _pieces(recording: Path, part: Segment | None) -> Iterator[NDArray[np.float32]]:
    """The speech of a recording in pieces that Whisper can take, cut at pauses."""
    samples, rate_hz = read_wav(recording)
    limits = part or Segment(0.0, len(samples) / rate_hz)
    found = [s for s in speech_segments(samples, rate_hz) if s.end > limits.start and s.start < limits.end]
    while found:
        count = 1
        while count < len(found) and found[count].end - found[0].start <= LONGEST_SECONDS:
            count += 1
        yield _prepare(samples, rate_hz, Segment(found[0].start, found[count - 1].end))
        found = found[count:]


def _prepare(samples: Samples, rate_hz: int, part: Segment | None) -> NDArray[np.float32]:
    if part is None:
        found = speech_segments(samples, rate_hz)
        part = Segment(found[0].start, found[-1].end) if found else Segment(0.0, 0.0)
    return resample(cut(samples, rate_hz, part), rate_hz, RATE_HZ).astype(np.float32)
