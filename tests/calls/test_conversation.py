"""How a conversation goes: callers who interrupt, cough, pause, ask on, press keys; one too many of them."""

from __future__ import annotations

import time

import numpy as np
import pytest

from tests.bench.modes import cloud, configured, standin
from tests.bench.noises import Kind, clips
from tests.calls.telephones import CALLER, COLLEAGUE
from tests.phones.audio import read_wav, resample
from tests.phones.conversation import ENGLISH
from tests.phones.process import SOURCE_RATE_HZ
from tests.phones.speech import RATE_HZ, english

ORCHESTRATOR = "sipforge-orchestrator"
INTERRUPTION = "Excuse me, is there parking?"


@pytest.fixture
def heard(judge, english_texts):
    """Asserts that all of some texts were heard in a call, in any order."""

    def check(recording, *texts: str) -> None:
        for text in texts:
            verdict = judge.heard_english(text, recording.heard)
            assert verdict.ok, verdict

    return check


def test_a_caller_who_speaks_over_the_answer_is_answered(phone, judge, english_texts):
    topics = english_texts.topics
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(ENGLISH.speak(topics["appointment"].questions[0]))
    caller.wait_speech()
    time.sleep(1.5)  # in its first second, what is said would belong to the question before
    caller.say(english(INTERRUPTION))
    reply = caller.wait_reply()
    recording = caller.hangup("2000-barge-in")
    verdict = judge.heard(ENGLISH, english_texts, topics["parking"].answer, recording, reply)
    assert verdict.ok, verdict
    # The rest of the first answer was never said.
    assert not judge.heard_english(topics["appointment"].answer, recording.heard).ok


def test_a_cough_over_the_answer_does_not_end_it(phone, heard, english_texts):
    cough = next(clip for clip in clips() if clip.kind is Kind.COUGH)
    answer = english_texts.topics["appointment"].answer
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(ENGLISH.speak(english_texts.topics["appointment"].questions[0]))
    caller.wait_speech()
    caller.say_samples(resample(cough.samples, RATE_HZ, SOURCE_RATE_HZ), wait=False)
    caller.wait_reply()
    heard(caller.hangup("2000-cough"), answer)


def test_a_caller_who_pauses_in_mid_sentence_is_waited_for(phone, judge, english_texts):
    topic = english_texts.topics["parking"]
    first, _ = read_wav(english("Could you please tell me,"))
    second, _ = read_wav(english("where I can park my car?"))
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    paused = np.concatenate([first, np.zeros(int(0.7 * RATE_HZ)), second])
    caller.say_samples(resample(paused, RATE_HZ, SOURCE_RATE_HZ))
    reply = caller.wait_reply()
    recording = caller.hangup("2000-pause")
    verdict = judge.heard(ENGLISH, english_texts, topic.answer, recording, reply)
    assert verdict.ok, verdict
    assert len(recording.heard_segments()) <= 4  # greeting and answer: nothing into the pause


def test_a_follow_up_and_two_questions_in_one_breath(phone, heard, english_texts):
    topics = english_texts.topics
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    for question in ("What are your opening hours?", "And on Saturday?"):
        caller.say(english(question))
        caller.wait_reply()
    caller.say(english("Is there parking, and can I pay by card?"))
    caller.wait_reply()
    answers = [topics[name].answer for name in ("hours", "saturday", "parking", "payment")]
    heard(caller.hangup("2000-follow-up"), *answers)


def test_keys_repeat_and_end(phone, judge, heard, english_texts):
    topic = english_texts.topics["parking"]
    caller = phone(CALLER)
    caller.dial("2000")
    caller.wait_reply()
    caller.say(ENGLISH.speak(topic.questions[0]))
    caller.wait_reply()
    caller.press("*")
    again = caller.wait_reply()
    caller.press("#")
    caller.wait_over(20.0)
    recording = caller.finish("2000-keys")
    verdict = judge.heard(ENGLISH, english_texts, topic.answer, recording, again)
    assert verdict.ok, verdict
    heard(recording, english_texts.phrases["goodbye"])


@pytest.mark.alone
def test_one_caller_more_than_the_limit_is_told(phone, appliance, heard, english_texts):
    with appliance.settings("orchestrator", ORCHESTRATOR, max_calls=1):
        first, second = phone(CALLER), phone(COLLEAGUE)
        first.dial("2000")
        first.wait_reply()
        second.dial("2000")
        second.wait_reply()
        heard(second.hangup("2000-one-too-many"), english_texts.phrases["lines_busy"])
        first.say(ENGLISH.speak(english_texts.topics["parking"].questions[0]))
        first.wait_reply()
        heard(first.hangup("2000-within-the-limit"), english_texts.topics["parking"].answer)


@pytest.mark.alone
@pytest.mark.parametrize("fault", ["", "refusal", "cut_stream"])
def test_the_cloud_answers_and_the_own_engines_take_over(phone, appliance, heard, english_texts, fault):
    if not appliance.host.startswith("127."):
        pytest.skip("the stand-in is on this machine, whose loopback address the appliance does not share")
    topic = english_texts.topics["parking"]
    with standin() as service, configured(appliance, cloud(service.base_url)):
        caller = phone(CALLER)
        caller.dial("2000")
        caller.wait_reply()
        service.break_down(fault)
        caller.say(ENGLISH.speak(topic.questions[0]))
        caller.wait_reply(30.0)
        recording = caller.hangup(f"2000-cloud-{fault or 'whole'}")
        heard(recording, topic.answer)
        asked = service.asked()
    # With a fault it may be given up before the question: it also speaks the office's answers beforehand.
    wanted = {"speech"} if fault else {"transcriptions", "chat", "speech"}
    assert wanted <= set(asked)
