"""Menus: what is said, where the keys lead, and what becomes of callers who press none."""

from __future__ import annotations

import time

import pytest

from tests.calls.arranging import Arrange, arranging
from tests.calls.mailbox import inbox
from tests.calls.talking import hear, part, until
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE, MENU, named
from tests.phones.speech import english

SAYS = "For roses, press one. For trees, press two."
CLOSED = "We are closed today. Please leave a message."
MESSAGE = "Please call me back about the trees."


def add_menu(arrange: Arrange, hours: str, *open_at: str) -> None:
    """Add the process's menu, with opening hours of its own."""
    arrange("hours", hours, "--open", "mon-sun 00:00-24:00", *open_at)
    arrange(
        "menu",
        named("menu"),
        *("--extension", MENU, "--says", f"english={SAYS}", "--otherwise", ABSENT, "--hours", hours),
        *("--key", f"1={COLLEAGUE}", "--key", f"2=voicemail {COLLEAGUE}"),
        *("--closed", f"voicemail {ABSENT}", "--closed-says", f"english={CLOSED}"),
    )


@pytest.fixture(scope="class")
def menu(host):
    """The process's menu, open at all times but on a day that is over."""
    with arranging(host) as arrange:
        add_menu(arrange, named("hours"), "--closed", "2020-01-01")
        yield


@pytest.mark.usefixtures("menu")
class TestOpen:
    """In its hours."""

    def test_it_is_heard_and_a_key_leads_on(self, phone, judge):
        caller, colleague = phone(CALLER), phone(COLLEAGUE)
        caller.dial(MENU)
        caller.wait_reply(quiet_seconds=1.5)
        caller.press("1")
        colleague.wait_ringing(5.0)
        # It was answered long ago, so the caller's telephone makes no ringing tone of its own.
        until(lambda: caller.ear.quiet_seconds() < 0.5, "the caller hears a ringing tone")
        assert colleague.peer == CALLER
        colleague.accept()
        heard = hear(judge, "The roses are in bloom.", colleague, caller)
        assert judge.heard_english(SAYS, heard).ok
        assert not judge.heard_english(CLOSED, heard).ok

    def test_who_presses_nothing_hears_it_twice_and_goes_to_the_last_resort(self, phone):
        caller, last = phone(CALLER), phone(ABSENT)
        caller.dial(MENU)
        caller.wait_reply(quiet_seconds=1.5)
        assert last.peer == ""
        caller.wait_reply(quiet_seconds=1.5)
        last.wait_ringing(8.0)
        part(caller, last)

    def test_a_wrong_key_is_as_good_as_none_and_a_right_one_does_not_wait(self, phone):
        caller, colleague, last = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
        caller.dial(MENU)
        caller.wait_speech()
        caller.press("7")
        time.sleep(1.0)
        caller.press("1")
        colleague.wait_ringing(2.0)
        part(caller, colleague)
        caller.dial(MENU)
        caller.wait_speech()
        caller.press("7")
        time.sleep(1.0)
        caller.press("8")
        last.wait_ringing(2.0)
        part(caller, last)


def test_out_of_hours_a_message_is_taken(arrange, phone, appliance, judge):
    add_menu(arrange, named("hours"), "--closed", appliance.run("date", "+%F").strip())
    caller, other = phone(CALLER), phone(ABSENT)
    caller.dial(MENU)
    caller.wait_reply(quiet_seconds=2.5)
    caller.say(english(MESSAGE))
    time.sleep(1.0)
    heard = caller.hangup("closed").heard
    appliance.wait_idle()
    left = appliance.shell(f"ls {inbox(ABSENT)}/*.wav; rm -f {inbox(ABSENT)}/msg*")
    assert len(left.split()) == 1
    assert other.peer == ""
    assert judge.heard_english(CLOSED, heard).ok
    assert not judge.heard_english(SAYS, heard).ok
