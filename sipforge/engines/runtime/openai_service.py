"""OpenAI's programming interface, or that of any service that speaks it. Owns: openai, and httpx2 beneath it.

One client, and so one pool of warm connections, serves recogniser, dialogue and voice. It never retries by
itself: a caller is waiting, and the local engine is the better second try. No message of an error holds what
was sent or what came back.
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import httpx2
import openai

from sipforge.engines.protocols import RATE_HZ, EngineError, Slin, Stage
from sipforge.engines.runtime.remote import Guard, Observe, Remote, UnreachableError
from sipforge.engines.runtime.streams import within

SPEECH_RATE_HZ: Final = 24000
"""Of the voices' format `pcm`: int16, little endian, mono (OpenAI's guide to text to speech)."""
_KEEP_SECONDS: Final = 90.0
"""Longer than from probe to probe, so that no turn waits for a handshake."""
_PROBE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class OpenAiConfig:
    """Which service and models, and how long to wait: the table [openai] of the settings."""

    base_url: str
    stt_model: str
    tts_model: str
    voice: str
    dialogue_model: str
    reasoning_effort: str
    """Empty: not sent, for services that do not know it."""
    persona: str
    rules: str
    history_characters: int
    reply_tokens: int
    connect_seconds: float
    stt_seconds: float
    """For a whole transcript."""
    first_token_seconds: float
    first_sound_seconds: float
    next_seconds: float
    """Between two tokens, or two pieces of sound."""


class OpenAiService:
    """One account at one service."""

    def __init__(
        self, config: OpenAiConfig, key: str, observe: Observe = lambda stage, outcome: None
    ) -> None:
        """Nothing is sent before `remote.watch` runs or an engine is asked."""
        self.config = config
        self.key = key
        self.remote = Remote("OpenAI", self._probe)
        self._observe = observe
        self.timeout = httpx2.Timeout(None, connect=config.connect_seconds, pool=config.connect_seconds)
        self.http = openai.DefaultAsyncHttpxClient(
            timeout=self.timeout, limits=httpx2.Limits(keepalive_expiry=_KEEP_SECONDS)
        )
        self._client = openai.AsyncOpenAI(
            api_key=key, base_url=config.base_url, max_retries=0, timeout=self.timeout, http_client=self.http
        )

    def guard(self, stage: Stage) -> Guard:
        """A new engine's way to this service."""
        return Guard(self.remote, stage, self._observe)

    async def transcribe(self, slin: Slin, language: str) -> str:
        """What was said in `slin` (16 kHz); `language` is an ISO 639-1 code.

        Raises:
            EngineError: it failed.
        """
        with failures(Stage.STT):
            async with asyncio.timeout(self.config.stt_seconds):
                written = await self._client.audio.transcriptions.create(
                    file=("utterance.wav", _wav(slin), "audio/wav"),
                    model=self.config.stt_model,
                    language=language,
                )
        return written.text

    async def speech(self, text: str) -> AsyncIterator[bytes]:
        """`text` spoken: pcm at SPEECH_RATE_HZ as it comes, cut anywhere.

        Raises:
            EngineError: it failed, perhaps in the middle.
        """
        config = self.config
        with failures(Stage.TTS):
            async for piece in within(self._speech(text), config.first_sound_seconds, config.next_seconds):
                yield piece

    async def _speech(self, text: str) -> AsyncIterator[bytes]:
        async with self._client.audio.speech.with_streaming_response.create(
            input=text, model=self.config.tts_model, voice=self.config.voice, response_format="pcm"
        ) as response:
            async for piece in response.iter_bytes():
                yield piece

    async def _probe(self) -> None:
        with failures(Stage.DIALOGUE):
            try:
                async with asyncio.timeout(_PROBE_SECONDS):
                    await self._client.models.list()
            except openai.NotFoundError:
                pass  # A service without a list of models answered all the same.

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()


@contextmanager
def failures(stage: Stage) -> Iterator[None]:
    """Around a request: whatever may go wrong with it becomes an EngineError."""
    try:
        yield
    except (openai.APITimeoutError, TimeoutError) as error:
        raise UnreachableError(stage, "it took too long") from error
    except (openai.APIConnectionError, httpx2.RequestError) as error:
        raise UnreachableError(stage, "it cannot be reached, or broke off") from error
    except openai.APIStatusError as error:
        again = error.status_code in {408, 409, 429} or error.status_code >= 500
        refusal = f"it refused: {error.status_code} {error.code or ''}".strip()
        raise EngineError(stage, refusal, retryable=again) from error
    except (openai.OpenAIError, ValueError, TypeError, LookupError) as error:
        # The last three: an answer in a shape that the libraries do not expect.
        raise EngineError(stage, f"its answer is no answer: {type(error).__name__}") from error


def _wav(slin: Slin) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE_HZ)
        sound.writeframes(slin.astype("<i2").tobytes())
    return file.getvalue()
