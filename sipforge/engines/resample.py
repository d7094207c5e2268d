"""Whole recordings from a voice's own rate to 16 kHz: windowed-sinc polyphase, in numpy."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sipforge.engines.protocols import RATE_HZ, Floats, Slin

_HALF_TAPS = 32
_KAISER_BETA = 8.0
"""About 80 dB of stop band; with 32 taps a side the transition is narrower than the telephone can hear."""


def to_16khz(samples: Floats, rate_hz: int) -> Floats:
    """`samples` at `rate_hz` as 16 kHz; as long, within a sample, and not delayed."""
    if rate_hz == RATE_HZ or not samples.size:
        return samples
    common = math.gcd(rate_hz, RATE_HZ)
    up, down = RATE_HZ // common, rate_hz // common
    bank = _phases(up, down)
    wanted = math.ceil(samples.size * up / down)
    steps = np.arange(wanted) * down
    padded = np.pad(samples, (_HALF_TAPS, _HALF_TAPS + 1))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _HALF_TAPS)
    whole, phase = np.divmod(steps, up)
    resampled: Floats = np.einsum("ij,ij->i", windows[whole + 1], bank[phase]).astype(np.float32)
    return resampled


@lru_cache(maxsize=4)
def _phases(up: int, down: int) -> Floats:
    """One low-pass filter for each of the `up` places an output sample can have between two inputs."""
    cutoff = min(1.0, up / down) * 0.97
    taps = np.arange(1 - _HALF_TAPS, 1 + _HALF_TAPS)
    offsets = taps[None, :] - (np.arange(up) / up)[:, None]
    window = np.i0(_KAISER_BETA * np.sqrt(np.maximum(0.0, 1 - (offsets / _HALF_TAPS) ** 2))) / np.i0(
        _KAISER_BETA
    )
    bank = cutoff * np.sinc(cutoff * offsets) * window
    normalised: Floats = (bank / bank.sum(axis=1, keepdims=True)).astype(np.float32)
    return normalised


def to_slin(samples: Floats, peak: float = 0.7) -> Slin:
    """`samples` as 16-bit, their loudest at `peak` of full scale, so that all voices are equally loud."""
    loudest = float(np.abs(samples).max(initial=0.0))
    scale = peak * 32767 / loudest if loudest > 1e-4 else 0.0
    return np.round(samples * scale).astype(np.int16)
