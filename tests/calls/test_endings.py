"""How calls of the assistants end: a silent caller, a caller who hangs up, a caller who wants a person."""

from __future__ import annotations

import time

import pytest

from tests.phones.conversation import ENGLISH
from tests.phones.recording import mouth_to_ear_seconds
from tests.phones.speech import english

BOT = "sipforge-bot@english"


def test_a_silent_caller_is_asked_again_and_then_let_go(phone, appliance, judge, english_texts):
    with appliance.settings("bots.english", BOT, prompt_again_seconds=4.0, idle_limit_seconds=12.0):
        caller = phone("1001")
        caller.dial("2000")
        parts = {"greeting": caller.wait_reply(), "ask_again": caller.wait_reply(timeout_seconds=15.0)}
        caller.wait_over(45.0)
        recording = caller.finish("2000-silent")
    for name, part in parts.items():
        verdict = judge.heard(ENGLISH, english_texts, english_texts.phrases[name], recording, part)
        assert verdict.ok, (name, verdict)
    verdict = judge.heard_english(english_texts.phrases["idle_goodbye"], recording.heard)
    assert verdict.ok, verdict


def test_goodbye_ends_the_call(phone, judge, english_texts):
    caller = phone("1001")
    caller.dial("2000")
    caller.wait_reply()
    caller.say(english("Thank you. Goodbye."))
    caller.wait_over(20.0)
    recording = caller.finish("2000-goodbye")
    verdict = judge.heard_english(english_texts.phrases["goodbye"], recording.heard)
    assert verdict.ok, verdict


@pytest.mark.parametrize("moment", ["in the greeting", "in the answer", "before the answer"])
def test_hanging_up_leaves_nothing_behind(phone, appliance, english_texts, moment):
    caller = phone("1001")
    caller.dial("2000")
    caller.wait_speech()
    if moment != "in the greeting":
        caller.wait_quiet(1.2, 20.0)
        caller.say(ENGLISH.speak(english_texts.topics["directions"].questions[0]))
        if moment == "in the answer":
            caller.wait_speech()
            time.sleep(0.5)
    caller.hangup(f"2000-hangup-{moment.replace(' ', '-')}")
    appliance.wait_idle(5.0)  # no session, call, channel or socket


def test_a_caller_who_wants_a_person_is_connected(phone, judge, english_texts):
    caller, operator = phone("1001"), phone("1000", auto_answer=True)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(english("Can your dog play the violin in the garden?"))
    offer = caller.wait_reply()
    caller.say(english("Yes, please."))
    connecting = caller.wait_reply()
    operator.wait_talking(20.0)
    time.sleep(1.0)
    forth, back = "Hello, I have a question about my garden.", "Good morning, this is the reception."
    operator.say(english(back, "rms"), wait=False)
    caller.wait_reply()
    caller.say(english(forth), wait=False)
    operator.wait_reply()
    callers, operators = caller.hangup("1001"), operator.finish("1000")
    for name, part in (("unknown", offer), ("connecting", connecting)):
        verdict = judge.heard(ENGLISH, english_texts, english_texts.phrases[name], callers, part)
        assert verdict.ok, (name, verdict)
    assert judge.heard_english(forth, operators.heard).ok
    assert judge.heard_english(back, callers.heard).ok
    assert mouth_to_ear_seconds(operators, callers) < 0.4
