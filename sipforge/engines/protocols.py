"""What an engine is: a small Protocol for each stage of a turn, and the one error they raise.

Audio is mono at 16 kHz everywhere: float32 in [-1, 1] towards the recognisers, int16 (slin) from the voices.
An engine is loaded once and serves every call; what belongs to one call is in its session object.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16000
"""Sampling rate of all audio between engines and bot."""

Floats = NDArray[np.float32]
Slin = NDArray[np.int16]


class Stage(Enum):
    """Where in a turn an engine works."""

    VAD = "vad"
    STT = "stt"
    DIALOGUE = "dialogue"
    TTS = "tts"


class EngineError(Exception):
    """An engine could not do its work; the message is one sentence and holds nothing a caller said."""

    def __init__(self, stage: Stage, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.stage = stage
        self.retryable = retryable
        """True when the same request may succeed later (overload, a time limit); False when it never will."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was recognised in an utterance."""

    text: str
    """Empty when nothing was recognised with any certainty."""
    confidence: float
    """0 to 1; comparable only between transcripts of one engine."""
    seconds: float
    """How long recognition took."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What to say to the caller."""

    text: str
    confidence: float
    """0 to 1."""
    engine: str
    """Name of the dialogue engine that gave it."""


class VadSession(Protocol):
    """Voice activity of one call."""

    window_samples: int
    """How many samples `process` takes at a time."""

    def process(self, samples: Floats) -> float:
        """Probability (0 to 1) that the window just given holds speech, given all that came before."""
        ...


class Vad(Protocol):
    """Voice activity detection."""

    def session(self) -> VadSession:
        """Begin listening to a call."""
        ...


class Stt(Protocol):
    """Speech to text."""

    async def transcribe(self, samples: Floats) -> Transcript:
        """Write down an utterance of at most 30 s.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        ...


class Dialogue(Protocol):
    """From what the caller said to what is said in return."""

    name: str

    async def reply(self, text: str) -> Reply | None:
        """The answer to `text`, or None when this engine has none that it is sure of.

        Raises:
            EngineError: the engine failed.
        """
        ...


class Tts(Protocol):
    """Text to speech."""

    identity: str
    """Engine, model, voice and speed in one line: the same identity and text sound the same."""

    async def synthesise(self, text: str) -> Slin:
        """Speak `text`, one sentence or a few, already normalised to words.

        Raises:
            EngineError: the queue is full (retryable) or the engine failed.
        """
        ...
