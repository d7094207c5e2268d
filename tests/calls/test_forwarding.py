"""Calls that go on to somebody else: set by a telephone's codes or by the administrator."""

from __future__ import annotations

import json
import time

import pytest

from tests.calls.mailbox import inbox
from tests.calls.talking import part
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.phones.appliance import ApplianceError
from tests.phones.baresip import Phone
from tests.phones.errors import CallFailed
from tests.phones.line import State
from tests.phones.speech import english

pytestmark = pytest.mark.usefixtures("undisturbed")

WORDS = "Good morning, I was sent on to you."
RING_SECONDS = 20.0
"""asterisk_ring_seconds of the appliance."""


def dial_code(telephone: Phone, code: str) -> None:
    """Dial a code that is confirmed, and wait for the end of the call."""
    telephone.dial(code)
    telephone.wait_over(8.0)
    telephone.finish(f"code-{code.strip('*')}")


def talk(caller: Phone, callee: Phone, timeout_seconds: float = 5.0) -> None:
    callee.wait_ringing(timeout_seconds)
    assert callee.peer == CALLER
    callee.accept()
    caller.wait_talking()
    part(caller, callee)


def forwards(appliance) -> dict[str, str]:
    shown = json.loads(appliance.run("sipforge", "forward", "show", COLLEAGUE, "--json"))
    return {when: shown[when] for when in ("always", "busy", "no-answer")}


def test_all_calls_go_on_until_they_do_not(phone, appliance, judge, english_texts):
    caller, colleague, other = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    colleague.dial(f"*72{ABSENT}")
    colleague.wait_over(8.0)
    heard = colleague.finish("forward-set").heard
    assert judge.heard_english(english_texts.telephone["done"], heard).ok
    assert forwards(appliance) == {"always": ABSENT, "busy": "", "no-answer": ""}
    caller.ring(COLLEAGUE)
    talk(caller, other)
    assert colleague.state is State.IDLE
    dial_code(colleague, "*73")
    caller.ring(COLLEAGUE)
    talk(caller, colleague)


def test_calls_go_on_from_a_telephone_that_talks(phone, appliance):
    caller, colleague, other = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    dial_code(colleague, f"*90{ABSENT}")
    colleague.dial("600")
    caller.ring(COLLEAGUE)
    talk(caller, other)
    colleague.close_call()
    colleague.wait_over(5.0)
    caller.ring(COLLEAGUE)
    talk(caller, colleague)
    dial_code(colleague, "*91")
    assert forwards(appliance)["busy"] == ""


def test_calls_go_on_from_a_telephone_that_nobody_answers_or_that_is_gone(phone, appliance):
    caller, colleague, other = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    dial_code(colleague, f"*92{ABSENT}")
    caller.ring(COLLEAGUE)
    colleague.wait_ringing()
    rung = time.monotonic()
    talk(caller, other, RING_SECONDS + 5.0)
    assert time.monotonic() - rung > RING_SECONDS - 3.0
    colleague.close()
    caller.ring(COLLEAGUE)
    talk(caller, other)
    appliance.run("sipforge", "forward", "remove", COLLEAGUE, "--when", "no-answer")
    assert forwards(appliance)["no-answer"] == ""


def test_the_administrator_forwards_too(phone, appliance):
    caller, other = phone(CALLER), phone(ABSENT)
    appliance.run("sipforge", "forward", "add", COLLEAGUE, ABSENT)
    caller.ring(COLLEAGUE)
    talk(caller, other)
    listed = json.loads(appliance.run("sipforge", "forward", "list", "--json"))["forwards"]
    assert {"extension": COLLEAGUE, "when": "always", "to": ABSENT} in listed


def test_a_chain_is_followed_to_its_end(phone, by_hand, appliance):
    """The caller's own telephone is the last of it."""
    appliance.run("sipforge", "forward", "add", COLLEAGUE, ABSENT)
    appliance.run("sipforge", "forward", "add", ABSENT, CALLER, "--when", "no-answer")
    last, caller = phone(CALLER, auto_answer=True), by_hand(CALLER)
    caller.dial(COLLEAGUE)
    last.wait_talking()
    caller.hangup()
    last.wait_over(5.0)


def test_a_circle_is_refused_at_the_telephone_and_on_the_server(
    phone, by_hand, appliance, judge, english_texts, recordings
):
    appliance.run("sipforge", "forward", "add", COLLEAGUE, ABSENT)
    other = by_hand(ABSENT)
    with pytest.raises(CallFailed, match=r"^403"):
        other.dial(f"*72{COLLEAGUE}")
    heard = other.sound.save(recordings / "circle.wav")
    assert judge.heard_english(english_texts.telephone["not_possible"], heard).ok
    with pytest.raises(ApplianceError, match=f"circle: {ABSENT} → {COLLEAGUE} → {ABSENT}"):
        appliance.run("sipforge", "forward", "add", ABSENT, COLLEAGUE)
    listed = json.loads(appliance.run("sipforge", "forward", "list", "--json"))["forwards"]
    assert ABSENT not in [one["extension"] for one in listed]


@pytest.mark.parametrize(
    "number", ["1999", "0788123456", "*78", CALLER], ids=["nobody", "no-line", "code", "oneself"]
)
def test_calls_do_not_go_on_to_where_there_is_nobody(by_hand, appliance, number):
    telephone = by_hand(CALLER)
    with pytest.raises(CallFailed, match=r"^40[34]"):
        telephone.dial(f"*72{number}")
    listed = json.loads(appliance.run("sipforge", "forward", "list", "--json"))["forwards"]
    assert CALLER not in [one["extension"] for one in listed]


def test_who_wants_no_disturbance_is_busy(phone, appliance, judge):
    caller, colleague = phone(CALLER), phone(COLLEAGUE)
    dial_code(colleague, "*78")
    caller.dial(COLLEAGUE)
    caller.wait_reply(quiet_seconds=2.0)
    heard = caller.hangup("do-not-disturb").heard
    appliance.shell(f"rm -f {inbox(COLLEAGUE)}/msg*")
    assert judge.heard_english("is on the phone", heard).ok
    assert colleague.state is State.IDLE
    dial_code(colleague, "*79")
    caller.ring(COLLEAGUE)
    talk(caller, colleague)


def test_a_second_call_rings_at_a_telephone_that_talks(phone, by_hand, judge, recordings):
    colleague, first, second = phone(COLLEAGUE), phone(ABSENT), by_hand(CALLER)
    first.ring(COLLEAGUE)
    colleague.wait_ringing()
    colleague.accept()
    first.wait_talking()
    second.ring(COLLEAGUE)
    second.wait_status(180, 5.0)
    time.sleep(1.0)
    colleague.accept()
    second.wait_status(200, 5.0)
    first.wait_speech(10.0)  # the music: the telephone has put the first on hold
    begun = time.monotonic()
    colleague.say(english(WORDS), wait=False)
    second.wait_reply()
    heard = second.sound.save(recordings / "second.wav", begun)
    assert judge.heard_english(WORDS, heard).ok
    second.hangup()
    first.close_call()
