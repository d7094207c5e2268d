"""Speech to text by OpenAI."""

from __future__ import annotations

import time

import numpy as np

from sipforge.engines.protocols import Floats, Stage, Transcript
from sipforge.engines.registry import HearingNeeds
from sipforge.engines.runtime.openai_service import OpenAiService


def make(needs: HearingNeeds) -> OpenAiStt | None:
    """See sipforge.engines.registry."""
    return OpenAiStt(needs.service, needs.token) if needs.service else None


class OpenAiStt:
    """The recogniser `openai`."""

    def __init__(self, service: OpenAiService, language: str) -> None:
        """`language`: ISO 639-1 code of what callers speak."""
        self._service = service
        self._language = language
        self._guard = service.guard(Stage.STT)

    async def transcribe(self, samples: Floats) -> Transcript:
        """Write down `samples`.

        Raises:
            EngineError: the service cannot be used now, refused, or took too long.
        """
        begun = time.monotonic()
        slin = np.round(np.clip(samples, -1, 1) * 32767).astype(np.int16)
        with self._guard.attempt():
            text = (await self._service.transcribe(slin, self._language)).strip()
        said = any(letter.isalnum() for letter in text)
        # The service gives no certainty.
        return Transcript(text if said else "", float(said), time.monotonic() - begun)
