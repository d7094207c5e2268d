"""What comes over a telephone line and is not a request: noises made with numpy, and signs of listening.

Each clip is at the level at which a phone would send it, speech being at -20 dBFS, and the same in every run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from sipforge.engines.speaking.espeak import EspeakProgram
from tests.bench.telephone import RATE_HZ, Noise, noise
from tests.phones.audio import Samples, normalise_loudness, resample, trim


class Kind(Enum):
    """What a clip is."""

    NOISE = "noise"
    HUM = "hum"
    CRACKLE = "crackle"
    KEYS = "keys"
    COUGH = "cough"
    BREATH = "breath"
    TONE = "tone"
    MUSIC = "music"
    SILENCE = "silence"
    BACKCHANNEL = "backchannel"
    """Speech that only shows that somebody listens."""


@dataclass(frozen=True, slots=True)
class Clip:
    """One noise."""

    name: str
    kind: Kind
    samples: Samples
    """16 kHz, -1..1."""


def clips() -> tuple[Clip, ...]:
    """All of them, some seventy; needs espeak-ng for the back-channels."""
    makers = (_noises, _hums, _crackles, _keys, _coughs, _breaths, _tones, _music, _backchannels)
    return tuple(clip for maker in makers for clip in maker())


_HUMMED: Final = {"mm-hm": "[[m-:h'm-:]]", "hmm": "[[hm-:]]"}
"""In espeak-ng's phonemes: as letters it spells the first and makes a word of the second."""


def _level(dbfs: float) -> float:
    return float(10.0 ** (dbfs / 20.0))


def _seconds(seconds: float) -> Samples:
    axis: Samples = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return axis


def _noises() -> Iterator[Clip]:
    yield Clip("silence", Kind.SILENCE, np.zeros(2 * RATE_HZ))
    for colour in Noise:
        for seed, dbfs in enumerate((-60, -45, -35, -25)):
            sound = noise(colour, 2 * RATE_HZ, seed) * _level(dbfs)
            yield Clip(f"{colour.name.lower()} noise {dbfs} dBFS", Kind.NOISE, sound)
        swell = np.sin(np.pi * _seconds(3.0) / 3.0) ** 2
        sound = noise(colour, 3 * RATE_HZ, 9) * swell * _level(-25)
        yield Clip(f"{colour.name.lower()} noise, swelling", Kind.NOISE, sound)


def _hums() -> Iterator[Clip]:
    for base_hz in (50, 100, 150):
        time = _seconds(2.5)
        sound = sum(np.sin(2 * np.pi * base_hz * n * time) / n for n in range(1, 13))
        yield Clip(f"hum {base_hz} Hz", Kind.HUM, np.asarray(sound) * _level(-30))
    fan = noise(Noise.BROWN, 3 * RATE_HZ, 1) + 0.5 * np.sin(2 * np.pi * 410 * _seconds(3.0))
    yield Clip("fan", Kind.HUM, fan * _level(-32))


def _crackles() -> Iterator[Clip]:
    for seed, each_second in enumerate((3, 10, 40, 150)):
        random = np.random.default_rng(seed)
        sound = np.zeros(2 * RATE_HZ)
        for start in random.integers(0, len(sound) - 200, 2 * each_second):
            length = int(random.integers(4, 160))
            sound[start : start + length] += random.standard_normal(length) * np.exp(
                -np.arange(length) / (length / 4)
            )
        yield Clip(f"crackle {each_second} a second", Kind.CRACKLE, sound * _level(-18))
    for seed in range(2):
        sound = np.zeros(RATE_HZ)
        sound[RATE_HZ // 3] = 0.9
        sound[RATE_HZ // 3 + 40 + 30 * seed] = -0.7
        yield Clip(f"line click {seed + 1}", Kind.CRACKLE, sound)


def _keys() -> Iterator[Clip]:
    for seed, each_second in enumerate((4, 7)):
        random = np.random.default_rng(100 + seed)
        sound = np.zeros(round(2.5 * RATE_HZ))
        for start in np.cumsum(random.uniform(0.6, 1.4, int(2.2 * each_second)) / each_second):
            for offset, loud in ((0.0, 1.0), (0.07, 0.5)):
                at = round((start + offset) * RATE_HZ)
                knock = _resonate(random.standard_normal(400) * np.exp(-np.arange(400) / 60), 2100, 500)
                part = sound[at : at + 400]
                part += loud * knock[: len(part)]
        yield Clip(f"keyboard {each_second} keys a second", Kind.KEYS, _peak(sound, -14))


def _coughs() -> Iterator[Clip]:
    """A burst and its tail, breathy or voiced, through the resonances of a throat; one to three in a row."""
    for seed in range(14):
        random = np.random.default_rng(200 + seed)
        times, formants = 1 + seed % 3, (random.uniform(450, 800), random.uniform(1100, 1700), 2600.0)
        parts = []
        for _ in range(times):
            time = _seconds(random.uniform(0.25, 0.45))
            envelope = np.minimum(time / 0.008, 1.0) * np.exp(-time / random.uniform(0.06, 0.12))
            source = random.standard_normal(len(time))
            if seed % 2:
                pitch = random.uniform(110, 240) * np.exp(-0.8 * time)
                source = 0.5 * source + 2.0 * np.sign(np.sin(2 * np.pi * np.cumsum(pitch) / RATE_HZ))
            throat = sum(_resonate(source * envelope, hz, 180.0) for hz in formants)
            parts += [np.asarray(throat), np.zeros(round(random.uniform(0.08, 0.3) * RATE_HZ))]
        yield Clip(f"cough {seed + 1}", Kind.COUGH, _peak(np.concatenate(parts), -4.0 - seed % 4 * 4))


def _breaths() -> Iterator[Clip]:
    for seed in range(6):
        random = np.random.default_rng(300 + seed)
        parts = []
        for centre_hz in (1800.0, 900.0)[: 1 + seed % 2]:
            time = _seconds(random.uniform(0.5, 1.1))
            swell = np.abs(np.sin(np.pi * time / time[-1])) ** 1.5
            parts += [_resonate(random.standard_normal(len(time)) * swell, centre_hz, 1500.0), np.zeros(3200)]
        yield Clip(f"breath {seed + 1}", Kind.BREATH, _peak(np.concatenate(parts), -18 - 3 * (seed % 3)))


def _tones() -> Iterator[Clip]:
    for name, hertz in (
        ("dial tone", (425,)),
        ("American dial tone", (350, 440)),
        ("fax", (1100,)),
        ("modem", (2100,)),
    ):
        yield Clip(name, Kind.TONE, _chord(hertz, 2.0) * _level(-18))
    beats = np.tile(np.concatenate([np.ones(RATE_HZ // 2), np.zeros(RATE_HZ // 2)]), 3)
    yield Clip("busy tone", Kind.TONE, _chord((425,), 3.0) * beats * _level(-18))
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477)
    for key in "159#":
        place = "123456789*0#".index(key)
        tone = _chord((rows[place // 3], columns[place % 3]), 0.2)
        yield Clip(f"key {key}", Kind.TONE, np.concatenate([tone, np.zeros(4800)]) * _level(-14))
    digits = [_chord((rows[n % 4], columns[n % 3]), 0.12) for n in range(6)]
    gaps = [np.zeros(1600)] * len(digits)
    dialled = np.concatenate([part for pair in zip(digits, gaps, strict=True) for part in pair])
    yield Clip("six keys", Kind.TONE, dialled * _level(-14))


_CHORDS: Final = {"major": (262, 330, 392), "minor": (220, 262, 330), "high": (523, 659, 784)}


def _music() -> Iterator[Clip]:
    for name, hertz in _CHORDS.items():
        notes = [_pluck(hz, 0.35) for hz in (*hertz, *hertz[::-1])]
        yield Clip(f"melody, {name}", Kind.MUSIC, _peak(np.concatenate(notes), -12))
        held = sum(_pluck(hz, 2.0, 2.0) for hz in hertz)
        yield Clip(f"chord, {name}", Kind.MUSIC, _peak(np.asarray(held), -14))
    glide = np.sin(2 * np.pi * np.cumsum(np.linspace(700, 1500, RATE_HZ)) / RATE_HZ)
    yield Clip("whistle", Kind.MUSIC, glide * _level(-20))


def _backchannels() -> Iterator[Clip]:
    for voice in ("en-us", "en-gb"):
        for pitch, said in enumerate(("mm-hm", "uh-huh", "hmm", "okay", "yeah", "right")):
            samples, rate_hz = EspeakProgram(voice).speak(_HUMMED.get(said, said), 130 + 15 * pitch)
            sound = trim(resample(samples.astype(np.float64), rate_hz, RATE_HZ), RATE_HZ)
            yield Clip(f"{said}, {voice}", Kind.BACKCHANNEL, normalise_loudness(sound, RATE_HZ, -24.0))


def _chord(hertz: tuple[float, ...], seconds: float) -> Samples:
    return np.mean([np.sin(2 * np.pi * hz * _seconds(seconds)) for hz in hertz], axis=0)


def _pluck(hz: float, seconds: float, decay_seconds: float = 0.25) -> Samples:
    time = _seconds(seconds)
    overtones = sum(np.sin(2 * np.pi * hz * n * time) / n**1.5 for n in range(1, 7))
    plucked: Samples = np.asarray(overtones) * np.exp(-time / decay_seconds) * np.minimum(time / 0.01, 1.0)
    return plucked


def _resonate(samples: Samples, centre_hz: float, width_hz: float) -> Samples:
    """One resonance, of the shape of a formant."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    gain = 1.0 / (1.0 + ((frequencies - centre_hz) / (width_hz / 2)) ** 2)
    resonant: Samples = np.fft.irfft(spectrum * gain, len(samples))
    return resonant


def _peak(samples: Samples, dbfs: float) -> Samples:
    scaled: Samples = samples / np.max(np.abs(samples)) * _level(dbfs)
    return scaled
