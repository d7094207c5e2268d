"""The real models on synthetic speech; where no models are installed these tests say so and are skipped.

SIPFORGE_MODELS names the folder they are in; a Kinyarwanda voice is built there by models/espeak-rw/build.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from sipforge.engines.espeak import EspeakProgram, EspeakTts
from sipforge.engines.factory import make_tts, make_vad
from sipforge.engines.protocols import EngineError, Floats
from sipforge.engines.whisper import WhisperStt
from sipforge.engines.whisper_model import WhisperModel
from sipforge.engines.whisper_phrases import WhisperPhrasesStt

MODELS = Path(os.environ.get("SIPFORGE_MODELS", "/var/lib/sipforge/models"))

pytestmark = pytest.mark.skipif(
    not (MODELS / "whisper-base" / "model.bin").is_file() or shutil.which("espeak-ng") is None,
    reason=f"no models in {MODELS} (set SIPFORGE_MODELS), or no espeak-ng",
)

SILENCE = np.zeros(8000, np.float32)


@pytest.fixture(scope="module")
def joe() -> Floats:
    """ "Where can I park my car?" by the Piper voice."""
    voice = make_tts("piper", MODELS / "piper-en-joe", "", 150)
    slin = asyncio.run(voice.synthesise("Where can I park my car?"))
    return np.concatenate([SILENCE, slin.astype(np.float32) / 32768, SILENCE])


def test_what_piper_says_whisper_writes(joe: Floats) -> None:
    stt = WhisperStt(WhisperModel(MODELS / "whisper-base", "en"))
    assert asyncio.run(stt.transcribe(joe)).text == "Where can I park my car?"


def test_silero_hears_speech_where_it_is(joe: Floats) -> None:
    session = make_vad("silero", MODELS / "silero-vad").session()
    size = session.window_samples
    heard = np.array(
        [session.process(joe[start : start + size]) for start in range(0, joe.size - size + 1, size)]
    )
    assert heard[:12].max() < 0.5
    assert np.mean(heard[16:-18] > 0.5) > 0.8
    assert heard[-6:].max() < 0.5


def test_silero_wants_whole_windows() -> None:
    with pytest.raises(EngineError, match="window"):
        make_vad("silero", MODELS / "silero-vad").session().process(np.zeros(100, np.float32))


def test_a_language_that_whisper_lacks() -> None:
    with pytest.raises(EngineError, match=r"<\|rw\|>"):
        WhisperModel(MODELS / "whisper-base", "rw")


def test_kinyarwanda_phrases_are_told_apart_and_others_rejected() -> None:
    voice = EspeakTts(EspeakProgram("rw", MODELS / "espeak-rw"), 150)
    phrases = {
        "Mukora ku wa gatandatu?": "a",
        "Ofisi iri he?": "b",
        "Muvuga izihe ndimi?": "c",
        "Nimero ya telefone ni iyihe?": "d",
        "Murakoze, murabeho": "e",
    }
    stt = WhisperPhrasesStt(WhisperModel(MODELS / "whisper-base", "sw"), phrases)

    def heard(text: str) -> str:
        slin = asyncio.run(voice.synthesise(text))
        samples = np.concatenate([SILENCE, slin.astype(np.float32) / 32768, SILENCE])
        return asyncio.run(stt.transcribe(samples)).text

    assert [heard(phrase) for phrase in phrases] == list(phrases)
    assert heard("Abana barakina umupira") == ""
    assert heard("Imvura iragwa cyane uyu munsi") == ""
