"""W2V-BERT's input: log-mel filter bank energies of 16 kHz audio as Kaldi computes them, in numpy.

After Hugging Face's SeamlessM4TFeatureExtractor: frames of 25 ms every 10 ms over 16-bit samples, each
freed of its mean, pre-emphasised (0.97) and shaped by the Povey window (Hann to the power 0.85); the power
spectrum of 512 points in 80 triangles on Kaldi's mel scale from 20 Hz to 8 kHz; natural logarithm; each
band with mean 0 and variance 1 over the utterance; two frames side by side.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.protocols import RATE_HZ, Floats

FEATURES = 160
"""Per row: two frames of 80 bands."""
_BANDS = 80
_FRAME_SAMPLES = 400
_HOP_SAMPLES = 160
_FFT_SAMPLES = 512
_LOWEST_HZ = 20.0
_EMPHASIS = 0.97
_FLOOR = 1.192092955078125e-07
"""Least energy of a band, as Kaldi has it (the smallest step of a 32-bit float at 1)."""


def normalised_fbank(samples: Floats) -> Floats:
    """Features (rows, 160) of `samples`, 50 rows a second; none where there are fewer than 35 ms."""
    energies = log_fbank(samples)
    energies = energies[: energies.shape[0] // 2 * 2]
    if not energies.size:
        return np.zeros((0, FEATURES), np.float32)
    # Kaldi's recipes, and PyTorch, divide by n - 1.
    spread = np.sqrt(energies.var(axis=0, ddof=1) + 1e-7)
    features: Floats = ((energies - energies.mean(axis=0)) / spread).reshape(-1, FEATURES).astype(np.float32)
    return features


def log_fbank(samples: Floats) -> NDArray[np.float64]:
    """Energies (frames, 80), natural logarithm, 100 frames a second, only whole frames."""
    if samples.size < _FRAME_SAMPLES:
        return np.zeros((0, _BANDS))
    wide = samples.astype(np.float64) * 32768
    frames = np.lib.stride_tricks.sliding_window_view(wide, _FRAME_SAMPLES)[::_HOP_SAMPLES]
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    spectrum = np.fft.rfft((frames - _EMPHASIS * before) * _povey(), _FFT_SAMPLES, axis=1)
    energies: NDArray[np.float64] = np.log(np.maximum((np.abs(spectrum) ** 2) @ _mel_filters().T, _FLOOR))
    return energies


@lru_cache(maxsize=1)
def _povey() -> NDArray[np.float64]:
    window: NDArray[np.float64] = np.hanning(_FRAME_SAMPLES) ** 0.85
    return window


@lru_cache(maxsize=1)
def _mel_filters() -> NDArray[np.float64]:
    """Triangles (80, 257), straight in mel, not in Hz, and with peaks of 1."""
    bins = _mel(np.arange(_FFT_SAMPLES // 2 + 1) * RATE_HZ / _FFT_SAMPLES)
    edges = np.linspace(_mel(_LOWEST_HZ), _mel(RATE_HZ / 2), _BANDS + 2)
    rising = (bins[None, :] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None, :]) / (edges[2:] - edges[1:-1])[:, None]
    triangles: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    return triangles


def _mel(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    mel: NDArray[np.float64] = 1127.0 * np.log(1.0 + np.asarray(hz) / 700.0)
    return mel
