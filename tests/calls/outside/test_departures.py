"""Calls to the outside: who may make them, what is shown there, what is said to those who may not."""

from __future__ import annotations

import pytest

from tests.calls.outside.office import (
    CUSTOMER,
    CUSTOMER_DIALLED,
    FRIEND,
    FRIEND_DIALLED,
    TO_USER,
)
from tests.calls.outside.test_arrivals import talk
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.phones.carrier import SAYS
from tests.phones.errors import CallFailed


@pytest.fixture
def refused(phone, judge, announcements):
    """That a number is refused, with words."""

    def check(extension: str, number: str, words: str) -> None:
        caller = phone(extension)
        caller.ring(number)
        with pytest.raises(CallFailed):
            caller.wait_talking(20.0)
        heard = caller.finish(f"{extension}-refused").heard
        verdict = judge.heard_english(announcements[words], heard)
        assert verdict.ok, verdict

    return check


def test_who_may_rings_a_telephone_outside(outsider, phone, line, judge, appliance, past):
    caller, customer = phone(CALLER), outsider(CUSTOMER)
    caller.ring(CUSTOMER_DIALLED)
    customer.wait_ringing()
    customer.accept()
    caller.wait_talking()
    talk(judge, caller, customer)
    appliance.wait_idle()
    called = line.called()
    assert [one.number for one in called] == [CUSTOMER]
    record = past(1)[0]
    assert (record["caller"], record["dialled"], record["outcome"]) == (CALLER, CUSTOMER_DIALLED, "answered")


def test_who_may_not_is_told_so_and_nothing_leaves_the_office(line, refused):
    refused(COLLEAGUE, CUSTOMER_DIALLED, "not_allowed")
    assert line.called() == []


@pytest.mark.parametrize(
    ("extension", "number"),
    [(CALLER, "+442079460123"), (CALLER, "0900123456"), (CALLER, "00881612345678")],
    ids=["international", "premium", "satellite"],
)
def test_what_costs_more_is_closed(line, refused, extension, number):
    refused(extension, number, "not_allowed")
    assert line.called() == []


@pytest.mark.parametrize(
    ("number", "whole"), [("00442079460123", "+442079460123"), ("0900999111", "+250900999111")]
)
def test_and_open_to_a_class_that_names_it(line, phone, judge, number, whole):
    caller = phone(ABSENT)
    caller.dial(number)
    caller.wait_reply()
    heard = caller.hangup(ABSENT).heard
    assert judge.heard_english(SAYS, heard).ok
    assert [one.number for one in line.called()] == [whole]


def test_everybody_may_ring_for_help(line, phone, judge):
    caller = phone(COLLEAGUE)
    caller.dial("112")
    caller.wait_reply()
    heard = caller.hangup(COLLEAGUE).heard
    assert judge.heard_english(SAYS, heard).ok
    assert [one.number for one in line.called()] == ["112"]


def test_a_number_outside_that_is_busy_is_told_so(line, phone):
    caller = phone(CALLER)
    with pytest.raises(CallFailed, match="486"):
        caller.dial("0788555486")
    assert [one.number for one in line.called()] == ["+250788555486"]


def test_the_caller_hears_ringing_before_there_is_an_answer(line, outsider, phone):
    caller, customer = phone(CALLER), outsider(CUSTOMER)
    caller.ring(CUSTOMER_DIALLED)
    customer.wait_ringing()
    customer.close_call()
    with pytest.raises(CallFailed, match="486"):
        caller.wait_talking()


def test_the_number_that_the_trunk_shows(arranged, carrier, outsider, phone):
    """An office that is known by its address decides itself what the called are shown."""
    with arranged.trunk("plain", carrier.address, "--caller-number", TO_USER, user=""):
        arranged.apply(trunks=["plain"])
        try:
            caller, customer = phone(CALLER), outsider(CUSTOMER)
            caller.ring(CUSTOMER_DIALLED)
            customer.wait_ringing()
            assert customer.peer == TO_USER
            caller.close_call()
            customer.wait_over(5.0)
        finally:
            arranged.apply()


def test_a_user_rings_several_at_once_no_further_than_the_limit(arranged, line, by_hand, refused):
    arranged.apply(calls_at_once=1)
    try:
        caller = by_hand(CALLER)
        caller.dial(CUSTOMER_DIALLED[:-3] + "001")
        refused(CALLER, FRIEND_DIALLED, "limit_reached")
        caller.hangup()
    finally:
        arranged.apply()
    assert [one.number for one in line.called(FRIEND)] == []
