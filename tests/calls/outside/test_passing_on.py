"""Calls from and to the outside: held, taken back, and passed on as far as who passes them on may."""

from __future__ import annotations

import time

import pytest

from tests.calls.operator.test_transfers import until
from tests.calls.outside.office import CUSTOMER, CUSTOMER_DIALLED, FRIEND, FRIEND_DIALLED, TO_ANYBODY, TO_USER
from tests.calls.outside.test_arrivals import BACK, FORTH, talk
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.phones.errors import CallFailed
from tests.phones.speech import english


def hears(speaker, listener, text, voice="slt"):
    """Until what one says has been heard by the other."""
    speaker.say(english(text, voice), wait=False)
    listener.wait_reply()


def test_a_call_from_outside_is_held_taken_back_and_sent_on(outsider, phone, judge, appliance):
    customer, first, second = outsider(CUSTOMER), phone(CALLER), phone(COLLEAGUE)
    customer.ring(TO_ANYBODY)
    first.wait_ringing()
    first.accept()
    customer.wait_talking()
    first.hold()
    time.sleep(3.0)
    first.resume()
    hears(first, customer, BACK, "rms")
    first.transfer(COLLEAGUE)
    second.wait_ringing()
    assert second.peer == CUSTOMER
    second.accept()
    first.wait_over(10.0)
    time.sleep(0.5)
    talk(judge, customer, second)


@pytest.mark.parametrize("code", ["##", "*2"], ids=["blind", "attended"])
def test_it_is_sent_on_by_the_keys(outsider, phone, judge, code):
    customer, first, second = outsider(CUSTOMER), phone(CALLER), phone(COLLEAGUE)
    customer.ring(TO_ANYBODY)
    first.wait_ringing()
    first.accept()
    customer.wait_talking()
    time.sleep(1.0)
    first.press(code)
    first.wait_speech()  # a dialling tone
    first.press(COLLEAGUE)
    second.wait_ringing(20.0)
    second.accept()
    if code == "*2":
        hears(first, second, BACK, "rms")
        first.close_call()
    first.wait_over(10.0)
    time.sleep(0.5)
    talk(judge, customer, second)


def test_a_call_to_the_outside_is_sent_on_after_asking(outsider, phone, by_hand, judge, line):
    """As a desk phone's transfer key does: a second call, then REFER with Replaces."""
    first, second, colleague = by_hand(CALLER), by_hand(CALLER), phone(COLLEAGUE, auto_answer=True)
    customer = outsider(CUSTOMER, auto_answer=True)
    first.dial(CUSTOMER_DIALLED)
    customer.wait_talking()
    first.hold("sendonly")
    second.dial(COLLEAGUE)
    colleague.wait_talking()
    assert first.refer(COLLEAGUE, second) == 202
    until(second.over.is_set, "the other call of the telephone ends, too")
    time.sleep(0.5)
    talk(judge, customer, colleague)


def test_who_may_sends_a_call_from_outside_to_the_outside(outsider, phone, judge, line):
    customer, friend, first = outsider(CUSTOMER), outsider(FRIEND, auto_answer=True), phone(CALLER)
    customer.ring(TO_ANYBODY)
    first.wait_ringing()
    first.accept()
    customer.wait_talking()
    first.transfer(FRIEND_DIALLED)
    friend.wait_talking()
    first.wait_over(10.0)
    time.sleep(0.5)
    talk(judge, customer, friend)
    assert [one.number for one in line.called()] == [FRIEND]


def test_who_may_not_sends_nobody_to_the_outside(outsider, phone, line):
    """Neither who comes from there, nor a colleague who may; the colleague's class is not the sender's."""
    customer, first, second = outsider(CUSTOMER), phone(CALLER), phone(COLLEAGUE)
    for caller, number in ((customer, TO_USER), (first, COLLEAGUE)):
        caller.ring(number)
        second.wait_ringing()
        second.accept()
        caller.wait_talking()
        time.sleep(0.5)
        second.transfer(FRIEND_DIALLED)
        time.sleep(6.0)
        second.close_call()
        caller.close_call()
        second.wait_over(5.0)
        caller.wait_over(5.0)
    assert line.called() == []


@pytest.mark.parametrize("code", ["##", "*2"], ids=["blind", "attended"])
def test_nor_by_the_keys(outsider, phone, line, code):
    customer, second = outsider(CUSTOMER), phone(COLLEAGUE)
    customer.ring(TO_USER)
    second.wait_ringing()
    second.accept()
    customer.wait_talking()
    time.sleep(1.0)
    second.press(code)
    second.wait_speech()  # a dialling tone
    second.press(FRIEND_DIALLED)
    time.sleep(8.0)
    second.close_call()
    customer.close_call()
    assert line.called() == []


def test_a_stranger_transfers_nothing(outsider, phone, line):
    """Neither by the keys nor by REFER: who rings from outside is at the office's expense nowhere."""
    customer, second = outsider(CUSTOMER), phone(COLLEAGUE, auto_answer=True)
    customer.dial(TO_USER)
    second.wait_talking()
    time.sleep(1.0)
    for code in ("##", "*2"):
        customer.press(code + FRIEND_DIALLED)
        time.sleep(5.0)
    hears(second, customer, FORTH)
    customer.close_call()
    assert line.called() == []


def test_who_may_not_forwards_nothing_to_the_outside(arranged, phone, line, appliance, by_hand):
    """Not by a code, and not where it was allowed once."""
    second = by_hand(COLLEAGUE)
    with pytest.raises(CallFailed):
        second.dial(f"*72{FRIEND_DIALLED}")
    arranged.apply({COLLEAGUE: "local"})
    try:
        appliance.run("sipforge", "forward", "add", COLLEAGUE, FRIEND_DIALLED)
        arranged.apply()
        with pytest.raises(CallFailed):
            phone(ABSENT).dial(COLLEAGUE)
    finally:
        arranged.apply()
        appliance.run("sipforge", "forward", "remove", COLLEAGUE, check=False)
    assert line.called() == []
