"""What else is to be heard at a caller's end: a voice in the room, and a caller who talks for a minute."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.calls.telephones import CALLER
from tests.phones.appliance import API
from tests.phones.audio import read_wav, resample
from tests.phones.process import SOURCE_RATE_HZ
from tests.phones.speech import english

NEWS = (
    "The minister said on Tuesday that the new road to the north will be finished. And now the weather. "
    "Tomorrow will be sunny in the east with some clouds."
)
TALK = (
    "Well you know I was thinking about this the other day when my sister came to visit us from the village "
    "and she told me that her neighbour had been in the same situation last year with his cousin and a house "
)
ASKED_SECONDS = 9.0
"""After which the caller asks, so that the greeting is over."""
USUAL_SECONDS = 1.5
LONGER_SECONDS = 2.0
ANSWERED_SECONDS = 10.0
"""After which the answer has been heard."""
MOST_SECONDS = 3.0
"""After the end of a minute of talk."""


def voice(text: str, name: str = "slt") -> np.ndarray:
    """A text as a telephone says it."""
    samples, rate_hz = read_wav(english(text, name))
    return resample(samples, rate_hz, SOURCE_RATE_HZ)


def level(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(samples[np.abs(samples) > 0.01] ** 2)))


@pytest.mark.parametrize("under_db", [12, 20, 30])
def test_a_voice_in_the_room_stops_nothing_and_is_not_answered(
    phone, appliance, judge, english_texts, under_db
):
    topic = english_texts.topics["hours"]
    question = voice(topic.questions[0])
    news = voice(NEWS, "rms")
    room = np.tile(news, 6)[: SOURCE_RATE_HZ * 40] * level(question) / level(news) * 10 ** (-under_db / 20)
    asked = int(ASKED_SECONDS * SOURCE_RATE_HZ)
    room[asked : asked + question.size] += question
    caller = phone(CALLER)
    caller.dial("2000")
    ended = time.monotonic() + ASKED_SECONDS + question.size / SOURCE_RATE_HZ
    caller.say_samples(room, wait=False)
    call = appliance.calls()[0]["call"]
    time.sleep(max(0.0, ended + ANSWERED_SECONDS - time.monotonic()))
    recording = caller.hangup(f"2000-room-{under_db}")
    greetings = [text for name, text in english_texts.phrases.items() if name.startswith("greeting_")]
    assert any(judge.heard_english(text, recording.heard).ok for text in greetings)
    verdict = judge.heard_english(topic.answer, recording.heard)
    assert verdict.ok, verdict
    answered = next(segment.start for segment in recording.heard_on_clock() if segment.start > ended)
    assert answered - ended < USUAL_SECONDS + LONGER_SECONDS
    history = appliance.get(f"{API}/calls/{call}")["history"]
    assert len([entry for entry in history if entry["type"] == "transcript"]) == 1


@pytest.mark.alone
def test_the_question_at_the_end_of_a_minute_of_talk_is_answered(phone, judge, english_texts):
    topic = english_texts.topics["hours"]
    talk = voice(TALK)
    loud = np.abs(talk) > 0.02
    talk = talk[np.flatnonzero(loud)[0] : np.flatnonzero(loud)[-1]]
    talk = np.tile(talk, 1 + int(60 * SOURCE_RATE_HZ / talk.size))[: 60 * SOURCE_RATE_HZ]
    question = voice("So what are your opening hours?")
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    caller.say_samples(np.concatenate([talk, question]))
    caller.wait_reply()
    recording = caller.hangup("2000-minute")
    verdict = judge.heard_english(topic.answer, recording.heard)
    assert verdict.ok, verdict
    seconds = recording.answer_seconds()
    assert seconds is not None
    assert seconds < MOST_SECONDS
