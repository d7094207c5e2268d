"""Calls from outside: each number of the office leads where it shall, however it is written."""

from __future__ import annotations

import time

import pytest

from tests.calls import talking
from tests.calls.outside.office import (
    ACCOUNT,
    CUSTOMER,
    TO_ANYBODY,
    TO_ASSISTANT,
    TO_GROUP,
    TO_MENU,
    TO_USER,
)
from tests.calls.telephones import CALLER, COLLEAGUE
from tests.phones.carrier import ECHO
from tests.phones.conversation import KINYARWANDA
from tests.phones.line import State

FORTH = "Good morning. I would like to order ten chairs."
BACK = "Thank you, they will be there on Friday."


def talk(judge, first, second, first_name="first", second_name="second"):
    """Two telephones hear each other."""
    talking.talk(judge, first, second, FORTH, BACK, (first_name, second_name))


def test_a_user_is_rung_sees_who_it_is_and_both_are_heard(outsider, phone, judge, appliance, past):
    customer, colleague = outsider(CUSTOMER), phone(COLLEAGUE)
    customer.ring(TO_USER)
    colleague.wait_ringing()
    assert colleague.peer == CUSTOMER
    colleague.accept()
    customer.wait_talking()
    talk(judge, customer, colleague)
    appliance.wait_idle()
    record = past(1)[0]
    assert (record["caller"], record["outcome"]) == (CUSTOMER, "answered")


def test_who_hides_the_number_gets_through_and_is_not_named(outsider, phone):
    customer, colleague = outsider(CUSTOMER), phone(COLLEAGUE)
    customer.ring(f"#31#{TO_USER}")
    colleague.wait_ringing()
    assert CUSTOMER.lstrip("+") not in colleague.peer
    colleague.accept()
    customer.wait_talking()
    time.sleep(1.0)
    customer.hangup(CUSTOMER)
    colleague.finish(COLLEAGUE)


def test_a_group_rings_together_and_one_takes_the_call(outsider, phone):
    customer, first, second = outsider(CUSTOMER), phone(CALLER), phone(COLLEAGUE)
    customer.ring(TO_GROUP)
    first.wait_ringing()
    second.wait_ringing()
    second.accept()
    customer.wait_talking()
    first.wait_over(5.0)
    assert second.state is State.TALKING
    time.sleep(1.0)
    second.hangup(COLLEAGUE)
    customer.finish(CUSTOMER)


def test_a_menu_takes_keys(outsider, phone, judge):
    customer, colleague = outsider(CUSTOMER), phone(COLLEAGUE)
    customer.dial(TO_MENU)
    customer.wait_reply()
    customer.press("2")
    colleague.wait_ringing()
    assert colleague.peer == CUSTOMER
    colleague.accept()
    time.sleep(1.0)
    colleague.hangup(COLLEAGUE)
    heard = customer.finish(CUSTOMER).heard
    verdict = judge.heard_english("press one for accounts press two", heard)
    assert verdict.word_error_rate < 0.5, verdict


def test_an_assistant_answers(outsider, judge, texts):
    known = texts(KINYARWANDA)
    customer = outsider(CUSTOMER)
    customer.dial(TO_ASSISTANT)
    greeting = customer.wait_reply()
    recording = customer.hangup(CUSTOMER)
    verdict = judge.heard(KINYARWANDA, known, known.phrases["greeting"], recording, greeting)
    assert verdict.ok, verdict


@pytest.mark.parametrize(
    "written", [TO_USER, TO_USER[1:], f"00{TO_USER[1:]}", f"0{TO_USER[4:]}"], ids=["+", "digits", "00", "0"]
)
def test_the_carrier_may_write_the_number_in_any_way(line, phone, written):
    colleague, other = phone(COLLEAGUE), phone(CALLER)
    tag = line.place(written, account=ACCOUNT.user, caller=CUSTOMER)
    colleague.wait_ringing()
    assert other.state is State.IDLE
    line.hangup()
    line.wait_placed(tag)


@pytest.mark.parametrize("written", [TO_ANYBODY, ACCOUNT.user], ids=["another number", "the account"])
def test_what_no_rule_names_goes_to_the_default(line, phone, written):
    fallback = phone(CALLER, auto_answer=True)
    tag = line.place(written, account=ACCOUNT.user, caller=CUSTOMER, then=ECHO)
    fallback.wait_talking()
    time.sleep(1.0)
    fallback.hangup(CALLER)
    assert line.wait_placed(tag)[0].status == "ANSWER"


@pytest.mark.parametrize("written", [CALLER, "600", "*97", "112", "0788123456", "2000"])
def test_a_stranger_dials_nothing_in_the_office(line, phone, appliance, written):
    """No user, service, mailbox, assistant, nor the outside: the office's rules alone say where to."""
    fallback, colleague = phone(CALLER), phone(COLLEAGUE)
    tag = line.place(written, account=ACCOUNT.user, caller=CUSTOMER)
    fallback.wait_ringing()
    assert appliance.calls() == []
    assert colleague.state is State.IDLE
    line.hangup()
    line.wait_placed(tag)
    assert line.called() == []


@pytest.mark.parametrize("shown", [CALLER, "1000", "2000"])
def test_a_stranger_is_not_shown_as_one_of_the_office(line, phone, shown):
    colleague = phone(COLLEAGUE)
    tag = line.place(TO_USER, caller=shown)
    colleague.wait_ringing()
    assert colleague.peer != shown
    line.hangup()
    line.wait_placed(tag)
