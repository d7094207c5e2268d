"""Callers who tell what they are after rather than ask for it: the assistant asks what it may be about."""

from __future__ import annotations

import pytest

from tests.calls.telephones import CALLER
from tests.phones.appliance import API
from tests.phones.conversation import KINYARWANDA
from tests.phones.speech import english, kinyarwanda
from tests.phones.words import edits

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


def test_a_question_in_words_that_nobody_wrote_down_is_heard_and_asked_about(phone, appliance, judge, texts):
    known = texts(KINYARWANDA)
    topic = known.topics["aho_turi"]
    caller = phone(CALLER)
    caller.dial("3000")
    caller.wait_reply()
    call = appliance.calls()[0]["call"]
    caller.say(kinyarwanda("Ndashaka kumenya aho mukorera."))
    caller.wait_reply()
    caller.say(kinyarwanda("Yego."))
    answer = caller.wait_reply()
    recording = caller.hangup("3000-asked-back")
    verdict = judge.heard(KINYARWANDA, known, topic.answer, recording, answer)
    assert verdict.ok, verdict
    history = appliance.get(f"{API}/calls/{call}")["history"]
    heard = [entry["text"].lower() for entry in history if entry["type"] == "transcript"]
    assert edits(list("ndashaka kumenya aho mukorera"), list(heard[0])) <= 3
    said = [entry["text"] for entry in history if entry["type"] == "reply"]
    assert said[1] == f"{known.asks}{topic.title}?"
