"""The real models on synthetic speech."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from sipforge.engines.hearing.whisper.letters import load_letters
from sipforge.engines.hearing.whisper.model import WhisperModel
from sipforge.engines.hearing.whisper.phrases import PhraseSet, hear
from sipforge.engines.hearing.whisper.transcriber import WhisperStt
from sipforge.engines.protocols import EngineError, Floats
from sipforge.engines.speaking.espeak import EspeakProgram, EspeakTts
from sipforge.text import kinyarwanda
from tests.engines import make_stt, make_tts, make_vad
from tests.models import model
from tests.phones.audio import read_wav
from tests.phones.speech import english, kinyarwanda_voice
from tests.phones.words import edits
from tests.unit.engines.speech import say

SILENCE = np.zeros(8000, np.float32)


def _between_silences(samples: Floats) -> Floats:
    return np.concatenate([SILENCE, samples, SILENCE])


def test_what_piper_says_whisper_writes() -> None:
    # The voice is lively by chance: without a seed, every hundredth sentence or so is slurred.
    onnxruntime.set_seed(1)
    voice = make_tts("piper", model("piper-en-joe"))
    slin = say(voice, "Where can I park my car?")
    stt = WhisperStt(WhisperModel(model("whisper-base"), "en"))
    heard = asyncio.run(stt.transcribe(_between_silences(slin.astype(np.float32) / 32768)))
    assert heard.text == "Where can I park my car?"


def test_silero_hears_speech_where_it_is() -> None:
    samples, _ = read_wav(english("Where can I park my car?"))
    speech = _between_silences(samples.astype(np.float32))
    session = make_vad("silero", model("silero-vad")).session()
    size = session.window_samples
    heard = np.array(
        [session.process(speech[start : start + size]) for start in range(0, speech.size - size + 1, size)]
    )
    assert heard[:12].max() < 0.5
    assert np.mean(heard[18:-18] > 0.5) > 0.8
    assert heard[-6:].max() < 0.5


def test_silero_wants_whole_windows() -> None:
    with pytest.raises(EngineError, match="window"):
        make_vad("silero", model("silero-vad")).session().process(np.zeros(100, np.float32))


def test_a_language_that_whisper_lacks() -> None:
    with pytest.raises(EngineError, match=r"<\|rw\|>"):
        WhisperModel(model("whisper-base"), "rw")


def test_kinyarwanda_phrases_are_told_apart_and_others_rejected() -> None:
    voice = EspeakTts(EspeakProgram("rw", kinyarwanda_voice()), 150)
    phrases = {
        "Mukora ku wa gatandatu?": "a",
        "Ofisi iri he?": "b",
        "Muvuga izihe ndimi?": "c",
        "Nimero ya telefone ni iyihe?": "d",
        "Murakoze, murabeho": "e",
    }
    stt = make_stt("whisper-phrases", model("whisper-base"), "sw", phrases, language="kinyarwanda")

    def heard(text: str) -> tuple[str, str]:
        slin = say(voice, text)
        samples = _between_silences(slin.astype(np.float32) / 32768)
        transcript = asyncio.run(stt.transcribe(samples))
        return transcript.text, transcript.accepted

    assert [heard(phrase) for phrase in phrases] == list(phrases.items())
    for other in ("abana barakina umupira", "imvura iragwa cyane uyu munsi"):
        written, accepted = heard(other)
        assert accepted == ""
        assert edits(list(other), list(written)) <= 0.25 * len(other), written


def test_digits_where_they_are_expected() -> None:
    voice = EspeakTts(EspeakProgram("rw", kinyarwanda_voice()), 150)
    letters = load_letters(Path(kinyarwanda.__file__).with_name("letters.npz"))
    expected = PhraseSet(
        letters,
        {"Ofisi iri he?": "a", "Muvuga izihe ndimi?": "b"},
        ["zeru", "rimwe", "kabiri", "gatatu", "kane", "gatanu", "karindwi", "umunani"],
    )
    whisper = WhisperModel(model("whisper-base"), "sw")
    for text in ("zeru karindwi umunani umunani", "kane gatanu", "Ofisi iri he?"):
        slin = say(voice, text)
        encoded = whisper.encode(_between_silences(slin.astype(np.float32) / 32768))
        match = expected.match(hear(letters, encoded))
        assert (match.text, match.sure) == (text, True)
