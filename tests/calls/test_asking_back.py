"""Callers who tell what they are after rather than ask for it: the assistant asks what it may be about."""

from __future__ import annotations

import pytest

from tests.calls.telephones import CALLER
from tests.phones.speech import english

CAR = ("I am coming by car and I do not want to leave it on the street.", "Is it about parking?")
MONEY = ("I have no money with me.", "Is it about our prices, or ways to pay?")


@pytest.mark.parametrize(
    ("told", "chosen", "topic"),
    [
        (CAR, "Yes, please.", "parking"),
        (MONEY, "2", "payment"),
        (CAR, "No. When are you open?", "hours"),
    ],
    ids=["yes", "key 2", "no, and a question"],
)
def test_what_it_may_be_about_is_asked_and_chosen(phone, judge, english_texts, told, chosen, topic):
    said, asked = told
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(english(said))
    caller.wait_reply()
    if chosen.isdecimal():
        caller.press(chosen)
    else:
        caller.say(english(chosen))
    caller.wait_reply()
    recording = caller.hangup("2000-asked-back")
    for expected in (asked, english_texts.topics[topic].answer):
        verdict = judge.heard_english(expected, recording.heard)
        assert verdict.ok, verdict
