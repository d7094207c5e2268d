"""Callers whom an assistant sends on: to a colleague, or to a mailbox; and back again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest

from tests.calls.mailbox import OPERATORS, messages
from tests.calls.telephones import CALLER, OPERATOR
from tests.phones.appliance import Appliance
from tests.phones.audio import Segment
from tests.phones.baresip import Phone
from tests.phones.conversation import ENGLISH, MOST_WORD_ERRORS
from tests.phones.recording import mouth_to_ear_seconds
from tests.phones.speech import english

REQUEST = "Connect me with a person."
FORTH = "Hello, I have a question about my garden."
BACK = "Good morning, this is the reception."
RING_SECONDS = 20
"""asterisk_ring_seconds of the appliance."""
RINGING_PAUSE_SECONDS = 4.0
"""Between two ringing tones (American cadence: 2 s on, 4 s off)."""


def ask_for_a_person(caller: Phone) -> None:
    caller.dial("2000")
    caller.wait_reply()
    caller.say(english(REQUEST))


def until(condition: Callable[[], bool], what: str, timeout_seconds: float = 10.0) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} within {timeout_seconds:g} s"
        time.sleep(0.2)


def hear_assistant(appliance: Appliance, caller: Phone) -> None:
    """Wait until a caller who was away is back with the assistant, and has heard why."""
    until(lambda: [call["state"] for call in appliance.calls()] == ["talking"], "the caller is back")
    caller.wait_quiet(1.5, 30.0)


def hear_two_replies(caller: Phone) -> None:
    """That the assistant connects the caller, and at once that it cannot."""
    caller.wait_reply(quiet_seconds=2.5)


def longest_silence(segments: list[Segment], start: float, end: float) -> float:
    """The longest silence between two moments, in seconds; `segments` are by the same clock."""
    inside = [segment for segment in segments if segment.end > start and segment.start < end]
    times = [start, *(moment for one in inside for moment in (one.start, one.end)), end]
    return max(later - earlier for earlier, later in zip(times[::2], times[1::2], strict=True))


@pytest.fixture
def question(english_texts):
    """Something that the assistant can answer."""
    return english_texts.topics["parking"]


@pytest.fixture
def goes_on(judge, english_texts, question):
    """Asks the assistant something, hangs up, and hears of everything that was said in the call."""

    def check(caller: Phone, name: str, *phrases: str) -> None:
        caller.say(ENGLISH.speak(question.questions[0]))
        caller.wait_reply()
        recording = caller.hangup(name)
        for phrase in phrases:
            verdict = judge.heard_english(english_texts.phrases[phrase], recording.heard)
            assert verdict.ok, (phrase, verdict)
        verdict = judge.heard_english(question.answer, recording.heard)
        assert verdict.ok, verdict

    return check


@pytest.mark.alone
def test_the_colleague_is_told_who_calls_and_then_the_two_talk(phone, appliance, judge, english_texts):
    caller, operator = phone(CALLER), phone(OPERATOR)
    ask_for_a_person(caller)
    asked = time.monotonic()
    call = appliance.calls()[0]["call"]
    operator.wait_ringing()
    assert operator.peer == CALLER
    time.sleep(2.0)
    operator.accept()
    accepted = time.monotonic()
    operator.wait_reply()
    told = time.monotonic()
    operator.say(english(BACK, "rms"), wait=False)
    caller.wait_quiet(1.5, 20.0)
    caller.say(english(FORTH))
    operator.wait_quiet(1.5, 20.0)
    assert appliance.calls() == []
    assert appliance.sessions() == []
    callers, operators = caller.hangup(CALLER), operator.finish(OPERATOR)

    briefing = english_texts.briefing.partition("{caller}")[2].replace("{reason}", REQUEST)
    assert judge.heard_english(briefing, operators.heard).ok
    assert not judge.heard_english(briefing, callers.heard).ok
    assert judge.heard_english(english_texts.phrases["connecting"], callers.heard).ok
    # The caller hears a ringing tone until the colleague's voice, through the briefing, too.
    assert told - accepted > 2.0
    assert longest_silence(callers.heard_on_clock(), asked, told) < RINGING_PAUSE_SECONDS + 2.0
    assert judge.heard_english(FORTH, operators.heard).ok
    assert judge.heard_english(BACK, callers.heard).ok
    assert mouth_to_ear_seconds(operators, callers) < 0.4

    appliance.wait_idle()
    past = json.loads(appliance.run("sipforge", "calls", "--past", "--last", "10", "--json"))["calls"]
    records = [record for record in reversed(past) if record["call_id"] == call]
    assert [(record["caller"], record["dialled"], record["outcome"]) for record in records] == [
        (CALLER, "2000", "answered"),
        (CALLER, OPERATOR, "answered"),
    ]


def test_a_caller_whom_nobody_answers_goes_on_with_the_assistant(phone, appliance, goes_on):
    caller, operator = phone(CALLER), phone(OPERATOR)
    ask_for_a_person(caller)
    call = appliance.calls()[0]["call"]
    operator.wait_ringing()
    assert appliance.calls() == []
    rung = time.monotonic()
    operator.wait_over(RING_SECONDS + 10.0)
    assert time.monotonic() - rung == pytest.approx(RING_SECONDS, abs=2.0)
    hear_assistant(appliance, caller)
    assert [found["call"] for found in appliance.calls()] == [call]
    goes_on(caller, "2000-no-answer", "connecting", "operator_away")


def test_a_colleague_who_hangs_up_on_the_briefing_has_not_answered(phone, appliance, goes_on):
    caller, operator = phone(CALLER), phone(OPERATOR, auto_answer=True)
    ask_for_a_person(caller)
    operator.wait_talking(20.0)
    operator.wait_speech()
    operator.hangup(OPERATOR)
    hear_assistant(appliance, caller)
    goes_on(caller, "2000-briefing-refused", "connecting", "operator_away")


def test_a_colleague_on_the_telephone_is_not_rung(phone, goes_on):
    caller, operator = phone(CALLER), phone(OPERATOR)
    operator.dial("600")
    ask_for_a_person(caller)
    hear_two_replies(caller)
    goes_on(caller, "2000-busy", "operator_busy")
    operator.hangup(OPERATOR)


def test_a_colleague_who_declines_is_busy(phone, appliance, goes_on):
    caller, operator = phone(CALLER), phone(OPERATOR)
    ask_for_a_person(caller)
    operator.wait_ringing()
    operator.close_call()
    hear_assistant(appliance, caller)
    goes_on(caller, "2000-declined", "operator_busy")


def test_a_colleague_without_a_telephone_is_away(phone, goes_on):
    caller = phone(CALLER)
    ask_for_a_person(caller)
    hear_two_replies(caller)
    goes_on(caller, "2000-not-registered", "operator_away")


@pytest.mark.parametrize("ending", ["hangs up", "presses #"])
def test_a_message_is_left(phone, appliance, judge, english_texts, recordings, goes_on, ending):
    before = messages(appliance)
    caller = phone(CALLER)
    ask_for_a_person(caller)
    hear_two_replies(caller)
    caller.say(english("Yes, please."))
    caller.wait_reply(quiet_seconds=2.0)  # what to do, and the tone
    caller.say(english(FORTH))
    time.sleep(1.0)
    if ending == "hangs up":
        recording = caller.hangup("2000-message")
        assert judge.heard_english(english_texts.phrases["leave_message"], recording.heard).ok
    else:
        caller.press("#")
        hear_assistant(appliance, caller)
        goes_on(caller, "2000-message-and-back", "leave_message", "carry_on")
    appliance.wait_idle()
    left = messages(appliance) - before
    assert len(left) == 1
    message = appliance.fetch(f"{OPERATORS}/{left.pop()}", recordings / "message.wav")
    verdict = judge.heard_english(FORTH, message)
    assert verdict.word_error_rate < MOST_WORD_ERRORS, verdict


@pytest.mark.alone
def test_without_an_orchestrator_to_come_back_to_the_mailbox_takes_the_call(
    phone, appliance, judge, recordings
):
    before = messages(appliance)
    caller, operator = phone(CALLER), phone(OPERATOR)
    ask_for_a_person(caller)
    operator.wait_ringing()
    with appliance.stopped("sipforge-orchestrator"):
        operator.wait_over(RING_SECONDS + 10.0)
        time.sleep(2.0)
        caller.wait_quiet(2.0, 30.0)  # the mailbox's own words
        caller.say(english(FORTH))
        time.sleep(1.0)
        caller.hangup("2000-no-orchestrator")
    left = messages(appliance) - before
    assert len(left) == 1
    message = appliance.fetch(f"{OPERATORS}/{left.pop()}", recordings / "message.wav")
    assert judge.heard_english(FORTH, message).ok


@pytest.mark.alone
def test_a_caller_who_hangs_up_while_the_colleague_is_rung_leaves_nothing_behind(phone, appliance):
    caller, operator = phone(CALLER), phone(OPERATOR)
    ask_for_a_person(caller)
    operator.wait_ringing()
    caller.hangup("2000-hangup-ringing")
    operator.wait_over(5.0)
    appliance.wait_idle(5.0)  # no session, call, channel or socket


def test_the_key_0_connects_with_a_person(phone, judge):
    caller, operator = phone(CALLER), phone(OPERATOR, auto_answer=True)
    caller.dial("2000")
    caller.wait_speech()
    caller.press("0")
    operator.wait_talking(20.0)
    operator.wait_quiet(3.0, 20.0)
    operator.say(english(BACK, "rms"))
    caller.wait_quiet(1.5, 20.0)
    callers = caller.hangup(CALLER)
    operator.finish(OPERATOR)
    assert judge.heard_english(BACK, callers.heard).ok
