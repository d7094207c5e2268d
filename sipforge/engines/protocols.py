"""What an engine is: a small Protocol for each stage of a turn, and the one error they raise.

Audio is mono at 16 kHz everywhere: float32 in [-1, 1] towards the recognisers, int16 (slin) from the voices.
An engine is loaded once and serves every call; what belongs to one call is in its session object.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from sipforge.core.conversation.history import Exchange as Exchange  # noqa: PLC0414 - what engines are told
from sipforge.core.conversation.policy.meanings import Rounds

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
    accepted: str | None = None
    """Of a closed set of phrases the meaning of the one that was said; empty: none of it was, and the text is
    only what the sound is like; None: there is no such set."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something that an utterance may have been."""

    text: str
    confidence: float
    """As a transcript's."""
    share: float
    """Its probability among the alternatives given: 0 to 1."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the caller said, and what was said before."""

    text: str
    history: tuple[Exchange, ...] = ()
    """Oldest first."""
    confidence: float = 1.0
    """How surely it was recognised; see `Transcript`."""
    denies: bool = False
    """Whether the caller said no to what came before, and then this."""


class Act(Enum):
    """What an assistant can do for a caller besides speaking."""

    TRANSFER = "transfer"
    MESSAGE = "message"
    END = "end"


@dataclass(frozen=True, slots=True)
class Speak:
    """The next piece of what to say: of any length, spaces included; pieces joined are the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Do:
    """Something to do once what was said before it has been heard; nothing comes after it."""

    act: Act
    target: str = ""
    """TRANSFER, MESSAGE: an extension; empty for the office's operator."""
    reason: str = ""
    """TRANSFER, MESSAGE: why the caller calls, in a few words, for the colleague."""


ReplyPart = Speak | Do


@dataclass(frozen=True, slots=True)
class Reply:
    """What comes back to a caller, as it comes."""

    parts: AsyncIterator[ReplyPart]
    """At least one; iterating raises EngineError where the engine breaks off."""
    confidence: float
    """0 to 1."""
    engine: str
    """Name of the dialogue engine that gave it."""
    heard: str = ""
    """Which of the question's alternatives it answers; empty: its text."""
    topics: tuple[str, ...] = ()
    """Ids of the knowledge's topics that it answers, in its order."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What a caller may want, where an engine is not sure enough to answer: to be asked about."""

    rounds: Rounds
    engine: str
    """Name of the dialogue engine."""


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
        """Write down an utterance.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        ...


@runtime_checkable
class HearsAhead(Protocol):
    """A recogniser that can begin with a long utterance before it is over."""

    async def hear_ahead(self, samples: Floats) -> None:
        """Write down what is settled of `samples`, an utterance that goes on; `transcribe` will have it then.

        For whoever asks for every few seconds more of the utterance, always from its beginning: most of the
        time nothing new is settled, which costs nothing.

        Raises:
            EngineError: as for `transcribe`.
        """
        ...


@runtime_checkable
class LanguageId(Protocol):
    """Tells languages apart."""

    async def language_shares(self, samples: Floats) -> Mapping[str, float]:
        """Language token of the model → probability (0 to 1) that `samples` are in that language.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        ...


@runtime_checkable
class Weighing(Protocol):
    """A dialogue engine that can tell which of several things was probably said."""

    async def weigh(self, question: Question, looks: AsyncIterator[Sequence[Alternative]]) -> Reply | None:
        """The reply to what `question` probably was, or None where that remains in doubt.

        Args:
            question: as it was recognised at first.
            looks: what each further look at it takes it for, the likeliest first; taken as they are needed.

        Raises:
            EngineError: a look failed.
        """
        ...


@runtime_checkable
class Reconsidering(Protocol):
    """Hears once more, expecting what callers of this office say."""

    def reconsider(self, samples: Floats) -> AsyncGenerator[tuple[Alternative, ...]]:
        """What `samples` (16 kHz) may have been then, the likeliest first; look by look, while asked for.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        ...


@runtime_checkable
class Expecting(Protocol):
    """Hears once more, told what the caller may say."""

    async def expecting(self, samples: Floats, text: str) -> tuple[Alternative, ...]:
        """What `samples` (16 kHz) may have been to who expects the words of `text`, the likeliest first.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        ...


@runtime_checkable
class Queued(Protocol):
    """A recogniser whose work waits in a queue on this host."""

    @property
    def expected_wait_seconds(self) -> float:
        """How long an utterance given now will probably wait before it is heard."""
        ...


class Dialogue(Protocol):
    """From what the caller said to what is said in return."""

    name: str

    async def reply(self, question: Question) -> Reply | Guess | None:
        """The answer, what it may be, or None when this engine has none that it is sure of.

        It returns when the first part is there, so that a failure before it can be another engine's turn.

        Raises:
            EngineError: the engine failed.
        """
        ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as a sentence encoder sees it."""

    vector: Floats
    """Of the whole, of length 1: [dimensions]."""
    pieces: tuple[str, ...]
    """The text cut into pieces of words."""
    states: Floats
    """Of each piece in its place, of length 1: [pieces, dimensions]."""


class SentenceEncoding(Protocol):
    """From texts to vectors that are near where the meanings are."""

    identity: str
    """The same identity and text are encoded the same."""

    def pieces(self, text: str) -> tuple[str, ...]:
        """How `text` is cut, as in `Encoded`."""
        ...

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Each of `texts`."""
        ...


@runtime_checkable
class Explaining(Protocol):
    """A dialogue engine that can give its reasons."""

    @property
    def by_meaning(self) -> bool:
        """Whether it goes by the meaning of a sentence, not by its words alone."""
        ...

    def explain(self, question: Question) -> Mapping[str, object]:
        """What it thought of `question`, as JSON can hold it: for people who tune an office's file."""
        ...


class Tts(Protocol):
    """Text to speech."""

    @property
    def identity(self) -> str:
        """Engine, model, voice and speed in one line: the same identity and text sound the same."""
        ...

    def synthesise(self, text: str) -> AsyncIterator[Slin]:
        """Speak `text`, one sentence or a few, already normalised to words; piece by piece as it is made.

        Raises:
            EngineError: the queue is full (retryable) or the engine failed.
        """
        ...
