"""A Kinyarwanda voice and back: what a recogniser that never learnt the language writes down of it.

Only a comparison of voices: a foreign ear gets two letters in five wrong of any voice here. Letters
are compared after `folding`. Beside the errors stand figures that keep a voice honest, since a foreign ear's
liking need not be people's: syllables a second, the loudest sample, the level.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from sipforge.engines.hearing.whisper.model import WhisperModel
from sipforge.engines.protocols import RATE_HZ, Floats
from tests.bench.folding import errors
from tests.bench.telephone import speech_power
from tests.models import model
from tests.phones.audio import Samples, Segment, cut, read_wav, resample, speech_segments, trim

LANGUAGES: Final = ("sw", "sn")
"""Whisper's tokens for Swahili and Shona. Of those tried these wrote down most; both are counted, so that one
unlucky word weighs less. (Lingala and Malagasy 3 to 7 points worse, Somali useless.)"""
LONGEST_SECONDS: Final = 25.0
_QUIET_SECONDS: Final = 0.4
"""Put before and after, as a bot hears it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One text that was said."""

    intended: str
    """In words."""
    written: tuple[str, ...]
    """What came back, for each of `LANGUAGES`."""
    wrong: int
    """Letters wrong, missing or too many, in all languages together."""
    letters: int
    """Letters intended, times the number of languages."""
    syllables: int
    seconds: float
    """From the first sound to the last, pauses inside included."""
    peak: float
    """0 to 1; 1 clips."""
    dbfs: float
    """Mean level of the loud parts."""


class ForeignEar:
    """Multilingual Whisper, loaded on first use; it takes all the processor."""

    def hear(self, intended: str, samples: Samples, rate_hz: int) -> Heard:
        """Compare `samples`, speech with or without silence around it, with what it was to say in words.

        Raises:
            ModelError: the model cannot be installed.
            ValueError: there is nothing to hear.
        """
        speech = trim(resample(samples, rate_hz, RATE_HZ), RATE_HZ)
        if not speech_segments(speech, RATE_HZ):
            raise ValueError(f"nothing is heard of {intended!r}")
        # The encoder knows nothing of languages.
        encoded = [self._models[0].encode(piece) for piece in _pieces(speech)]
        written = tuple(
            " ".join(whisper.write(piece).text for piece in encoded).strip() for whisper in self._models
        )
        counts = [errors(intended, text) for text in written]
        return Heard(
            intended,
            written,
            sum(wrong for wrong, _ in counts),
            sum(letters for _, letters in counts),
            len(re.findall("[aeiou]", intended.lower())),
            len(speech) / RATE_HZ,
            float(np.max(np.abs(samples))),
            float(10 * np.log10(speech_power(speech))),
        )

    @cached_property
    def _models(self) -> list[WhisperModel]:
        return [WhisperModel(model("whisper-base"), language, threads=2) for language in LANGUAGES]


def from_recordings(pairs: Iterable[tuple[str, Path]], ear: ForeignEar) -> Iterator[Heard]:
    """The same for phones' recordings, each of just one text.

    Raises:
        NotAWav, OSError: a recording cannot be read.
        ModelError, ValueError: as `ForeignEar.hear`.
    """
    for intended, recording in pairs:
        yield ear.hear(intended, *read_wav(recording))


def error_rate(heard: Sequence[Heard]) -> float:
    """Errors per letter in %, of all texts together.

    Raises:
        ValueError: nothing was heard.
    """
    letters = sum(one.letters for one in heard)
    if not letters:
        raise ValueError("nothing was heard")
    return 100 * sum(one.wrong for one in heard) / letters


def syllables_per_second(heard: Sequence[Heard]) -> float:
    """Of all texts together; a syllable for each vowel."""
    return sum(one.syllables for one in heard) / sum(one.seconds for one in heard)


def _pieces(speech: Samples) -> Iterator[Floats]:
    """`speech` between quiet, in pieces that Whisper can take, cut at pauses."""
    quiet = np.zeros(round(_QUIET_SECONDS * RATE_HZ))
    found = speech_segments(speech, RATE_HZ)
    while found:
        count = 1
        while count < len(found) and found[count].end - found[0].start <= LONGEST_SECONDS:
            count += 1
        whole = Segment(found[0].start, found[count - 1].end)
        yield np.concatenate([quiet, cut(speech, RATE_HZ, whole, 0.1), quiet]).astype(np.float32)
        found = found[count:]
