"""Codes that take calls, park them, and the lamps that show what goes on."""

from __future__ import annotations

import json
import re
import time

import pytest

from sipforge.core.office.codes import CODES
from tests.calls.talking import hear, part
from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE, GROUP, named
from tests.phones.errors import CallFailed
from tests.phones.lamp import DARK, LIT, RINGS

WORDS = "Good morning, I have taken your call."


def parked(appliance, extension: str) -> str:
    """Where a telephone's call is parked."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        listed = appliance.asterisk("parking show default")
        for block in listed.split("Parking Space"):
            if f"PJSIP/{extension}-" in block and (place := re.search(r"7[0-9][0-9]", block)):
                return place[0]
        time.sleep(0.2)
    raise AssertionError(listed)


def test_the_table_is_what_is_printed(appliance):
    printed = json.loads(appliance.run("sipforge", "codes", "list", "--json"))["codes"]
    assert [(one["keys"], one["does"]) for one in printed] == [(code.keys, code.does) for code in CODES]


def test_who_rings_together_takes_each_others_calls(arrange, phone, judge):
    members = ("--member", COLLEAGUE, "--member", ABSENT)
    arrange("group", named("pickup"), "--extension", GROUP, *members)
    caller, colleague, other = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    caller.ring(COLLEAGUE)
    colleague.wait_ringing()
    other.dial("*8")
    caller.wait_talking()
    colleague.wait_over(3.0)
    hear(judge, WORDS, other, caller)


def test_anybody_takes_the_call_of_an_extension_that_is_named(phone, judge):
    caller, colleague, other = phone(CALLER), phone(COLLEAGUE), phone(ABSENT)
    caller.ring(COLLEAGUE)
    colleague.wait_ringing()
    other.dial(f"*8{COLLEAGUE}")
    caller.wait_talking()
    colleague.wait_over(3.0)
    hear(judge, WORDS, other, caller)


def test_where_nothing_rings_there_is_nothing_to_take(by_hand, judge, english_texts, recordings):
    other = by_hand(ABSENT)
    with pytest.raises(CallFailed):
        other.dial(f"*8{COLLEAGUE}")
    heard = other.sound.save(recordings / "nothing.wav")
    assert judge.heard_english(english_texts.telephone["nothing_rings"], heard).ok


@pytest.mark.parametrize("keys", ["*3", "##700"])
def test_a_call_is_parked_and_taken_back(phone, appliance, judge, keys):
    caller, colleague, other = phone(CALLER), phone(COLLEAGUE, auto_answer=True), phone(ABSENT)
    caller.dial(COLLEAGUE)
    colleague.wait_talking()
    time.sleep(0.5)
    colleague.press(keys)
    place = parked(appliance, CALLER)
    caller.wait_speech(5.0)  # the music
    colleague.wait_over(8.0)
    told = colleague.finish("parker").heard
    other.dial(place)
    time.sleep(1.0)
    hear(judge, WORDS, other, caller)
    spelled = " ".join(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")[int(digit)]
        for digit in place
    )
    assert judge.heard_english(spelled, told).word_error_rate < 0.5


@pytest.mark.alone
def test_a_parked_call_that_nobody_takes_comes_back(phone, appliance, judge):
    file = "/etc/asterisk/res_parking.conf"
    appliance.shell(f"cp -p {file} {file}.before-test; sed -i 's/^parkingtime.*/parkingtime => 4/' {file}")
    appliance.asterisk("module reload res_parking.so")
    try:
        caller, colleague = phone(CALLER), phone(COLLEAGUE)
        caller.ring(COLLEAGUE)
        colleague.wait_ringing()
        colleague.accept()
        time.sleep(0.5)
        colleague.press("*3")
        colleague.wait_over(8.0)
        colleague.finish("parker")
        colleague.wait_ringing(8.0)
        colleague.accept()
        hear(judge, WORDS, colleague, caller)
    finally:
        appliance.shell(f"mv {file}.before-test {file}")
        appliance.asterisk("module reload res_parking.so")


def test_a_lamp_shows_a_telephone_that_rings_and_talks(phone, lamp):
    watching = lamp(ABSENT, COLLEAGUE)
    caller, colleague = phone(CALLER), phone(COLLEAGUE)
    watching.wait(DARK)
    caller.ring(COLLEAGUE)
    colleague.wait_ringing()
    watching.wait(RINGS)
    colleague.accept()
    watching.wait(LIT)
    part(caller, colleague)
    watching.wait(DARK)


def test_lamps_show_who_wants_no_disturbance_and_who_forwards(phone, lamp, appliance, undisturbed):
    whole, quiet, onward = (
        lamp(ABSENT, watched) for watched in (COLLEAGUE, f"*78{COLLEAGUE}", f"*72{COLLEAGUE}")
    )
    colleague = phone(COLLEAGUE)
    for code, after in (
        ("*78", (LIT, LIT, DARK)),
        ("*79", (DARK, DARK, DARK)),
        (f"*72{ABSENT}", (DARK, DARK, LIT)),
        ("*73", (DARK, DARK, DARK)),
    ):
        colleague.dial(code)
        colleague.wait_over(8.0)
        colleague.finish()
        for one, state in zip((whole, quiet, onward), after, strict=True):
            one.wait(state)
    appliance.run("sipforge", "forward", "add", COLLEAGUE, ABSENT, "--when", "busy")
    onward.wait(LIT)
    appliance.run("sipforge", "forward", "remove", COLLEAGUE, "--when", "busy")
    onward.wait(DARK)
