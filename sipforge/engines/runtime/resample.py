"""From a voice's own rate to 16 kHz, whole or piece by piece: windowed-sinc polyphase, in numpy."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from sipforge.engines.protocols import RATE_HZ, Floats, Slin

_HALF_TAPS = 32
_KAISER_BETA = 8.0
"""About 80 dB of stop band; with 32 taps a side the transition is narrower than the telephone can hear."""


class To16khz:
    """Converts one sentence as it comes: pieces of any length give what the whole would have given."""

    def __init__(self, rate_hz: int) -> None:
        common = math.gcd(rate_hz, RATE_HZ)
        self._up, self._down = RATE_HZ // common, rate_hz // common
        # The samples from half a filter before the next one out; before the first there was silence.
        self._line: Floats = np.zeros(_HALF_TAPS - 1, np.float32)
        self._place = 0
        """Of the next sample out after the middle of the filter, in 1 / `up` of a sample."""

    def process(self, samples: Floats) -> Floats:
        """What can be told so far: it lags by half a filter, 32 samples."""
        line = np.concatenate((self._line, samples))
        ready = (line.size - 2 * _HALF_TAPS + 1) * self._up
        places = np.arange(self._place, max(ready, self._place), self._down)
        resampled: Floats = np.zeros(0, np.float32)
        if places.size:
            windows = np.lib.stride_tricks.sliding_window_view(line, 2 * _HALF_TAPS)
            whole, phase = np.divmod(places, self._up)
            resampled = np.einsum("ij,ij->i", windows[whole], _phases(self._up, self._down)[phase])
        past, self._place = divmod(self._place + places.size * self._down, self._up)
        self._line = line[past:]
        return resampled.astype(np.float32)

    def finish(self) -> Floats:
        """The rest, at the end of the sentence."""
        return self.process(np.zeros(_HALF_TAPS, np.float32))


def to_16khz(samples: Floats, rate_hz: int) -> Floats:
    """`samples` at `rate_hz` as 16 kHz; as long, within a sample, and not delayed."""
    if rate_hz == RATE_HZ:
        return samples
    converter = To16khz(rate_hz)
    return np.concatenate((converter.process(samples), converter.finish()))


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
