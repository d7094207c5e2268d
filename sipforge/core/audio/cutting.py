"""Where to cut an utterance that is longer than a recogniser takes: at its quietest moments. Pure.

A piece ends in the middle of the quietest stretch of its second half, so that it ends in a pause where there
is one, and no piece is so short that its words lack their neighbours.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_FRAME_SECONDS: Final = 0.02
_PAUSE_FRAMES: Final = 15
"""Loudness is judged over 0.3 s: long enough to tell a pause from the closure of a consonant."""


def pieces(samples: NDArray[np.float32], rate_hz: int, longest_seconds: float) -> list[NDArray[np.float32]]:
    """`samples` in pieces of at most `longest_seconds`; joined they are `samples` again."""
    frame = round(rate_hz * _FRAME_SECONDS)
    longest = round(longest_seconds * rate_hz)
    found: list[NDArray[np.float32]] = []
    while samples.size > longest:
        second_half = samples[longest // 2 : longest]
        frames = second_half[: second_half.size // frame * frame].reshape(-1, frame)
        # Log power: one loud click must not hide that the rest of a stretch is silent.
        power = np.log10(np.maximum(np.mean(frames**2, axis=1), 1e-10))
        stretches = np.convolve(power, np.ones(_PAUSE_FRAMES), "valid")
        middle = int(np.argmin(stretches)) + _PAUSE_FRAMES // 2
        end = longest // 2 + middle * frame
        found.append(samples[:end])
        samples = samples[end:]
    return [*found, samples]
