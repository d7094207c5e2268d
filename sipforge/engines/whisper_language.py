"""What every recogniser on Whisper has: its model, a thread for it, and an ear for languages."""

from __future__ import annotations

from typing import Protocol

from sipforge.engines.protocols import Floats, Stage
from sipforge.engines.whisper_model import Encoded
from sipforge.engines.worker import Worker


class Hearing(Protocol):
    """What is needed of a model; sipforge.engines.whisper_model.WhisperModel has it."""

    def encode(self, samples: Floats) -> Encoded:
        """Hear an utterance."""
        ...

    def language_share(self, encoded: Encoded, language: str) -> float:
        """Probability that an utterance is in a language."""
        ...


class LanguageShare:
    """One model for all calls; one utterance at a time, since each uses all the model's threads."""

    def __init__(self, model: Hearing) -> None:
        self._hearing = model
        self._worker = Worker(Stage.STT)

    async def language_share(self, samples: Floats, language: str) -> float:
        """Probability (0 to 1) that `samples` are in the language with the token `language`.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        return await self._worker.run(
            lambda: self._hearing.language_share(self._hearing.encode(samples), language), urgent=False
        )
