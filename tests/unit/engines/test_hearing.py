"""The real detection and the real recogniser on what is hard for them; the figures are in tests/bench."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from sipforge.engines.hearing.piecewise import PIECE_SECONDS
from sipforge.engines.protocols import Stt
from sipforge.engines.runtime.telephone_line import Line, over_the_line
from sipforge.text.english.normalisation import normalise
from tests.bench.noises import Kind, clips
from tests.bench.recognition import Listener, as_heard
from tests.bench.sentences import OFFICE
from tests.bench.speakers import SPEAKERS
from tests.engines import make_stt
from tests.models import model
from tests.phones.words import word_error_rate

LISTENER = Listener()
SLT = SPEAKERS[0]


@pytest.fixture(scope="module")
def stt() -> Stt:
    return make_stt("whisper", model("whisper-base"), "en", {})


@pytest.mark.parametrize("said", ["No.", "Bye.", "Goodbye."])
def test_a_single_word_out_of_digital_silence_is_noticed(said: str) -> None:
    assert LISTENER.notices(as_heard(SLT.say(said), None, 0, before_seconds=1.0))


@pytest.mark.parametrize("said", ["Yes.", "Four.", "Stop."])
def test_a_short_word_over_a_line_without_depth_is_noticed(said: str) -> None:
    thin = over_the_line(np.concatenate([np.zeros(16000), SLT.say(said)]), Line(low_hz=350, low_slope_db=30))
    assert LISTENER.notices(np.concatenate([thin, np.zeros(16000, np.float32)]))


def test_noise_and_clicks_are_not_taken_for_speech() -> None:
    kinds = {Kind.SILENCE, Kind.NOISE, Kind.CRACKLE, Kind.BREATH}
    noticed = [
        clip.name
        for clip in clips()
        if clip.kind in kinds and LISTENER.notices(as_heard(clip.samples, None, 0))
    ]
    assert noticed == []


@pytest.mark.parametrize(
    "name", ["silence", "pink noise -25 dBFS", "hum 150 Hz", "cough 7", "busy tone", "six keys"]
)
def test_noises_do_not_become_words(stt: Stt, name: str) -> None:
    clip = next(clip for clip in clips() if clip.name == name)
    assert asyncio.run(stt.transcribe(as_heard(clip.samples, None, 0))).text == ""


def test_a_long_utterance_is_written_whole(stt: Stt) -> None:
    texts = OFFICE[:16]
    pause = np.zeros(6400)
    sound = np.concatenate([part for text in texts for part in (SLT.say(text), pause)])
    assert sound.size > PIECE_SECONDS * 16000
    heard = asyncio.run(stt.transcribe(as_heard(sound, None, 0)))
    assert word_error_rate(normalise(" ".join(texts)), normalise(heard.text)) <= 0.1
