"""Sound files of any kind, and telephone codecs, by libsndfile (package soundfile)."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from sipforge.engines.protocols import Floats
from sipforge.engines.runtime.resample import to_16khz

LONGEST_SECONDS: Final = 3600.0
CODECS: Final = {"pcmu": "ULAW", "pcma": "ALAW", "gsm": "GSM610"}
"""Codings of a line (ITU-T G.711, GSM 06.10) → libsndfile's names."""


class SoundFileError(Exception):
    """A file that is no sound, or none that can be used; a sentence."""


def read_sound(path: Path) -> Floats:
    """A WAV, FLAC or Ogg file of any rate as 16 kHz; several channels are mixed into one.

    Raises:
        SoundFileError: it is missing, is no sound, is empty or longer than an hour.
    """
    try:
        with soundfile.SoundFile(path) as file:
            if not file.frames or file.frames > LONGEST_SECONDS * file.samplerate:
                length = "is empty" if not file.frames else "is longer than an hour"
                raise SoundFileError(f"{path} {length}")
            rate_hz = file.samplerate
            samples = file.read(dtype="float32", always_2d=True).mean(axis=1)
    except (soundfile.LibsndfileError, OSError, TypeError) as error:
        reason = "no such file" if not path.exists() else f"{error}".rsplit(": ", 1)[-1].rstrip(".")
        raise SoundFileError(f"{path} cannot be read as sound: {reason}") from error
    return to_16khz(np.nan_to_num(samples), rate_hz)


def through_codec(samples: Floats, rate_hz: int, coding: str) -> Floats:
    """`samples` coded and decoded again; `coding` is one of CODECS."""
    file = io.BytesIO()
    soundfile.write(file, np.clip(samples, -1.0, 1.0), rate_hz, CODECS[coding], format="WAV")
    file.seek(0)
    decoded, _ = soundfile.read(file, frames=len(samples), dtype="float32")
    heard: Floats = np.pad(decoded, (0, len(samples) - len(decoded)))
    return heard
