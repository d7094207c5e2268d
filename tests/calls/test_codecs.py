"""Telephones with other codecs than the usual ones."""

from __future__ import annotations

from tests.calls.talking import hear
from tests.calls.telephones import CALLER, COLLEAGUE
from tests.phones.conversation import ENGLISH

WORDS = "Good morning, this telephone knows wide band alone."


def test_a_telephone_that_knows_g722_alone_talks_with_another_and_with_an_assistant(
    phone, judge, english_texts
):
    caller, colleague = phone(CALLER, codecs=("G722",)), phone(COLLEAGUE, auto_answer=True)
    caller.dial(COLLEAGUE)
    hear(judge, WORDS, caller, colleague)
    caller.dial("2000")
    greeting = caller.wait_reply()
    heard = caller.hangup("g722")
    verdict = judge.heard(ENGLISH, english_texts, english_texts.phrases["greeting"], heard, greeting)
    assert verdict.ok, verdict


def test_the_others_are_preferred_in_their_order(appliance):
    shown = appliance.asterisk(f"pjsip show endpoint {CALLER}")
    allowed = next(line for line in shown.splitlines() if line.strip().startswith("allow "))
    assert allowed.partition(":")[2].strip() == "(opus|ulaw|alaw|g722)"
