"""Noise around a caller, so loud beside the speech as it is heard within a telephone's band. Pure.

Samples are float64 in -1..1, mono, 16 kHz. What the line itself does:
sipforge.engines.runtime.telephone_line.
"""

from __future__ import annotations

from enum import Enum

import numpy as np

from tests.phones.audio import Samples, levels_dbfs

RATE_HZ = 16000
LOW_HZ, HIGH_HZ = 300.0, 3400.0


class Noise(Enum):
    """Colours by how the power falls with frequency: not at all, by 3 and by 6 dB an octave."""

    WHITE = 0.0
    PINK = 1.0
    BROWN = 2.0


def noise(colour: Noise, count: int, seed: int) -> Samples:
    """`count` samples with a root mean square of 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequencies = np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 20.0)
    shaped = np.fft.irfft(spectrum / frequencies ** (colour.value / 2), count)
    unit: Samples = shaped / np.sqrt(np.mean(shaped**2))
    return unit


def band(samples: Samples) -> Samples:
    """`samples` with nothing below 300 and above 3,400 Hz."""
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE_HZ)
    spectrum[(frequencies < LOW_HZ) | (frequencies > HIGH_HZ)] = 0
    kept: Samples = np.fft.irfft(spectrum, len(samples))
    return kept


def speech_power(samples: Samples) -> float:
    """Mean power of the frames that are within 25 dB of the loudest."""
    levels = levels_dbfs(samples, RATE_HZ)
    loud = levels[levels >= levels.max() - 25.0]
    return float(np.mean(10.0 ** (loud / 10.0)))


def with_noise(samples: Samples, snr_db: float, seed: int, colour: Noise = Noise.PINK) -> Samples:
    """`samples` and noise that, within the telephone's band, is `snr_db` below the speech."""
    heard = noise(colour, len(samples), seed)
    wanted = speech_power(band(samples)) / 10.0 ** (snr_db / 10.0)
    louder: Samples = samples + heard * np.sqrt(wanted / np.mean(band(heard) ** 2))
    return louder
