"""Text to speech by OpenAI, as it streams."""

from __future__ import annotations

from collections.abc import AsyncIterator

import numpy as np

from sipforge.engines.protocols import EngineError, Floats, Slin, Stage
from sipforge.engines.registry import SpeakingNeeds
from sipforge.engines.runtime.openai_service import SPEECH_RATE_HZ, OpenAiService
from sipforge.engines.runtime.resample import To16khz
from sipforge.engines.runtime.streams import closing


def make(needs: SpeakingNeeds) -> OpenAiTts | None:
    """See sipforge.engines.registry."""
    return OpenAiTts(needs.service) if needs.service else None


class OpenAiTts:
    """The voice `openai`."""

    def __init__(self, service: OpenAiService) -> None:
        self._service = service
        self._guard = service.guard(Stage.TTS)
        self.identity = f"openai {service.config.base_url} {service.config.tts_model} {service.config.voice}"

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        """Speak `text`, in pieces as the service gives them.

        Raises:
            EngineError: the service cannot be used now, refused, took too long or broke off.
        """
        converter, half = To16khz(SPEECH_RATE_HZ), b""
        silent = True
        with self._guard.attempt():
            async with closing(self._service.speech(text)) as pieces:
                async for piece in pieces:
                    pcm = half + piece
                    # A piece may end in the middle of a sample.
                    whole = len(pcm) // 2 * 2
                    half = pcm[whole:]
                    slin = _slin(converter.process(_floats(pcm[:whole])))
                    if slin.size:
                        silent = False
                        yield slin
            if silent:
                raise EngineError(Stage.TTS, "it sent no sound", retryable=True)
        yield _slin(converter.finish())


def _floats(pcm: bytes) -> Floats:
    return np.frombuffer(pcm, "<i2").astype(np.float32) if pcm else np.zeros(0, np.float32)


def _slin(samples: Floats) -> Slin:
    return np.clip(np.round(samples), -32768, 32767).astype(np.int16)
