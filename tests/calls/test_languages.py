"""A language in files of its own, beside those that SipForge comes with: greets, answers, is offered."""

from __future__ import annotations

import pytest

from sipforge.text.language import load_language
from tests.calls.telephones import CALLER
from tests.phones.conversation import Language, ask
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
