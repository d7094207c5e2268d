"""What is believed, with a recogniser that hears what the test says; for real speech see test_models."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from sipforge.engines.hearing.whisper.letter_text import SpellingModel
from sipforge.engines.hearing.whisper.letters import Layer, Letters, Matrix
from sipforge.engines.hearing.whisper.model import Encoded
from sipforge.engines.hearing.whisper.phrases import (
    AHEAD,
    SHORT_LETTERS,
    SURE,
    SURE_ROW,
    SURE_SHORT,
    PhraseMatch,
    PhraseSet,
    WhisperPhrasesStt,
    hear,
)
from sipforge.engines.protocols import EngineError, Floats, Transcript

SIGNS = "abcdo"
LOUD = 12.0
"""How much likelier the letter that is heard is than any other."""


class Clear(Letters):
    """A network for which states are what is heard."""

    def hear(self, states: Matrix) -> Matrix:
        return states


def letters() -> Letters:
    none = Layer(*(np.zeros(0, np.float32),) * 4)
    return Clear(none, (), none, tuple(SIGNS))


def encoded(text: str, seconds: float | None = None) -> Encoded:
    """Each sign, also a space, for a frame, a blank after it."""
    wanted = np.zeros(40 + 2 * len(text), np.intp)
    wanted[: 2 * len(text) : 2] = [0 if sign == " " else SIGNS.index(sign) + 1 for sign in text]
    wanted[: 2 * len(text) : 2] += 1
    states = LOUD * np.eye(len(SIGNS) + 2, dtype=np.float32)[wanted]
    states -= np.log(np.exp(states).sum(axis=1, keepdims=True))
    return Encoded(states[None], len(text) * 0.04 if seconds is None else seconds)


def heard(text: str, seconds: float | None = None) -> Matrix:
    return hear(letters(), encoded(text, seconds))


def match(text: str, phrases: dict[str, str]) -> PhraseMatch:
    return PhraseSet(letters(), phrases).match(heard(text))


def test_the_phrase_that_was_said() -> None:
    found = match("abcd", {"abcd": "1", "dcba": "2", "aoco": "3"})
    assert (found.text, found.sure) == ("abcd", True)
    assert found.fit == pytest.approx(0, abs=1e-3)
    assert found.ahead == pytest.approx(2 * LOUD, abs=0.1)
    assert found.meaning == "1"


def test_silence_is_no_phrase() -> None:
    found = match("", {"ab": "1", "dcba": "2"})
    assert found.fit == pytest.approx(-LOUD, abs=0.1)
    assert not found.sure


@pytest.mark.parametrize(("said", "sure"), [("abcdabcdoo", True), ("abcdabcooo", False)])
def test_some_letters_may_be_heard_otherwise(said: str, sure: bool) -> None:
    found = match(said, {"abcdabcdab": "1", "dddddddddd": "2"})
    assert found.text == "abcdabcdab"
    assert found.sure is sure
    assert (found.fit >= SURE) is sure


def test_words_in_a_row_compete_with_phrases() -> None:
    expected = PhraseSet(letters(), {"abcd": "1", "dodo": "2"}, words=["ab", "cd", "o"])
    found = expected.match(heard("cdabcdoab"))
    assert (found.text, found.least_fit, found.sure) == ("cd ab cd o ab", SURE_ROW, True)
    assert expected.match(heard("dodo")).text == "dodo"
    assert not expected.match(heard("abcd")).sure


def test_what_is_believed() -> None:
    assert PhraseMatch("abcd", "1", -2.0, AHEAD, -2.0).sure
    assert not PhraseMatch("abcd", "1", -2.01, AHEAD, -2.0).sure
    assert not PhraseMatch("abcd", "1", -2.0, AHEAD - 0.01, -2.0).sure


@pytest.mark.parametrize(("length", "least_fit"), [(SHORT_LETTERS, SURE), (SHORT_LETTERS - 1, SURE_SHORT)])
def test_a_short_phrase_must_fit_better(length: int, least_fit: float) -> None:
    said = ("abcd" * length)[:length]
    found = match(said, {said: "1", "o": "2"})
    assert (found.text, found.least_fit) == (said, least_fit)


@pytest.mark.parametrize("same_meaning", [True, False])
def test_only_phrases_of_another_meaning_compete(same_meaning: bool) -> None:
    found = match("abcdabcdabo", {"abcdabcdabc": "1", "abcdabcdabd": "1" if same_meaning else "2"})
    assert found.fit >= SURE
    assert found.sure is same_meaning
    assert (found.ahead < AHEAD) is not same_meaning


def test_what_lies_behind_the_utterance_is_not_heard() -> None:
    expected = PhraseSet(letters(), {"abcd" * 6: "1", "ab": "2"})
    assert expected.match(heard("abcd" * 6)).text == "abcd" * 6
    assert not expected.match(heard("abcd" * 6, seconds=0.0)).sure


@pytest.mark.parametrize("phrases", [{"ab": "1"}, {"ab": "1", "?": "2"}, {}])
def test_no_choice(phrases: dict[str, str]) -> None:
    with pytest.raises(EngineError, match="two phrases"):
        PhraseSet(letters(), phrases)


class Hears:
    """Hears the same whatever is said."""

    def __init__(self, text: str) -> None:
        self.text = text

    def encode(self, samples: Floats) -> Encoded:
        return encoded(self.text)

    def language_shares(self, encoded: Encoded) -> dict[str, float]:
        return {"en": 0.75} if encoded.seconds > 0 else {}


def test_spaces_are_nothing_to_a_phrase() -> None:
    assert match("ab cd", {"abcd": "1", "dcba": "2"}).fit == pytest.approx(0, abs=1e-3)
    assert match("abcd", {"ab cd": "1", "dcba": "2"}).fit == pytest.approx(0, abs=1e-3)


def test_what_is_no_phrase_is_written_down_and_not_accepted() -> None:
    spelling = SpellingModel([letters().spell_words("abc abc")], letters().symbols)

    def transcribe(text: str) -> Transcript:
        stt = WhisperPhrasesStt(Hears(text), letters(), {"abcd": "1", "dcba": "2"}, spelling=spelling)
        return asyncio.run(stt.transcribe(np.zeros(1600, np.float32)))

    phrase, other, short = transcribe("abcd"), transcribe("abc abc"), transcribe("ooo")
    assert (phrase.text, phrase.accepted) == ("abcd", "1")
    assert (other.text, other.accepted) == ("abc abc", "")
    assert other.confidence > 0.9
    assert (short.text, short.confidence) == ("", 0.0)


def test_transcript_is_the_phrase_or_empty() -> None:
    silence = np.zeros(1600, np.float32)

    def transcribe(text: str) -> tuple[str, float]:
        stt = WhisperPhrasesStt(Hears(text), letters(), {"abcd": "1", "dcba": "2"})
        transcript = asyncio.run(stt.transcribe(silence))
        return transcript.text, transcript.confidence

    assert transcribe("dcba")[0] == "dcba"
    assert transcribe("dcba")[1] > 0.99
    assert transcribe("oooo")[0] == ""
    assert transcribe("oooo")[1] < 0.01


def test_the_share_of_a_language() -> None:
    stt = WhisperPhrasesStt(Hears("ab"), letters(), {"ab": "1", "dcba": "2"})
    assert asyncio.run(stt.language_shares(np.zeros(1600, np.float32))) == {"en": 0.75}
