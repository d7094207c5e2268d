"""How calls of the assistants end: a silent caller, a caller who says goodbye, a caller who hangs up."""

from __future__ import annotations

import time

import pytest

from tests.calls.telephones import CALLER
from tests.phones.conversation import ENGLISH
from tests.phones.speech import english

BOT = "sipforge-bot@english"


@pytest.mark.alone
def test_a_silent_caller_is_asked_again_and_then_let_go(phone, appliance, judge, english_texts):
    with appliance.settings("bots.english", BOT, prompt_again_seconds=4.0, idle_limit_seconds=20.0):
        caller = phone(CALLER)
        caller.dial("2000")
        parts = {
            "greeting": caller.wait_reply(),
            "ask_again": caller.wait_reply(timeout_seconds=15.0),
            "idle_warning": caller.wait_reply(timeout_seconds=15.0),
        }
        caller.wait_over(45.0)
        recording = caller.finish("2000-silent")
    for name, part in parts.items():
        verdict = judge.heard(ENGLISH, english_texts, english_texts.phrases[name], recording, part)
        assert verdict.ok, (name, verdict)
    verdict = judge.heard_english(english_texts.phrases["idle_goodbye"], recording.heard)
    assert verdict.ok, verdict


def test_goodbye_ends_the_call(phone, judge, english_texts):
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(english("Thank you. Goodbye."))
    caller.wait_over(20.0)
    recording = caller.finish("2000-goodbye")
    verdict = judge.heard_english(english_texts.phrases["goodbye"], recording.heard)
    assert verdict.ok, verdict


@pytest.mark.alone
@pytest.mark.parametrize("moment", ["in the greeting", "in the answer", "before the answer"])
def test_hanging_up_leaves_nothing_behind(phone, appliance, english_texts, moment):
    caller = phone(CALLER)
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
