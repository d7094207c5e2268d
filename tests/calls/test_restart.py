"""A telephone whose sound begins anew in mid-call: another source (SSRC), sequence numbers far below."""

from __future__ import annotations

import time

import pytest

from tests.calls.telephones import CALLER
from tests.phones.conversation import ENGLISH


@pytest.mark.parametrize("times", [1, 3])
def test_it_is_heard_as_before(by_hand, judge, english_texts, recordings, times):
    topic = english_texts.topics["parking"]
    caller = by_hand(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    for _ in range(times):
        caller.sound.begin_anew()
        time.sleep(0.5)
    asked = time.monotonic()
    caller.say(ENGLISH.speak(topic.questions[0]))
    caller.wait_reply()
    heard = caller.sound.save(recordings / "anew.wav", asked)
    assert judge.heard_english(topic.answer, heard).ok
    caller.hangup()
