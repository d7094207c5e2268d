"""How much of a piece of audio is sound and how much is silence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FRAME_SECONDS = 0.02
LOUD_DBFS = -45.0
"""A frame louder than this is somebody's voice: comfort noise and a codec's dither are below -60."""


def loud_frames(pcm: bytes, rate_hz: int) -> list[bool]:
    """Whether each 20 ms of `pcm` is loud.

    Args:
        pcm: 16-bit little-endian mono; an odd last byte and an incomplete last frame are left out.
        rate_hz: samples in a second.
    """
    samples = round(rate_hz * FRAME_SECONDS)
    audio = np.frombuffer(pcm[: len(pcm) // 2 * 2], dtype="<i2").astype(np.float64) / 32768
    frames = audio[: len(audio) // samples * samples].reshape(-1, samples)
    limit = 10 ** (LOUD_DBFS / 20)
    return [bool(loud) for loud in np.sqrt((frames**2).mean(axis=1)) > limit]


def dbfs(samples: NDArray[np.float32]) -> float:
    """Level of `samples` in [-1, 1], in dB relative to a full-scale square wave; -200 for digital silence."""
    return 10 * float(np.log10(max(float(np.mean(samples * samples)), 1e-20)))
