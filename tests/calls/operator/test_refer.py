"""Telephones that transfer their assistant (REFER): the colleague has it, and nobody else is rung."""

from __future__ import annotations

import time

import pytest

from tests.calls.mailbox import inbox
from tests.calls.operator.test_transfers import REQUEST, RING_SECONDS, until
from tests.calls.telephones import CALLER, COLLEAGUE, OPERATOR
from tests.phones.by_hand import HandPhone
from tests.phones.conversation import ENGLISH
from tests.phones.line import State
from tests.phones.speech import english

LEFT_SECONDS = 18.0
"""Longer than it once took until the operator was rung: after 5 s an apology, then the operator."""


@pytest.fixture
def question(english_texts):
    return english_texts.topics["parking"]


def assistants(appliance) -> list[str]:
    return [call["state"] for call in appliance.calls()]


def transfer(caller: HandPhone, number: str, replaces: HandPhone | None = None) -> str:
    """Transfer as a telephone does: told that it is done (RFC 3515), it ends its part. The last status."""
    assert caller.refer(number, replaces) == 202
    until(lambda: any("100" not in line for line in caller.notified), "the transfer is reported")
    if "200" in caller.notified[-1] or "180" in caller.notified[-1]:
        caller.hangup()
    return caller.notified[-1].removeprefix("SIP/2.0 ")


def test_the_colleague_talks_with_the_assistant_and_nobody_else_is_rung(
    by_hand, phone, appliance, judge, question
):
    caller, colleague, operator = by_hand(CALLER), phone(COLLEAGUE), phone(OPERATOR)
    caller.dial("2000")
    caller.wait_reply()
    call = appliance.calls()[0]["call"]
    assert transfer(caller, COLLEAGUE).startswith(("180", "200"))
    colleague.wait_ringing()
    # The caller's part is over at once, whatever the colleague does.
    until(lambda: not any(CALLER in channel for channel in appliance.channels()), "the caller's part is over")
    rung = time.monotonic()
    while time.monotonic() < rung + LEFT_SECONDS:
        assert operator.state is State.IDLE
        time.sleep(0.2)
    colleague.accept()
    time.sleep(1.0)
    assert [(found["call"], found["state"]) for found in appliance.calls()] == [(call, "talking")]
    colleague.say(ENGLISH.speak(question.questions[0]))
    reply = colleague.wait_reply()
    recording = colleague.hangup("transferred")
    assert judge.heard_english(question.answer, recording.heard, reply).ok
    assert operator.state is State.IDLE


def test_a_colleague_who_does_not_answer_ends_the_call(by_hand, phone, appliance):
    """Nobody waits behind the assistant: there is no message to leave, and nobody to go back to."""
    caller, colleague, operator = by_hand(CALLER), phone(COLLEAGUE), phone(OPERATOR)
    box = inbox(COLLEAGUE)
    before = appliance.shell(f"ls {box} 2>/dev/null", check=False)
    caller.dial("2000")
    caller.wait_reply()
    transfer(caller, COLLEAGUE)
    colleague.wait_ringing()
    colleague.wait_over(RING_SECONDS + 5.0)
    appliance.wait_idle(5.0)
    assert operator.state is State.IDLE
    assert appliance.shell(f"ls {box} 2>/dev/null", check=False) == before


@pytest.mark.parametrize("target", ["3000", "600", "1999"], ids=["assistant", "echo", "nobody"])
def test_who_cannot_have_the_assistant_is_refused_and_the_caller_keeps_it(
    by_hand, appliance, judge, question, recordings, target
):
    caller = by_hand(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    assert transfer(caller, target) == "404 Not Found"
    asked = time.monotonic()
    caller.say(ENGLISH.speak(question.questions[0]))
    caller.wait_reply()
    heard = caller.sound.save(recordings / "kept.wav", asked)
    assert judge.heard_english(question.answer, heard).ok
    assert assistants(appliance) == ["talking"]
    caller.hangup()


def test_whoever_is_given_the_assistant_cannot_give_it_to_another(by_hand, phone, appliance):
    caller, colleague = by_hand(CALLER), phone(COLLEAGUE, auto_answer=True)
    caller.dial("2000")
    caller.wait_reply()
    transfer(caller, COLLEAGUE)
    colleague.wait_talking()
    time.sleep(1.0)
    colleague.transfer("3000")
    # The colleague's telephone hangs up when it is refused, and no other assistant has the call.
    until(lambda: assistants(appliance) == [], "the call ends")
    time.sleep(2.0)
    assert assistants(appliance) == []


def test_the_assistant_sends_the_colleague_on_as_it_would_the_caller(by_hand, phone, appliance, judge):
    caller, colleague, operator = by_hand(CALLER), phone(COLLEAGUE, auto_answer=True), phone(OPERATOR)
    caller.dial("2000")
    caller.wait_reply()
    transfer(caller, COLLEAGUE)
    colleague.wait_talking()
    time.sleep(1.0)
    colleague.say(english(REQUEST))
    operator.wait_ringing(20.0)
    assert operator.peer == COLLEAGUE
    operator.accept()
    operator.wait_quiet(3.0, 30.0)
    operator.say(english("Good morning, this is the reception.", "rms"))
    colleague.wait_quiet(1.5, 20.0)
    assert appliance.calls() == []
    heard = colleague.hangup("sent-on").heard
    operator.finish(OPERATOR)
    assert judge.heard_english("Good morning, this is the reception.", heard).ok


def test_an_attended_transfer_rings_nobody_else_either(by_hand, phone, appliance, judge, question):
    caller, second = by_hand(CALLER), by_hand(CALLER)
    colleague, operator = phone(COLLEAGUE, auto_answer=True), phone(OPERATOR)
    caller.dial("2000")
    caller.wait_reply()
    caller.hold("sendonly")
    second.dial(COLLEAGUE)
    colleague.wait_talking()
    assert transfer(caller, COLLEAGUE, second) == "200 OK"
    until(second.over.is_set, "the other call of the telephone ends, too")
    held = time.monotonic()
    while time.monotonic() < held + LEFT_SECONDS:
        assert operator.state is State.IDLE
        assert assistants(appliance) == ["talking"]
        time.sleep(1.0)
    colleague.say(ENGLISH.speak(question.questions[0]))
    reply = colleague.wait_reply()
    recording = colleague.hangup("attended")
    assert judge.heard_english(question.answer, recording.heard, reply).ok
