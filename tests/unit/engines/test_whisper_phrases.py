"""The arithmetic, with a recogniser whose scores are known; real speech is in tests of the models."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from sipforge.engines.protocols import EngineError, Floats
from sipforge.engines.whisper_model import Encoded
from sipforge.engines.whisper_phrases import AHEAD, SURE, PhraseSet, WhisperPhrasesStt

LENGTH = 8


class Hears:
    """Every letter is a token; the loudest sample of the sound says which phrase was spoken (0: none)."""

    def __init__(self, gains: Sequence[float], prior: Sequence[float]) -> None:
        self.gains = gains
        self.prior = prior
        self.largest_batch = 0
        self.seconds = 0.0
        self.longest = 0

    def encode(self, samples: Floats) -> Encoded:
        spoken = round(float(samples[0])) if samples.size and float(samples[0]) >= 1 else 0
        return Encoded(np.full((1, 1, 1), spoken, np.float32), samples.size / 16000)

    def tokens(self, text: str) -> list[int]:
        number = int(text.rsplit(maxsplit=1)[-1])
        return [number] * LENGTH

    def score(
        self, encoded: Encoded, texts: Sequence[Sequence[int]], seconds: float
    ) -> list[NDArray[np.float32]]:
        spoken = int(encoded.states[0, 0, 0])
        self.seconds = seconds
        self.largest_batch = max(self.largest_batch, len(texts))
        self.longest = max(len(text) for text in texts)
        scores = []
        for text in texts:
            gain = self.gains[text[0]] if spoken else 0.0
            bonus = 5.0 if spoken == text[0] else 0.0
            scores.append(np.full(len(text), self.prior[text[0]] + gain + bonus, np.float32))
        return scores


def sound(spoken: int, seconds: float = 2.0) -> Floats:
    return np.full(int(16000 * seconds), spoken, np.float32)


def phrases(count: int, meanings: int) -> dict[str, str]:
    return {f"phrase {number}": f"meaning {number % meanings}" for number in range(1, count + 1)}


def test_the_prior_is_taken_off_and_the_root_of_the_length_divided_by() -> None:
    model = Hears(gains=[0.0] * 4, prior=[0, -3, -9, -1])
    match = PhraseSet(model, phrases(3, 3)).match(sound(2))
    assert match.text == "phrase 2"
    assert match.fit == pytest.approx(5 * LENGTH / np.sqrt(LENGTH))
    assert match.ahead == pytest.approx(match.fit)
    assert match.sure
    assert model.seconds == 3.5


def test_silence_is_no_phrase() -> None:
    match = PhraseSet(Hears([0.0] * 4, [0, -3, -9, -1]), phrases(3, 3)).match(sound(0))
    assert match.fit == pytest.approx(0)
    assert not match.sure


@pytest.mark.parametrize(("fit", "sure"), [(SURE + 0.1, True), (SURE - 0.1, False)])
def test_threshold(fit: float, sure: bool) -> None:
    gain = fit / np.sqrt(LENGTH) - 5
    model = Hears([0.0, gain, -20.0], [0, 0, 0])
    assert PhraseSet(model, phrases(2, 2)).match(sound(1)).sure is sure


@pytest.mark.parametrize("same_meaning", [True, False])
def test_only_phrases_of_another_meaning_compete(same_meaning: bool) -> None:
    close = 5 - AHEAD / 2 / np.sqrt(LENGTH)
    model = Hears([0.0, 0.0, close], [0, 0, 0])
    match = PhraseSet(model, {"phrase 1": "a", "phrase 2": "a" if same_meaning else "b"}).match(sound(1))
    assert match.text == "phrase 1"
    assert match.sure is same_meaning


def test_a_large_set_is_sorted_out_first() -> None:
    model = Hears([0.0] * 61, [-number / 10 for number in range(61)])
    expected = PhraseSet(model, phrases(60, 60))
    assert model.largest_batch == 12
    model.largest_batch = 0
    assert expected.match(sound(37)).text == "phrase 37"
    assert model.longest == LENGTH
    assert model.largest_batch == 12


def test_one_phrase_is_no_choice() -> None:
    with pytest.raises(EngineError, match="two phrases"):
        PhraseSet(Hears([0, 0], [0, 0]), {"phrase 1": "a"})


def test_transcript_is_the_phrase_or_empty() -> None:
    stt = WhisperPhrasesStt(Hears([0.0] * 4, [0, -3, -9, -1]), phrases(3, 3))
    heard = asyncio.run(stt.transcribe(sound(3)))
    assert heard.text == "phrase 3"
    assert heard.confidence > 0.99
    heard = asyncio.run(stt.transcribe(sound(0)))
    assert heard.text == ""
    assert heard.confidence < 0.01
