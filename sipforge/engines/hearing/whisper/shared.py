"""What every recogniser on Whisper has: one model for all calls, a queue for it, and an ear for languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sipforge.core.audio.cutting import pieces
from sipforge.engines.hearing.piecewise import PIECE_SECONDS
from sipforge.engines.hearing.recent import Recent
from sipforge.engines.hearing.whisper.model import Encoded, WhisperModel
from sipforge.engines.protocols import RATE_HZ, Floats, Stage
from sipforge.engines.runtime.worker import Worker

_ENCODED: Final = 16
"""How many utterances are remembered as the encoder heard them, about a megabyte each: one of every caller
whom a host of a few cores bears, until the last that is asked of it is answered."""


class SharedWhisper:
    """As many utterances at a time as the model works on at once."""

    def __init__(self, model: WhisperModel, at_once: int = 1) -> None:
        self._hearing = model
        self._worker = Worker(Stage.STT, at_once)
        self._encoded: Recent[Encoded] = Recent(_ENCODED)

    @property
    def expected_wait_seconds(self) -> float:
        """How long an utterance given now will probably wait before it is heard."""
        return self._worker.expected_wait_seconds

    async def language_shares(self, samples: Floats) -> Mapping[str, float]:
        """Language token → probability (0 to 1) that `samples`, by their first piece, are in that language.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        piece = pieces(samples, RATE_HZ, PIECE_SECONDS)[0]
        return await self._worker.run(lambda: self._hearing.language_shares(self._encode(piece)))

    def _encode(self, samples: Floats) -> Encoded:
        """As the model, once: what made no sense is looked at again. Runs in a thread of the worker."""
        return self._encoded.once(samples, self._hearing.encode)
