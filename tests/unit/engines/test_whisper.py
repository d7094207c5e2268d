from __future__ import annotations

import asyncio
import math

import numpy as np
import pytest

from sipforge.engines.protocols import Floats
from sipforge.engines.whisper import LONGEST_SECONDS, PIECE_SECONDS, WhisperStt, heard_nothing
from sipforge.engines.whisper_model import Encoded, Written

RATE_HZ = 16000


class Says:
    """A model that writes the given things in turn, the last for ever; remembers the pieces' lengths."""

    def __init__(self, *written: Written) -> None:
        self.written = list(written)
        self.seconds: list[float] = []

    def encode(self, samples: Floats) -> Encoded:
        self.seconds.append(samples.size / RATE_HZ)
        return Encoded(np.zeros((1, 50, 4), np.float32), samples.size / RATE_HZ)

    def write(self, encoded: Encoded) -> Written:
        return self.written.pop(0) if len(self.written) > 1 else self.written[0]


def _noise(seconds: float) -> Floats:
    return np.random.default_rng(0).standard_normal(int(seconds * RATE_HZ)).astype(np.float32)


@pytest.mark.parametrize(
    ("written", "nothing"),
    [
        (Written("Hello.", -0.2, 0.01), False),
        (Written("Two.", -0.98, 0.43), False),
        (Written("Bye.", -1.2, 0.13), False),
        (Written("Hello", -2.9, 0.2), False),
        (Written("Thank you.", -0.5, 0.1), False),
        (Written("No, no, no.", -0.5, 0.1), False),
        # A number in noise: the model is sure of it, all the same.
        (Written("My telephone number is 0788123456.", -0.4, 0.63), False),
        # As written for the noises of the bench.
        (Written("you", -1.4, 0.9), True),
        (Written("Up.", -0.92, 0.56), True),
        (Written("I'm going to use the same thing.", -2.0, 0.64), True),
        (Written("and I'm a gem.", -1.38, 0.29), True),
        (Written("Beep. Beep. Beep.", -0.5, 0.45), True),
        (Written("Thank you.", -0.5, 0.45), True),
        (Written("Draw", -3.3, 0.2), True),
        (Written("...", -0.1, 0.0), True),
        (Written("", -0.1, 0.0), True),
    ],
)
def test_imagination(written: Written, nothing: bool) -> None:
    assert heard_nothing(written) is nothing


def test_transcript() -> None:
    stt = WhisperStt(Says(Written("Hello.", -0.5, 0.0)))
    transcript = asyncio.run(stt.transcribe(np.zeros(16000, np.float32)))
    assert transcript.text == "Hello."
    assert transcript.confidence == pytest.approx(math.exp(-0.5))
    assert transcript.seconds >= 0


def test_nothing_heard_is_empty() -> None:
    stt = WhisperStt(Says(Written("you", -1.4, 0.9)))
    transcript = asyncio.run(stt.transcribe(np.zeros(16000, np.float32)))
    assert (transcript.text, transcript.confidence) == ("", 0.0)


def test_a_long_utterance_is_written_in_pieces_and_the_finished_ones_once() -> None:
    model = Says(Written("One.", -0.2, 0.0), Written("Two.", -0.4, 0.0), Written("you", -1.4, 0.9))
    stt = WhisperStt(model)
    samples = _noise(60.0)
    first = asyncio.run(stt.transcribe(samples[: 40 * RATE_HZ]))
    assert first.text == "One. Two."
    assert first.confidence == pytest.approx(math.exp(-0.4))
    assert max(model.seconds) <= PIECE_SECONDS
    assert sum(model.seconds) == pytest.approx(40.0)
    model.seconds.clear()
    assert asyncio.run(stt.transcribe(samples)).text == "One."
    assert sum(model.seconds) < 60.0 - PIECE_SECONDS / 2


def test_what_comes_after_two_minutes_is_not_heard() -> None:
    model = Says(Written("Hello.", -0.5, 0.0))
    asyncio.run(WhisperStt(model).transcribe(_noise(LONGEST_SECONDS + 30.0)))
    assert sum(model.seconds) == pytest.approx(LONGEST_SECONDS)
