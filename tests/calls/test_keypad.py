"""Callers who press keys and say nothing: a menu, its topics, a message; and a menu that comes by itself."""

from __future__ import annotations

import time

import pytest

from sipforge.core.conversation.policy.keypad import MESSAGE_KEY, MORE_KEY, TOPIC_KEYS
from tests.calls.mailbox import OPERATORS, messages
from tests.calls.telephones import CALLER
from tests.phones.appliance import API
from tests.phones.conversation import ENGLISH, KINYARWANDA, MOST_WORD_ERRORS
from tests.phones.speech import english, espeak

MESSAGE = "Hello, please call me back about my garden."
QUIET_SECONDS = 1.2
LEAST_SURE = 0.8
"""Share of the answers of which the recogniser, which is never sure of the shortest, must be."""


PAGE = len(TOPIC_KEYS)
MIDDLE = 2 * PAGE


@pytest.mark.parametrize(
    ("number", "language", "begin", "end"),
    [("3000", KINYARWANDA, 0, MIDDLE), ("3000", KINYARWANDA, MIDDLE, None), ("2000", ENGLISH, 0, PAGE + 1)],
    ids=["3000-first-pages", "3000-other-pages", "2000"],
)
def test_every_topic_is_reached_and_a_message_left_by_keypad_alone(
    phone, appliance, judge, texts, recordings, number, language, begin, end
):
    known = texts(language)
    topics = list(known.topics.values())[begin:end]
    before = messages(appliance)
    caller = phone(CALLER)
    caller.dial(number)
    caller.wait_reply()
    call = appliance.calls()[0]["call"]
    replies = []
    for _ in range(begin // PAGE):
        caller.press(MORE_KEY)
        time.sleep(0.5)
    for index, topic in enumerate(topics):
        key = index % PAGE
        if key == 0:
            caller.press(MORE_KEY)
            caller.wait_speech()
            time.sleep(1.0)
            # The answer follows so soon on the menu that it cuts off that the two are one to the ear.
            caller.press(TOPIC_KEYS[key])
            caller.wait_quiet(QUIET_SECONDS, 30.0)
        else:
            caller.press(TOPIC_KEYS[key])
            replies.append((topic, caller.wait_reply()))
    caller.press(MESSAGE_KEY)
    caller.wait_reply(quiet_seconds=2.0)  # what to do, and the tone
    caller.say(english(MESSAGE))
    time.sleep(1.0)
    recording = caller.hangup(f"{number}-keypad")
    appliance.wait_idle()

    # What the assistant itself reports as heard, to the letter and in this order.
    history = appliance.get(f"{API}/calls/{call}")["history"]
    reported = [entry["text"] for entry in history if entry["type"] == "reply"]
    answers = [topic.answer for topic in topics]
    assert [text for text in reported if text in answers] == answers
    assert not [entry for entry in history if entry["type"] == "transcript" and entry["text"]]
    # What the telephone heard: never another topic's answer.
    verdicts = [judge.heard(language, known, topic.answer, recording, reply) for topic, reply in replies]
    assert [verdict for verdict in verdicts if not verdict.ok and verdict.heard in answers] == []
    assert sum(verdict.ok for verdict in verdicts) >= LEAST_SURE * len(verdicts)

    left = messages(appliance) - before
    assert len(left) == 1
    message = appliance.fetch(f"{OPERATORS}/{left.pop()}", recordings / "message.wav")
    verdict = judge.heard_english(MESSAGE, message)
    assert verdict.word_error_rate < MOST_WORD_ERRORS, verdict


def test_who_is_not_understood_twice_is_read_the_menu(phone, appliance, judge, texts):
    known = texts(KINYARWANDA)
    second = list(known.topics.values())[1]
    caller = phone(CALLER)
    caller.dial("3000")
    caller.wait_reply()
    call = appliance.calls()[0]["call"]
    caller.say(espeak("Bonjour, je voudrais prendre rendez-vous.", "fr"))
    first = caller.wait_reply()
    caller.say(espeak("Bonjour, je voudrais prendre rendez-vous.", "fr"))
    caller.wait_reply()
    caller.press("2")
    answer = caller.wait_reply()
    recording = caller.hangup("3000-menu-by-itself")
    for expected, part in ((known.phrases["not_understood"], first), (second.answer, answer)):
        verdict = judge.heard(KINYARWANDA, known, expected, recording, part)
        assert verdict.ok, verdict
    history = appliance.get(f"{API}/calls/{call}")["history"]
    read = [entry["text"] for entry in history if entry["type"] == "reply"][2]
    assert read.startswith(known.phrases["not_understood"])
    assert len(read) > len(known.phrases["not_understood"]) + 100
