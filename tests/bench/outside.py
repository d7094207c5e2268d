"""What comes over a Kinyarwanda line that no answer fits: other sentences, other languages, noises."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sipforge.engines.speaking.espeak import EspeakProgram
from tests.bench.noises import clips
from tests.bench.speakers import SPEAKERS
from tests.bench.telephone import RATE_HZ
from tests.models import REPOSITORY
from tests.phones.audio import Samples, normalise_loudness, read_wav, resample, trim
from tests.phones.process import SOURCE_RATE_HZ
from tests.phones.speech import MANNERS, kinyarwanda

OUTSIDE = REPOSITORY / "tests" / "questions" / "kinyarwanda.toml"
_ESPEAK = {"swahili": "sw", "french": "fr"}


@dataclass(frozen=True, slots=True)
class Sound:
    """Something that nothing in the set fits."""

    text: str
    """What it is."""
    voice: str
    """Its language, or "noises"."""
    samples: Samples = field(repr=False)
    """16 kHz."""
    topic: str = ""

    def sound(self) -> Samples:
        """It, at the phones' rate."""
        return resample(self.samples, RATE_HZ, SOURCE_RATE_HZ)


def sounds() -> Iterator[Sound]:
    """All of them, forty.

    Raises:
        SpeechError, EngineError: a speech program is missing or failed.
    """
    known = {clip.name: clip.samples for clip in clips()}
    for kind, texts in tomllib.loads(OUTSIDE.read_text(encoding="utf-8"))["outside"].items():
        for number, text in enumerate(texts):
            yield Sound(text, kind, known[text] if kind == "noises" else _speak(kind, text, number))


def _speak(language: str, text: str, number: int) -> Samples:
    words_per_minute, pitch = MANNERS[number % len(MANNERS)]
    if language == "kinyarwanda":
        return read_wav(kinyarwanda(text, words_per_minute, pitch))[0]
    if language == "english":
        return SPEAKERS[number % len(SPEAKERS)].say(text)
    samples, rate_hz = EspeakProgram(_ESPEAK[language]).speak(text, words_per_minute)
    sound = resample(samples.astype(np.float64), rate_hz, RATE_HZ)
    return normalise_loudness(trim(sound, RATE_HZ), RATE_HZ)
