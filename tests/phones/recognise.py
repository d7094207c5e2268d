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

from sipforge.engines.whisper_model import Encoded, WhisperModel
from sipforge.infra.model_store import check, install, load_manifest
from tests.phones.audio import Samples, Segment, cut, read_wav, resample, speech_segments
from tests.phones.speech import CACHE, REPOSITORY

RATE_HZ = 16000
LONGEST_SECONDS = 25.0
MODEL = "whisper-base"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of several texts was said."""

    text: str
    lead: float
    """Mean log probability per token by which it leads the second; near 0 is a guess."""


class Recogniser:
    """Loads its models on first use. Never while a call is timed: it takes all the processor there is."""

    def __init__(
        self, models: Path = CACHE / "models", report: Callable[[str], None] = lambda line: None
    ) -> None:
        """Make a recogniser.

        Args:
            models: folder of installed models; what is missing is installed there.
            report: told what is being installed.
        """
        self._models = models
        self._report = report

    def write(self, recording: Path, part: Segment | None = None) -> str:
        """What was said in English, in a recording or a part of it.

        Raises:
            ModelError: the model cannot be installed.
        """
        return " ".join(
            self._english.write(self._english.encode(piece)).text for piece in _pieces(recording, part)
        ).strip()

    def choose(self, recording: Path, texts: Sequence[str], part: Segment | None = None) -> Choice:
        """Which of `texts` was said in Kinyarwanda, in a recording or a part of it of at most 30 s.

        Each text's score is its own on this sound minus its own on silence and noise, which takes out how
        likely its letters are to the model whatever is said.

        Raises:
            ModelError: the model cannot be installed.
            ValueError: fewer than two texts.
        """
        if len(texts) < 2:
            raise ValueError("a choice needs two texts")
        samples, rate_hz = read_wav(recording)
        heard = _prepare(samples, rate_hz, part)
        scores = self._scores(self._kinyarwanda.encode(heard), texts)
        noise = np.random.default_rng(0).normal(0.0, 0.003, heard.size).astype(np.float32)
        priors = [self._scores(self._kinyarwanda.encode(sound), texts) for sound in (0 * noise, noise)]
        gains = scores - np.mean(priors, axis=0)
        best, second = np.argsort(gains)[::-1][:2]
        return Choice(texts[int(best)], float(gains[best] - gains[second]))

    def _scores(self, sound: Encoded, texts: Sequence[str]) -> NDArray[np.float64]:
        tokens = [self._kinyarwanda.tokens(text) for text in texts]
        # The whole window: cut shorter than about 6 s, the scores of right and wrong texts fall together.
        frames = sound.states.shape[1]
        return np.array([float(np.mean(part)) for part in self._kinyarwanda.score(sound, tokens, frames)])

    @cached_property
    def _english(self) -> WhisperModel:
        return WhisperModel(self._directory, "en", threads=2)

    @cached_property
    def _kinyarwanda(self) -> WhisperModel:
        return WhisperModel(self._directory, "sw", threads=2)

    @cached_property
    def _directory(self) -> Path:
        manifest = load_manifest((REPOSITORY / "models" / "manifest.toml").read_text(encoding="utf-8"))
        directory = self._models / MODEL
        if check(manifest[MODEL], directory):
            install(manifest[MODEL], directory, None, self._report)
        return directory


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
