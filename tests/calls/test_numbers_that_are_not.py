"""Numbers that cannot be had: each is said in words before the call is refused, and is no call that was
answered."""

from __future__ import annotations

import json

import pytest

from tests.calls.telephones import CALLER, COLLEAGUE
from tests.phones.errors import CallFailed
from tests.phones.speech import english

NO_NUMBER, NO_LINE = ("404", "no_such_number"), ("503", "no_line")


@pytest.mark.parametrize(
    ("number", "status", "phrase"),
    [
        ("1999", *NO_NUMBER),
        ("4999", *NO_NUMBER),
        ("*55", *NO_NUMBER),
        ("#5", *NO_NUMBER),
        ("reception", *NO_NUMBER),
        ("first.last_name-2", *NO_NUMBER),
        ("12", *NO_NUMBER),
        ("0788123456", *NO_LINE),
        ("+250788123456", *NO_LINE),
        ("0044123456789", *NO_LINE),
        ("112", "503", "no_emergency_line"),
        ("911", "503", "no_emergency_line"),
    ],
)
def test_what_cannot_be_rung_is_said_in_words(
    by_hand, appliance, judge, english_texts, recordings, number, status, phrase
):
    caller = by_hand(CALLER)
    with pytest.raises(CallFailed, match=f"^{status}"):
        caller.dial(number)
    heard = caller.sound.save(recordings / "refused.wav")
    verdict = judge.heard_english(english_texts.telephone[phrase], heard)
    assert verdict.ok, verdict
    assert 200 not in [code for _, code in caller.progress]
    past = json.loads(appliance.run("sipforge", "calls", "--past", "--last", "20", "--json"))["calls"]
    outcomes = [one["outcome"] for one in past if (one["caller"], one["dialled"]) == (CALLER, number)]
    assert outcomes, past
    assert "answered" not in outcomes


def test_who_hides_the_number_can_call(by_hand, phone, judge):
    caller, callee = by_hand(CALLER, hidden=True), phone(COLLEAGUE, auto_answer=True)
    caller.dial(COLLEAGUE)
    callee.wait_talking()
    caller.say(english("Good morning, guess who is calling."))
    heard = callee.hangup("hidden").heard
    assert judge.heard_english("Good morning, guess who is calling.", heard).ok


def test_a_telephone_without_power_is_rung_with_a_tone_at_once(by_hand, phone):
    """It is still registered, and answers nothing: the caller is told that it rings all the same."""
    phone(COLLEAGUE).cut_off()
    caller = by_hand(CALLER)
    caller.ring(COLLEAGUE)
    caller.wait_status(180, 1.0)
    caller.cancel()
