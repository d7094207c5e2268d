"""Calls on hold, and telephones that send nothing: they last, and the assistant waits.

SIPFORGE_HOLD_SECONDS (70) is how long is held: longer than the minute after which such calls once ended.
"""

from __future__ import annotations

import os
import time

from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE, OWN
from tests.phones.appliance import API
from tests.phones.conversation import ENGLISH
from tests.phones.speech import english

HOLD_SECONDS = float(os.environ.get("SIPFORGE_HOLD_SECONDS", "70"))
WAYS = (("sendonly", ""), ("inactive", ""), ("sendrecv", "0.0.0.0"))
"""Of holding: direction and address of the offer."""


def test_an_assistant_waits_for_who_holds_and_goes_on(by_hand, appliance, judge, english_texts, recordings):
    """Three callers at once, each of whom holds in another way."""
    question = english_texts.topics["parking"]
    callers = [by_hand(extension) for extension in OWN]
    for caller in callers:
        caller.dial("2000")
    for caller in callers:
        caller.wait_reply()
    for caller, (direction, address) in zip(callers, WAYS, strict=True):
        caller.hold(direction, address)
    time.sleep(1.0)
    held = time.monotonic()
    time.sleep(HOLD_SECONDS)
    # No reprompt, no goodbye, and nobody was hung up on.
    assert [caller.sound.loud_since(held) for caller in callers] == [0.0, 0.0, 0.0]
    assert [caller.over.is_set() for caller in callers] == [False, False, False]
    calls = {call["caller"]: call["call"] for call in appliance.calls()}
    for caller in callers:
        caller.resume()
        resumed = time.monotonic()
        caller.say(ENGLISH.speak(question.questions[0]))
        caller.wait_reply()
        heard = caller.sound.save(recordings / f"{caller.extension}-after-hold.wav", resumed)
        assert judge.heard_english(question.answer, heard).ok
        caller.hangup()
    for caller in callers:
        history = appliance.get(f"{API}/calls/{calls[caller.extension]}")["history"]
        assert [entry["turn"] for entry in history if entry["type"] == "transcript"] == [1]


def test_what_a_hold_interrupts_is_heard_after_it(by_hand, judge, english_texts, recordings):
    question = english_texts.topics["parking"]
    caller = by_hand(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    asked = time.monotonic()
    caller.say(ENGLISH.speak(question.questions[0]))
    while caller.sound.loud_since(asked) < 0.4:
        time.sleep(0.02)
    caller.hold("sendonly")
    time.sleep(0.3)
    held = time.monotonic()
    time.sleep(5.0)
    assert caller.sound.loud_since(held) == 0.0
    resumed = time.monotonic()
    caller.resume()
    caller.wait_reply()
    caller.sound.save(recordings / "rest.wav", resumed)
    whole = caller.sound.save(recordings / "whole.wav", asked)
    assert judge.heard_english(question.answer, whole).ok
    assert caller.sound.loud_since(resumed) > 0.5
    caller.hangup()


def test_users_hold_as_long_as_they_like_and_may_say_nothing(by_hand, phone):
    """One holds a colleague; another listens to the echo and never sends a packet."""
    holder, colleague, listener = by_hand(CALLER), phone(COLLEAGUE, auto_answer=True), by_hand(ABSENT)
    holder.dial(COLLEAGUE)
    colleague.wait_talking()
    holder.hold("inactive")
    listener.sound.mute = True
    listener.dial("600")
    time.sleep(HOLD_SECONDS)
    assert not holder.over.is_set()
    assert not listener.over.is_set()
    holder.resume()
    resumed = time.monotonic()
    colleague.say(english("Are you still there?"))
    time.sleep(1.0)
    assert holder.sound.loud_since(resumed) > 0.5
    holder.hangup()
    colleague.finish(COLLEAGUE)
    listener.hangup()
