"""What a telephone line does to a voice: its band, its coding, its losses. For measuring, and for learning.

Real lines do not cut at 300 Hz. Recordings of 83 calls to voice menus and 700 coughs over telephones keep
what lies between 200 and 300 Hz 10 to 12 dB below what is above: a slope of some 24 dB an octave. A wall
there, as simulations have it, hides coughs and short words from a detector of voices.

Samples are float, mono, 16 kHz, -1 to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sipforge.core.audio.resample import Downsampler, Upsampler
from sipforge.engines.protocols import Floats
from sipforge.engines.runtime.sound_files import through_codec

LINE_HZ: Final = 8000
_PACKET: Final = LINE_HZ // 50
_LOST_IN_A_ROW: Final = 2.0
"""Packets, on average."""
_FADED: Final = 0.5
"""How loud the packet before is said again in the place of one that was lost."""
_WALL_DB: Final = 400.0
"""An octave: nothing is left."""

Spectrum = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line, with the handset at its end."""

    low_hz: float = 300.0
    high_hz: float = 3400.0
    low_slope_db: float = 24.0
    """An octave, below `low_hz`."""
    high_slope_db: float = 90.0
    """An octave, above `high_hz`."""
    tilt_db: float = 0.0
    """How much louder each octave is than the one below it: handsets are dull (-) or thin (+)."""
    coding: str = "pcmu"
    """See sipforge.engines.runtime.sound_files.CODECS."""
    lost: float = 0.0
    """Share of the packets of 20 ms that do not come; they are lost in rows."""


GENTLE: Final = Line()
"""As measured."""
OLD: Final = Line(low_slope_db=_WALL_DB, high_slope_db=_WALL_DB)
"""Nothing outside 300 to 3,400 Hz."""
LINES: Final = {
    "gentle": GENTLE,
    "old": OLD,
    "thin": Line(low_hz=400.0, tilt_db=3.0),
    "dull": Line(high_hz=2800.0, high_slope_db=40.0, tilt_db=-3.0, coding="pcma"),
    "mobile": Line(low_slope_db=18.0, coding="gsm"),
    "lossy": Line(lost=0.03),
}
"""By name."""


def over_the_line(samples: npt.NDArray[np.floating], line: Line = GENTLE, seed: int = 0) -> Floats:
    """What the appliance hears of `samples` that were said into a telephone on `line`.

    Args:
        samples: the voice in the room.
        line: the telephone.
        seed: of which packets are lost.
    """
    narrow = Downsampler().process(_slin(_band(np.asarray(samples, np.float64), line)))
    decoded = through_codec(_floats(narrow), LINE_HZ, line.coding)
    if line.lost:
        decoded = _with_losses(decoded, line.lost, np.random.default_rng(seed))
    return _floats(Upsampler().process(_slin(decoded)))[: len(samples)]


def response_db(frequencies: npt.NDArray[np.floating], line: Line) -> Spectrum:
    """How much of each of `frequencies` (Hz) comes through what is analogue in `line`."""
    octaves = np.log2(np.maximum(frequencies, 1.0) / 1000.0)
    below = np.maximum(0.0, np.log2(line.low_hz / 1000.0) - octaves) * line.low_slope_db
    above = np.maximum(0.0, octaves - np.log2(line.high_hz / 1000.0)) * line.high_slope_db
    gain: Spectrum = line.tilt_db * np.clip(octaves, -3.0, 2.0) - below - above
    return gain


def _band(samples: Spectrum, line: Line) -> Spectrum:
    # With silence behind, or what rings at the end would be heard at the beginning.
    padded = np.concatenate([samples, np.zeros(LINE_HZ)])
    gains = response_db(np.fft.rfftfreq(len(padded), 1 / (2 * LINE_HZ)), line)
    shaped: Spectrum = np.fft.irfft(np.fft.rfft(padded) * 10.0 ** (gains / 20.0), len(padded))
    return shaped[: len(samples)]


def _with_losses(narrow: Floats, share: float, random: np.random.Generator) -> Floats:
    heard = narrow.copy()
    ends = 1.0 / _LOST_IN_A_ROW
    begins = share * ends / (1.0 - share)
    lost = before = False
    for start in range(_PACKET, len(heard) - _PACKET + 1, _PACKET):
        before, lost = lost, random.random() < (1.0 - ends if lost else begins)
        if lost:
            last = heard[start - _PACKET : start]
            heard[start : start + _PACKET] = 0.0 if before else _FADED * last
    return heard


def _slin(samples: npt.NDArray[np.floating]) -> bytes:
    pcm: bytes = np.clip(np.rint(samples * 32767.0), -32768, 32767).astype("<i2").tobytes()
    return pcm


def _floats(pcm: bytes) -> Floats:
    return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768)
