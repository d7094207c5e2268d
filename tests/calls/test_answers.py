"""What callers of the assistants are told, by the phones' own recordings."""

from __future__ import annotations

import pytest

from tests.calls.telephones import CALLER, COLLEAGUE
from tests.phones.audio import Segment
from tests.phones.conversation import ENGLISH, KINYARWANDA, ask


@pytest.mark.parametrize(
    ("number", "language", "topic_id"),
    [
        ("2000", ENGLISH, "hours"),
        ("2000", ENGLISH, "address"),
        ("3000", KINYARWANDA, "telefone"),
        ("3000", KINYARWANDA, "indimi"),
    ],
)
def test_the_answer_is_the_files(phone, judge, texts, number, language, topic_id):
    known = texts(language)
    topic = known.topics[topic_id]
    answer = ask(phone(CALLER), number, language, topic.questions[0], f"{number}-{topic_id}")
    verdict = judge.heard(language, known, topic.answer, answer.recording, answer.reply)
    assert verdict.ok, verdict
    assert judge.heard(language, known, known.phrases["greeting"], answer.recording, answer.greeting).ok
    # The reply comes after the question, not into it; how soon is in the demo's report.
    assert answer.answer_seconds is not None


def test_two_questions_in_one_call(phone, judge, english_texts):
    caller = phone(COLLEAGUE)
    caller.dial("2000")
    caller.wait_reply()
    replies: list[tuple[str, Segment]] = []
    for topic_id in ("parking", "saturday"):
        topic = english_texts.topics[topic_id]
        caller.say(ENGLISH.speak(topic.questions[1]))
        replies.append((topic.answer, caller.wait_reply()))
    recording = caller.hangup("2000-two")
    for expected, reply in replies:
        verdict = judge.heard(ENGLISH, english_texts, expected, recording, reply)
        assert verdict.ok, verdict


def test_what_the_file_does_not_say_gets_an_honest_answer(phone, judge, english_texts):
    question = "Can your dog play the violin in the garden?"
    answer = ask(phone(CALLER), "2000", ENGLISH, question, "2000-unknown")
    honest = english_texts.phrases["unknown"]
    verdict = judge.heard(ENGLISH, english_texts, honest, answer.recording, answer.reply)
    assert verdict.ok, verdict


@pytest.mark.parametrize("codec", ["opus", "PCMU", "PCMA"])
def test_each_codec_carries_a_question_and_its_answer(phone, appliance, judge, english_texts, codec):
    topic = english_texts.topics["payment"]
    caller = phone(CALLER, codecs=(codec,))
    caller.dial("2000")
    caller.wait_reply()
    statistics = appliance.asterisk("pjsip show channelstats").splitlines()
    in_use = " ".join(line for line in statistics if f"{CALLER}-" in line)
    caller.say(ENGLISH.speak(topic.questions[0]))
    reply = caller.wait_reply()
    recording = caller.hangup(f"2000-{codec}")
    assert {"opus": "opus", "PCMU": "ulaw", "PCMA": "alaw"}[codec] in in_use
    verdict = judge.heard(ENGLISH, english_texts, topic.answer, recording, reply)
    assert verdict.ok, verdict
