"""Sample-rate conversion between the telephone's 8 kHz and the bots' 16 kHz, a piece at a time.

One 48-tap linear-phase low-pass at 16 kHz serves both directions (polyphase upwards). The filter's state
lives across pieces, so that pieces of any length give what the whole would have given, without clicks.
Delay 1.5 ms; images and aliases of the telephone band (up to 3,400 Hz) are more than 60 dB down.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

TAPS: Final = 48
CUTOFF_HZ: Final = 3800.0
WIDE_HZ: Final = 16000
KAISER_BETA: Final = 6.2

_Floats = npt.NDArray[np.float32]


def _design() -> _Floats:
    """A Kaiser-windowed sinc with a gain of 1 at 0 Hz."""
    centred = np.arange(TAPS) - (TAPS - 1) / 2
    taps = np.sinc(2 * CUTOFF_HZ / WIDE_HZ * centred) * np.kaiser(TAPS, KAISER_BETA)
    return np.asarray(taps / taps.sum(), dtype=np.float32)


_LOW_PASS: Final = _design()


class Upsampler:
    """8 kHz to 16 kHz: two samples out for each one in."""

    def __init__(self) -> None:
        # Each phase sees every second tap; the gain makes up for the zeros that are never multiplied.
        self._phases = (2 * _LOW_PASS[0::2], 2 * _LOW_PASS[1::2])
        self._past = np.zeros(TAPS // 2 - 1, dtype=np.float32)

    def process(self, pcm: bytes) -> bytes:
        """16 kHz slin, twice as long as `pcm`."""
        line = np.concatenate((self._past, _samples(pcm)))
        self._past = line[len(line) - len(self._past) :]
        wide = np.empty(2 * (len(line) - len(self._past)), dtype=np.float32)
        if len(wide):
            for phase, taps in enumerate(self._phases):
                wide[phase::2] = np.convolve(line, taps, "valid")
        return _bytes(wide)


class Downsampler:
    """16 kHz to 8 kHz: one sample out for every second one in, wherever the pieces are cut."""

    def __init__(self) -> None:
        self._past = np.zeros(TAPS - 1, dtype=np.float32)
        self._skip = 0
        """1 when the next sample in is one that has no sample out."""

    def process(self, pcm: bytes) -> bytes:
        """8 kHz slin, half as long as `pcm` (rounded up or down in turns for odd numbers of samples)."""
        line = np.concatenate((self._past, _samples(pcm)))
        self._past = line[len(line) - len(self._past) :]
        count = len(line) - len(self._past)
        if not count:
            return b""
        narrow = np.convolve(line, _LOW_PASS, "valid")[self._skip :: 2]
        self._skip = (self._skip + count) % 2
        return _bytes(narrow)


class Unchanged:
    """Both rates are the same."""

    def process(self, pcm: bytes) -> bytes:
        """Give `pcm` itself."""
        return pcm


Resampler = Upsampler | Downsampler | Unchanged
"""Has state: one per direction and call. `process` takes slin; ValueError for half a sample."""


def resampler(from_hz: int, to_hz: int) -> Resampler:
    """The converter between two of 8000 and 16000; ValueError for any other rate."""
    match from_hz, to_hz:
        case (8000, 16000):
            return Upsampler()
        case (16000, 8000):
            return Downsampler()
        case (8000, 8000) | (16000, 16000):
            return Unchanged()
        case _:
            raise ValueError(f"no conversion from {from_hz} Hz to {to_hz} Hz")


def _samples(pcm: bytes) -> _Floats:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32)


def _bytes(samples: _Floats) -> bytes:
    return np.clip(np.rint(samples), -32768, 32767).astype("<i2").tobytes()
