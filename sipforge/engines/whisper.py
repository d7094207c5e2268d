"""Speech to text that writes down anything: Whisper, greedy, in a window cut to the utterance."""

from __future__ import annotations

import math
import time
from typing import Protocol

from sipforge.engines.protocols import Floats, Stage, Transcript
from sipforge.engines.whisper_model import Encoded, Written
from sipforge.engines.worker import Worker

_NO_SPEECH = 0.8
_UNSURE = -1.0
"""Whisper invents a sentence for noise; its own two doubts together give it away (its authors' rule)."""


class Writer(Protocol):
    """What free recognition needs; sipforge.engines.whisper_model.WhisperModel has it."""

    def encode(self, samples: Floats) -> Encoded:
        """Hear an utterance."""
        ...

    def write(self, encoded: Encoded) -> Written:
        """Write it down."""
        ...


def heard_nothing(written: Written) -> bool:
    """Whether what the model wrote should be taken for its imagination."""
    doubtful = written.no_speech_probability > _NO_SPEECH and written.mean_log_probability < _UNSURE
    return doubtful or not any(letter.isalnum() for letter in written.text)


class WhisperStt:
    """One model for all calls; one utterance at a time, since each uses all its threads."""

    def __init__(self, model: Writer) -> None:
        self._model = model
        self._worker = Worker(Stage.STT)

    async def transcribe(self, samples: Floats) -> Transcript:
        """Write down `samples`.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        begun = time.monotonic()
        written = await self._worker.run(lambda: self._model.write(self._model.encode(samples)))
        seconds = time.monotonic() - begun
        if heard_nothing(written):
            return Transcript("", 0.0, seconds)
        return Transcript(written.text, math.exp(min(0.0, written.mean_log_probability)), seconds)
