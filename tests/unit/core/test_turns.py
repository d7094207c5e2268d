from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.turns import (
    Action,
    Conversation,
    Hangup,
    Hush,
    IllegalMove,
    Meaning,
    Phrase,
    Reason,
    Say,
    State,
    Tell,
    Transfer,
)


def conversation(*, operator: bool = True, prompt: float = 10.0, idle: float = 300.0) -> Conversation:
    return Conversation(prompt_again_seconds=prompt, idle_limit_seconds=idle, operator=operator)


def listening(*, operator: bool = True, prompt: float = 10.0, idle: float = 300.0) -> Conversation:
    course = conversation(operator=operator, prompt=prompt, idle=idle)
    course.connected()
    course.played()
    return course


def ask(course: Conversation, meaning: Meaning, answer: str = "") -> list[Action]:
    course.heard()
    actions = course.understood(meaning, answer)
    if course.state is State.SPEAKING:
        course.played()
    return actions


def test_greets_then_listens() -> None:
    course = conversation()
    assert course.connected() == [Say(Phrase.GREETING)]
    assert not course.hears
    assert course.played() == []
    assert course.hears


def test_answers_and_listens_again() -> None:
    course = listening()
    assert course.heard() == []
    assert course.state is State.THINKING
    assert course.understood(Meaning.ANSWERED, "At eight.") == [Tell("At eight.")]
    assert not course.hears
    course.played()
    assert course.hears


def test_offers_a_person_and_connects_on_yes() -> None:
    course = listening()
    assert ask(course, Meaning.UNKNOWN) == [Say(Phrase.UNKNOWN)]
    assert ask(course, Meaning.YES) == [Say(Phrase.CONNECTING), Transfer()]
    assert course.state is State.ENDING


def test_no_to_the_offer_goes_on_and_the_offer_is_gone() -> None:
    course = listening()
    ask(course, Meaning.UNKNOWN)
    assert ask(course, Meaning.NO) == [Say(Phrase.CARRY_ON)]
    assert ask(course, Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_yes_much_later_does_not_connect() -> None:
    course = listening()
    ask(course, Meaning.UNKNOWN)
    ask(course, Meaning.ANSWERED, "At eight.")
    assert ask(course, Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_the_offer_outlives_a_yes_that_was_not_understood() -> None:
    course = listening()
    ask(course, Meaning.UNKNOWN)
    assert ask(course, Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]
    assert ask(course, Meaning.YES) == [Say(Phrase.CONNECTING), Transfer()]


def test_without_an_operator_nobody_is_offered() -> None:
    course = listening(operator=False)
    assert ask(course, Meaning.UNKNOWN) == [Say(Phrase.UNKNOWN_NO_OFFER)]
    assert ask(course, Meaning.YES) == [Say(Phrase.CARRY_ON)]
    assert ask(course, Meaning.OPERATOR) == [Say(Phrase.NO_OPERATOR)]


def test_not_understood_twice_is_not_known() -> None:
    course = listening()
    assert ask(course, Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]
    assert ask(course, Meaning.NOTHING) == [Say(Phrase.UNKNOWN)]
    assert ask(course, Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]


def test_repeat_says_the_answer_not_the_misunderstanding() -> None:
    course = listening()
    ask(course, Meaning.ANSWERED, "At eight.")
    ask(course, Meaning.NOTHING)
    assert ask(course, Meaning.REPEAT) == [Tell("At eight.")]


def test_repeating_the_offer_keeps_it() -> None:
    course = listening()
    ask(course, Meaning.UNKNOWN)
    assert ask(course, Meaning.REPEAT) == [Say(Phrase.UNKNOWN)]
    assert ask(course, Meaning.YES) == [Say(Phrase.CONNECTING), Transfer()]


def test_goodbye() -> None:
    assert ask(listening(), Meaning.GOODBYE) == [Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE)]


def test_a_failed_engine_connects_or_apologises() -> None:
    assert ask(listening(), Meaning.FAILED) == [Say(Phrase.CONNECTING), Transfer()]
    alone = listening(operator=False)
    assert ask(alone, Meaning.FAILED) == [Say(Phrase.UNAVAILABLE), Hangup(Reason.ERROR)]


def test_silence_is_asked_about_after_longer_and_longer() -> None:
    course, asked, now = listening(), [], 0.0
    while now < 100:
        now += 0.5
        if course.waited(0.5):
            asked.append(now)
            course.played()
    assert asked == [10.0, 30.0, 70.0]


def test_speech_starts_the_wait_anew() -> None:
    course = listening()
    assert course.waited(9.0) == []
    course.waited(0.1, speaking=True)
    assert course.waited(9.0) == []
    assert course.waited(1.0) == [Say(Phrase.ASK_AGAIN)]


def test_idle_caller_is_let_go() -> None:
    course = listening(prompt=10, idle=60)
    now, said = 0.0, []
    while course.state is not State.ENDING:
        now += 1
        actions = course.waited(1)
        said += actions
        if actions and course.state is State.SPEAKING:
            course.played()
    assert now == 60
    assert said == [
        Say(Phrase.ASK_AGAIN),
        Say(Phrase.ASK_AGAIN),
        Say(Phrase.IDLE_GOODBYE),
        Hangup(Reason.IDLE),
    ]


def noise_every_five_seconds(meaning: Meaning) -> float:
    """When a call ends in which something of `meaning` is heard again and again; 1000 if it does not."""
    course, now = listening(idle=60), 0.0
    while course.state is not State.ENDING and now < 1000:
        now += 5
        course.waited(4)
        course.waited(1, speaking=True)
        if course.state is State.LISTENING:
            course.heard()
            course.understood(meaning, "At eight.")
        if course.state is State.SPEAKING:
            course.played()
    return now


def test_noise_that_nobody_understands_holds_no_line() -> None:
    assert noise_every_five_seconds(Meaning.NOTHING) == 65
    assert noise_every_five_seconds(Meaning.ANSWERED) == 1000


def test_keys_work_while_the_assistant_speaks() -> None:
    course = conversation()
    course.connected()
    assert course.digit("0") == [Hush(), Say(Phrase.CONNECTING), Transfer()]
    course = conversation()
    course.connected()
    assert course.digit("#") == [Hush(), Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE)]
    course = listening()
    course.heard()
    course.understood(Meaning.ANSWERED, "At eight.")
    assert course.digit("*") == [Hush(), Tell("At eight.")]
    assert course.digit("5") == []


def test_illegal_moves_change_nothing() -> None:
    course = listening()
    with pytest.raises(IllegalMove):
        course.understood(Meaning.YES)
    with pytest.raises(IllegalMove):
        course.played()
    with pytest.raises(IllegalMove):
        course.connected()
    assert course.state is State.LISTENING


def test_nothing_happens_after_the_end() -> None:
    course = listening()
    course.digit("#")
    assert course.played() == course.heard() == course.digit("0") == course.waited(1000) == []
    assert course.understood(Meaning.YES) == []
    assert course.state is State.ENDING


@given(st.lists(st.sampled_from(["played", "heard", "wait", "0", "*", "7", *Meaning]), max_size=40))
def test_whatever_comes_a_call_that_does_not_end_says_or_hears_something(steps: list[str | Meaning]) -> None:
    course = conversation()
    actions = course.connected()
    for step in steps:
        try:
            if isinstance(step, Meaning):
                actions = course.understood(step, "Answer.")
            elif step == "played":
                actions = course.played()
            elif step == "heard":
                actions = course.heard()
            elif step == "wait":
                actions = course.waited(11)
            else:
                actions = course.digit(step)
        except IllegalMove:
            continue
        ends = [action for action in actions if isinstance(action, Hangup | Transfer)]
        assert len(ends) <= 1
        assert not ends or course.state is State.ENDING
        speaks = any(isinstance(action, Say | Tell) for action in actions)
        assert not speaks or course.state in {State.GREETING, State.SPEAKING, State.ENDING}
