"""Menus: what is said, where the keys lead, and what becomes of callers who press none."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.calls.mailbox import inbox
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE, MENU, named
from tests.phones.speech import english

SAYS = "Welcome to the garden center. For roses, press one. For trees, press two."
CLOSED = "We are closed today. Please leave a message."
KEYS = ("--key", f"1={COLLEAGUE}", "--key", f"2=voicemail {ABSENT}", "--otherwise", ABSENT)


def until(condition: Callable[[], bool], timeout_seconds: float = 5.0) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def menu(arrange):
    """Makes the process's menu."""

    def make(*options: str) -> None:
        arrange("menu", named("menu"), "--extension", MENU, "--says", f"english={SAYS}", *KEYS, *options)

    return make


def test_it_is_heard_and_a_key_leads_on(menu, phone, judge):
    menu()
    caller, colleague = phone(CALLER), phone(COLLEAGUE)
    caller.dial(MENU)
    caller.wait_reply(quiet_seconds=1.5)
    caller.press("1")
    colleague.wait_ringing(5.0)
    until(lambda: caller.ear.quiet_seconds() < 0.5)  # answered already, its telephone makes no ringing tone
    colleague.accept()
    assert colleague.peer == CALLER
    time.sleep(0.5)
    colleague.say(english("The roses are in bloom.", "rms"))
    heard = caller.hangup("menu").heard
    colleague.finish()
    assert judge.heard_english(SAYS, heard).ok
    assert judge.heard_english("The roses are in bloom.", heard).ok


def test_a_key_is_taken_while_it_is_said(menu, phone):
    menu()
    caller, colleague = phone(CALLER), phone(COLLEAGUE)
    caller.dial(MENU)
    caller.wait_speech()
    caller.press("1")
    colleague.wait_ringing(3.0)
    caller.close_call()
    colleague.wait_over(3.0)


def test_who_presses_nothing_hears_it_twice_and_goes_to_the_last_resort(menu, phone, judge):
    menu()
    caller, last = phone(CALLER), phone(ABSENT)
    caller.dial(MENU)
    first, second = caller.wait_reply(quiet_seconds=2.0), caller.wait_reply(quiet_seconds=2.0)
    last.wait_ringing(8.0)
    last.accept()
    time.sleep(0.3)
    heard = caller.hangup("silence").heard
    last.finish()
    assert judge.heard_english(SAYS, heard, first).ok
    assert judge.heard_english(SAYS, heard, second).ok


def test_a_wrong_key_is_as_good_as_none(menu, phone, judge):
    menu()
    caller, last = phone(CALLER), phone(ABSENT)
    caller.dial(MENU)
    caller.wait_speech()
    caller.press("7")
    caller.wait_reply(quiet_seconds=2.0)
    caller.press("8")
    last.wait_ringing(5.0)
    last.accept()
    time.sleep(0.3)
    heard = caller.hangup("wrong-key").heard
    last.finish()
    assert judge.heard_english(SAYS, heard).ok


def test_out_of_hours_a_message_is_taken(menu, arrange, phone, appliance, judge):
    # Each day but today, whatever day that is on the server.
    today = appliance.run("date", "+%F").strip()
    arrange("hours", named("hours"), "--open", "mon-sun 00:00-24:00", "--closed", today)
    closed = (
        "--hours",
        named("hours"),
        "--closed",
        f"voicemail {ABSENT}",
        "--closed-says",
        f"english={CLOSED}",
    )
    menu(*closed)
    caller, other = phone(CALLER), phone(ABSENT)
    caller.dial(MENU)
    caller.wait_reply(quiet_seconds=2.5)
    caller.say(english("Please call me back about the trees."))
    time.sleep(1.0)
    heard = caller.hangup("closed").heard
    appliance.wait_idle()
    left = appliance.shell(f"ls {inbox(ABSENT)}/*.wav; rm -f {inbox(ABSENT)}/msg*")
    assert len(left.split()) == 1
    assert other.peer == ""
    assert judge.heard_english(CLOSED, heard).ok
    assert not judge.heard_english(SAYS, heard).ok


def test_in_hours_it_is_a_menu(menu, arrange, phone, judge):
    arrange("hours", named("hours"), "--open", "mon-sun 00:00-24:00", "--closed", "2020-01-01")
    menu("--hours", named("hours"), "--closed", f"voicemail {ABSENT}")
    caller = phone(CALLER)
    caller.dial(MENU)
    caller.wait_reply(quiet_seconds=1.5)
    heard = caller.hangup("open").heard
    assert judge.heard_english(SAYS, heard).ok
