"""What a telephone's keys do in a call: transfer (blind, attended), and the telephone's own transfer."""

from __future__ import annotations

import time

import pytest

from tests.calls.talking import hear
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.phones.baresip import Phone
from tests.phones.line import State
from tests.phones.speech import english

WORDS = "Good morning, you were sent on to me."


def in_a_call(phone) -> tuple[Phone, Phone, Phone]:
    """The caller, the colleague, who talk with each other, and a third who does not."""
    caller, colleague, third = phone(CALLER), phone(COLLEAGUE, auto_answer=True), phone(ABSENT)
    caller.dial(COLLEAGUE)
    colleague.wait_talking()
    time.sleep(0.5)
    return caller, colleague, third


@pytest.mark.parametrize("who", ["callee", "caller"])
def test_two_hashes_send_the_other_on(phone, judge, who):
    caller, colleague, third = in_a_call(phone)
    sender, sent = (colleague, caller) if who == "callee" else (caller, colleague)
    sender.press(f"##{ABSENT}")
    third.wait_ringing()
    assert third.peer == sent.extension
    sender.wait_over(5.0)
    third.accept()
    hear(judge, WORDS, third, sent)


@pytest.mark.parametrize("who", ["callee", "caller"])
def test_star_two_asks_the_third_before(phone, judge, who):
    caller, colleague, third = in_a_call(phone)
    sender, sent = (colleague, caller) if who == "callee" else (caller, colleague)
    sender.press(f"*2{ABSENT}")
    third.wait_ringing()
    third.accept()
    sent.wait_speech(5.0)  # the music
    time.sleep(0.5)
    sender.say(english("I have somebody for you."))
    time.sleep(0.5)
    assert sent.state is State.TALKING
    sender.hangup("sender")
    sent.wait_quiet(1.0, 5.0)
    hear(judge, WORDS, third, sent)


def test_who_is_asked_and_declines_leaves_the_two_as_they_were(phone, judge):
    caller, colleague, third = in_a_call(phone)
    colleague.press(f"*2{ABSENT}")
    third.wait_ringing()
    third.close_call()
    caller.wait_quiet(2.0, 15.0)
    hear(judge, WORDS, colleague, caller)


def test_a_number_that_is_not_leaves_the_two_as_they_were(phone, judge):
    caller, colleague, _ = in_a_call(phone)
    colleague.press("##1999")
    caller.wait_speech(8.0)
    caller.wait_quiet(2.0, 15.0)
    hear(judge, WORDS, colleague, caller)


def test_a_telephone_transfers_by_itself(phone, judge):
    caller, colleague, third = in_a_call(phone)
    caller.transfer(ABSENT)
    third.wait_ringing()
    assert third.peer == COLLEAGUE
    third.accept()
    hear(judge, WORDS, third, colleague)


def test_what_is_transferred_reaches_no_code(phone, by_hand):
    """Nobody sets anything for somebody else, nor listens to messages, by being sent there."""
    phone(COLLEAGUE, auto_answer=True)
    caller = by_hand(CALLER)
    caller.dial(COLLEAGUE)
    time.sleep(0.5)
    assert caller.refer("*78") == 202
    caller.wait_notified("404")


def test_who_is_on_hold_hears_music(phone, by_hand, recordings):
    colleague, caller = phone(COLLEAGUE, auto_answer=True), by_hand(CALLER)
    caller.dial(COLLEAGUE)
    colleague.wait_talking()
    time.sleep(0.5)
    begun = len(colleague.ear.speech())
    caller.hold("sendonly")
    time.sleep(4.0)
    assert sum(one.seconds for one in colleague.ear.speech()[begun:]) > 2.0
    caller.resume()
    colleague.wait_quiet(1.0, 3.0)
    caller.hangup()
    colleague.finish("held")
