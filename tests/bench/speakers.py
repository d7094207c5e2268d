"""Those who speak in the benches: synthetic voices of three programs."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import onnxruntime

from sipforge.engines.speaking.espeak import EspeakProgram
from sipforge.engines.speaking.piper import PiperTts
from tests.models import CACHE, model
from tests.phones.audio import Samples, normalise_loudness, read_wav, resample, trim, write_wav
from tests.phones.speech import english

RATE_HZ = 16000


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice."""

    name: str
    say: Callable[[str], Samples]
    """A text, normalised to words, as sound: 16 kHz, -20 dBFS, without silence around it."""


def _flite(voice: str) -> Speaker:
    def say(text: str) -> Samples:
        return read_wav(english(text, voice))[0]

    return Speaker(f"flite {voice}", say)


def _espeak(voice: str, words_per_minute: int) -> Speaker:
    program = EspeakProgram(voice)

    def say(text: str) -> Samples:
        samples, rate_hz = program.speak(text, words_per_minute)
        return _even(samples.astype(np.float64), rate_hz)

    return Speaker(f"espeak {voice} {words_per_minute}", say)


def _piper() -> Speaker:
    def say(text: str) -> Samples:
        # The voice is lively by chance, so one performance is kept.
        key = hashlib.sha256(f"piper joe 1 {text}".encode()).hexdigest()[:16]
        kept = CACHE / "speech" / f"{key}.wav"
        if not kept.exists():
            kept.parent.mkdir(parents=True, exist_ok=True)
            slin = asyncio.run(_spoken(text))
            write_wav(kept, _even(slin.astype(np.float64) / 32768, RATE_HZ), RATE_HZ)
        return read_wav(kept)[0]

    return Speaker("piper joe", say)


async def _spoken(text: str) -> np.typing.NDArray[np.int16]:
    return np.concatenate([piece async for piece in _joe().synthesise(text)])


@cache
def _joe() -> PiperTts:
    onnxruntime.set_seed(1)
    return PiperTts(model("piper-en-joe"), 150)


def _even(samples: Samples, rate_hz: int) -> Samples:
    return normalise_loudness(trim(resample(samples, rate_hz, RATE_HZ), RATE_HZ), RATE_HZ)


SPEAKERS: tuple[Speaker, ...] = (*(_flite(voice) for voice in ("slt", "rms", "awb", "kal16")), _piper())
"""Voices made from recordings of people."""
FORMANT_SPEAKERS: tuple[Speaker, ...] = (
    _espeak("en-us", 140),
    _espeak("en-us", 170),
    _espeak("en-gb", 150),
    _espeak("en-gb", 180),
)
"""Voices made from rules: over the telephone they are hard to understand for people, too."""
