"""Whisper's input: the log-mel spectrogram of 16 kHz audio, in numpy.

After openai/whisper's `audio.py`: 400-sample Hann windows every 160 samples, 80 Slaney mel bands, decibels
clipped to 8 below the loudest and scaled to about [-1, 1].
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.protocols import RATE_HZ, Floats

_FFT_SAMPLES = 400
_HOP_SAMPLES = 160


def log_mel(samples: Floats, window_seconds: float, bands: int = 80) -> Floats:
    """Features (bands, window_seconds · 100) of `samples`, cut or filled with silence to the window."""
    wanted = int(window_seconds * RATE_HZ)
    audio = np.zeros(wanted, np.float32)
    audio[: min(wanted, samples.size)] = samples[:wanted]
    padded = np.pad(audio, _FFT_SAMPLES // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, _FFT_SAMPLES)[::_HOP_SAMPLES][:-1]
    spectrum = np.abs(np.fft.rfft(windows * _hann(), axis=1)).astype(np.float32) ** 2
    decades = np.log10(np.maximum(spectrum @ mel_filters(bands).T, 1e-10))
    decades = np.maximum(decades, decades.max() - 8.0)
    return np.ascontiguousarray(((decades + 4.0) / 4.0).T, np.float32)


@lru_cache(maxsize=1)
def _hann() -> Floats:
    # Periodic, as torch.hann_window has it, not numpy's symmetric one.
    return np.hanning(_FFT_SAMPLES + 1)[:-1].astype(np.float32)


@lru_cache(maxsize=2)
def mel_filters(bands: int) -> Floats:
    """Triangular filters (bands, 201), Slaney's mel scale and area normalisation (librosa's default)."""
    frequencies = np.linspace(0, RATE_HZ / 2, _FFT_SAMPLES // 2 + 1)
    edges = _mel_to_hz(np.linspace(_hz_to_mel(0.0), _hz_to_mel(RATE_HZ / 2), bands + 2))
    below = (frequencies[None, :] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    above = (edges[2:, None] - frequencies[None, :]) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0.0, np.minimum(below, above))
    return (triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None]).astype(np.float32)


# Slaney: linear to 1 kHz (15 mels), then logarithmic.
_LINEAR_HZ = 200.0 / 3
_KNEE_HZ = 1000.0
_KNEE_MEL = _KNEE_HZ / _LINEAR_HZ
_LOG_STEP = np.log(6.4) / 27.0


def _hz_to_mel(hz: float) -> float:
    return hz / _LINEAR_HZ if hz < _KNEE_HZ else float(_KNEE_MEL + np.log(hz / _KNEE_HZ) / _LOG_STEP)


def _mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < _KNEE_MEL, mel * _LINEAR_HZ, _KNEE_HZ * np.exp(_LOG_STEP * (mel - _KNEE_MEL)))
