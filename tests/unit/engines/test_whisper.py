from __future__ import annotations

import asyncio
import math

import numpy as np
import pytest

from sipforge.engines.protocols import Floats
from sipforge.engines.whisper import WhisperStt, heard_nothing
from sipforge.engines.whisper_model import Encoded, Written


class Says:
    """A model that always writes the same."""

    def __init__(self, written: Written) -> None:
        self.written = written

    def encode(self, samples: Floats) -> Encoded:
        return Encoded(np.zeros((1, 50, 4), np.float32), samples.size / 16000)

    def write(self, encoded: Encoded, before: str = "") -> Written:
        return self.written


@pytest.mark.parametrize(
    ("written", "nothing"),
    [
        (Written("Hello.", -0.2, 0.01), False),
        (Written("Hello.", -0.2, 0.95), False),
        (Written("Hello.", -1.5, 0.3), False),
        (Written("you", -1.4, 0.9), True),
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
