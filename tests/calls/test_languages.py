"""Callers whom one assistant hands to another; and a language in files of its own beside SipForge's."""

from __future__ import annotations

import pytest

from sipforge.text.language import load_language
from tests.calls.telephones import CALLER
from tests.phones.appliance import API
from tests.phones.conversation import ENGLISH, KINYARWANDA, Language, ask
from tests.phones.speech import english, espeak
from tests.phones.texts import load_texts
from tests.third_language import FOLDER, italian_beside_the_others

ADDED = FOLDER / "italian"


@pytest.fixture(scope="module")
def italian():
    with italian_beside_the_others():
        spoken_form = load_language("italian").normalise
    return Language("italian", lambda text: espeak(text, "it"), spoken_form, free=False, token="it")


@pytest.fixture(scope="module")
def known(office):
    return load_texts("italian", office, FOLDER / "knowledge.toml", FOLDER / "phrases.toml")


def test_it_greets_and_answers(phone, judge, italian, known):
    topic = known.topics["certificato"]
    answer = ask(phone(CALLER), "4000", italian, topic.questions[0], "4000-certificato")
    assert judge.heard(italian, known, topic.answer, answer.recording, answer.reply).ok
    assert judge.heard(italian, known, known.phrases["greeting"], answer.recording, answer.greeting).ok


def test_it_is_offered_to_who_speaks_it(phone, appliance, judge, italian, known):
    topic = known.topics["certificato"]
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(italian.speak("Buongiorno, parlate italiano? Ho bisogno di un certificato."))
    invitation = caller.wait_reply(30.0)
    caller.press("1")
    greeting = caller.wait_reply(30.0)
    bots = [call["bot"] for call in appliance.calls()]
    caller.say(italian.speak(topic.questions[0]))
    reply = caller.wait_reply()
    recording = caller.hangup("2000-offers-4000")
    assert bots == ["italian"]
    for expected, part in (
        (known.phrases["invitation"], invitation),
        (known.phrases["greeting_handed_over"], greeting),
        (topic.answer, reply),
    ):
        verdict = judge.heard(italian, known, expected, recording, part)
        assert verdict.ok, verdict


def test_it_is_asked_for_beside_the_other_one_that_is_offered(phone, appliance, judge, italian, known):
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(english("I would like to speak Italian."))
    greeting = caller.wait_reply(30.0)
    bots = [call["bot"] for call in appliance.calls()]
    recording = caller.hangup("2000-to-4000")
    assert bots == ["italian"]
    expected = known.phrases["greeting_handed_over"]
    assert judge.heard(italian, known, expected, recording, greeting).ok


def test_a_caller_who_wants_the_other_language_is_carried_over(phone, appliance, judge, texts):
    known = texts(KINYARWANDA)
    topic = known.topics["telefone"]
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    first = appliance.calls()[0]
    caller.say(english("I would like to speak Kinyarwanda."))
    greeting = caller.wait_reply(30.0)
    second = appliance.calls()
    caller.say(KINYARWANDA.speak(topic.questions[0]))
    reply = caller.wait_reply()
    recording = caller.hangup("2000-to-3000")
    assert [(call["call"], call["bot"]) for call in second] == [(first["call"], "kinyarwanda")]
    for expected, part in ((known.phrases["greeting_handed_over"], greeting), (topic.answer, reply)):
        verdict = judge.heard(KINYARWANDA, known, expected, recording, part)
        assert verdict.ok, verdict
    history = appliance.get(f"{API}/calls/{first['call']}")["history"]
    assert [entry["text"] for entry in history if entry["type"] == "transcript"]


@pytest.mark.alone
def test_a_caller_stays_where_the_other_assistant_is_down(phone, appliance, judge, english_texts):
    topic = english_texts.topics["parking"]
    with appliance.stopped("sipforge-bot@kinyarwanda"):
        caller = phone(CALLER)
        caller.dial("2000")
        caller.wait_reply()
        caller.say(english("I would like to speak Kinyarwanda."))
        caller.wait_reply(30.0)
        caller.say(ENGLISH.speak(topic.questions[0]))
        caller.wait_reply()
        recording = caller.hangup("2000-stays")
    verdict = judge.heard_english(topic.answer, recording.heard)
    assert verdict.ok, verdict
