"""The front desk: greeted in every language, answered in the caller's own, without saying anything twice."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from sipforge.core.conversation.actions import Phrase, greeting
from tests.calls.telephones import CALLER
from tests.phones.appliance import API, Appliance
from tests.phones.audio import Segment
from tests.phones.conversation import ENGLISH, KINYARWANDA
from tests.phones.recording import Recording
from tests.phones.texts import OFFICE_TIME

pytestmark = pytest.mark.alone  # the hours of the office are changed

DESK, HOURS = "9000", "/var/lib/sipforge/hours.json"
PROMPTS, SLIN16_BYTES_A_SECOND = "/var/lib/sipforge/prompts", 32000
ALWAYS = "mon-sun 00:00-24:00"


@contextlib.contextmanager
def opened(host: Appliance, *times: str) -> Iterator[None]:
    """Other opening hours; nobody is restarted for them."""
    before = host.run("cat", HOURS)
    host.run("tee", HOURS, script=json.dumps({"office": {"open": times, "closed": []}}))
    try:
        yield
    finally:
        host.run("tee", HOURS, script=before)


@pytest.fixture
def open_office(host: Appliance) -> Iterator[None]:
    with opened(host, ALWAYS):
        yield


def greeting_now() -> Phrase:
    return greeting(datetime.now(OFFICE_TIME).hour)


def bots(appliance: Appliance) -> list[str]:
    return [call["bot"] for call in appliance.calls()]


@pytest.fixture
def in_both(host, judge, english_texts, kinyarwanda_texts):
    """Checks that both assistants said a phrase, one after the other, each its own."""

    def check(phrase: str, recording: Recording, part: Segment) -> None:
        said = english_texts.phrases[phrase].replace("{key}", "1")
        verdict = judge.heard_english(said, recording.heard, part)
        assert verdict.ok, verdict
        known, asked = kinyarwanda_texts, kinyarwanda_texts.phrases[phrase].replace("{key}", "2")
        known = replace(known, phrases={**known.phrases, phrase: asked})
        size = host.run("stat", "-c", "%s", f"{PROMPTS}/kinyarwanda/{phrase}.sln16")
        second = Segment(part.end - int(size) / SLIN16_BYTES_A_SECOND, part.end)
        verdict = judge.heard(KINYARWANDA, known, asked, recording, second)
        assert verdict.ok, verdict

    return check


@pytest.mark.usefixtures("open_office")
def test_an_english_question_is_answered_after_both_have_greeted(
    phone, appliance, judge, in_both, english_texts
):
    topic = english_texts.topics["parking"]
    caller = phone(CALLER)
    caller.dial(DESK)
    greeted = caller.wait_reply()
    caller.say(ENGLISH.speak(topic.questions[0]))
    reply = caller.wait_reply(30.0)
    at = bots(appliance)
    recording = caller.hangup("desk-english")
    assert at == ["english"]
    verdict = judge.heard(ENGLISH, english_texts, topic.answer, recording, reply)
    assert verdict.ok, verdict
    in_both(f"front_desk_{greeting_now().value.removeprefix('greeting_')}", recording, greeted)


@pytest.mark.usefixtures("open_office")
def test_a_kinyarwanda_question_is_answered_by_the_other_assistant_without_being_said_again(
    phone, appliance, judge, kinyarwanda_texts
):
    topic = kinyarwanda_texts.topics["telefone"]
    caller = phone(CALLER)
    caller.dial(DESK)
    caller.wait_reply()
    [first] = appliance.calls()
    caller.say(KINYARWANDA.speak(topic.questions[0]))
    reply = caller.wait_reply(30.0)
    [second] = appliance.calls()
    recording = caller.hangup("desk-kinyarwanda")
    assert (first["bot"], second["bot"], second["call"]) == ("english", "kinyarwanda", first["call"])
    verdict = judge.heard(KINYARWANDA, kinyarwanda_texts, topic.answer, recording, reply)
    assert verdict.ok, verdict
    history = appliance.get(f"{API}/calls/{first['call']}")["history"]
    assert [entry["topics"] for entry in history if entry["type"] == "reply"][-1] == ["telefone"]


@pytest.mark.usefixtures("open_office")
def test_key_2_chooses_the_second(phone, appliance, judge, kinyarwanda_texts):
    caller = phone(CALLER)
    caller.dial(DESK)
    caller.wait_reply()
    caller.press("2")
    reply = caller.wait_reply(30.0)
    at = bots(appliance)
    recording = caller.hangup("desk-key-2")
    assert at == ["kinyarwanda"]
    expected = kinyarwanda_texts.phrases["greeting_handed_over"]
    verdict = judge.heard(KINYARWANDA, kinyarwanda_texts, expected, recording, reply)
    assert verdict.ok, verdict


@pytest.mark.usefixtures("open_office")
def test_who_says_nothing_is_told_the_keys(phone, in_both):
    caller = phone(CALLER)
    caller.dial(DESK)
    caller.wait_reply()
    again = caller.wait_reply(30.0)
    recording = caller.hangup("desk-silent")
    in_both("front_desk_again", recording, again)


def test_out_of_hours_it_says_so_and_takes_a_message(phone, host, judge, english_texts):
    with opened(host):
        caller = phone(CALLER)
        caller.dial(DESK)
        said = caller.wait_reply(30.0)
        assert "!VoiceMail!1000@" in host.asterisk("core show channels concise")
        recording = caller.hangup("desk-closed")
    verdict = judge.heard_english(english_texts.phrases["front_desk_closed"], recording.heard, said)
    assert verdict.ok, verdict


def test_who_asks_whether_the_office_is_open_is_told(phone, host, judge, english_texts):
    told = []
    for times in ((ALWAYS,), ()):
        with opened(host, *times):
            caller = phone(CALLER)
            caller.dial("2000")
            caller.wait_reply()
            caller.say(ENGLISH.speak("Are you open now?"))
            reply = caller.wait_reply(30.0)
            told.append((caller.hangup(f"open-{len(told)}"), reply))
    for (recording, reply), said in zip(told, ("Yes, we are open now.", "No, we are closed."), strict=True):
        for text in (said, english_texts.topics["hours"].answer):
            verdict = judge.heard_english(text, recording.heard, reply)
            assert verdict.ok, verdict
