from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.actions import (
    Action,
    HandOver,
    Hangup,
    Hush,
    Invite,
    Phrase,
    ReadMenu,
    Reason,
    Repeat,
    Say,
    TakeMessage,
    Tell,
    TellTopic,
    Transfer,
)
from sipforge.core.course import Course, CourseRules, Meaning, greeting
from sipforge.core.messages import Arrival, Detail

OFFICE = CourseRules(operator="1000", other_language=True)
ALONE = CourseRules()


def begun(rules: CourseRules = OFFICE, topics: int = 0) -> Course:
    course = Course(rules, topics)
    course.begin(Arrival.NEW, 12)
    return course


@pytest.mark.parametrize(
    ("hour", "phrase"),
    [
        (0, Phrase.GREETING_EVENING),
        (4, Phrase.GREETING_MORNING),
        (11, Phrase.GREETING_MORNING),
        (12, Phrase.GREETING_AFTERNOON),
        (16, Phrase.GREETING_AFTERNOON),
        (17, Phrase.GREETING_EVENING),
        (23, Phrase.GREETING_EVENING),
    ],
)
def test_greets_by_the_time_of_day(hour: int, phrase: Phrase) -> None:
    assert greeting(hour) is phrase
    assert Course(OFFICE).begin(Arrival.NEW, hour) == [Say(phrase)]


def test_answers() -> None:
    assert begun().understood(Meaning.ANSWERED) == [Tell()]


def test_what_it_does_not_know_leads_to_a_person() -> None:
    course = begun()
    assert course.understood(Meaning.UNKNOWN) == [Say(Phrase.UNKNOWN)]
    assert course.understood(Meaning.YES) == [Say(Phrase.CONNECTING), Transfer("1000")]
    assert course.over
    course = begun(ALONE)
    assert course.understood(Meaning.UNKNOWN) == [Say(Phrase.UNKNOWN_NO_OFFER)]
    assert course.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_an_offer_is_taken_once_and_survives_what_was_not_understood() -> None:
    course = begun()
    course.understood(Meaning.UNKNOWN)
    assert course.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]
    assert course.understood(Meaning.NO) == [Say(Phrase.CARRY_ON)]
    assert course.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_not_understanding_twice_is_not_knowing() -> None:
    course = begun()
    assert course.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]
    assert course.understood(Meaning.NOTHING) == [Say(Phrase.UNKNOWN)]
    assert course.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]


def test_a_department_is_connected() -> None:
    course = begun()
    assert course.understood(Meaning.OPERATOR, "1008") == [Say(Phrase.CONNECTING), Transfer("1008")]
    assert begun(ALONE).understood(Meaning.OPERATOR) == [Say(Phrase.NO_OPERATOR)]


@pytest.mark.parametrize(
    ("detail", "phrase"),
    [
        (Detail.BUSY, Phrase.OPERATOR_BUSY),
        (Detail.NO_ANSWER, Phrase.OPERATOR_AWAY),
        (Detail.UNAVAILABLE, Phrase.OPERATOR_AWAY),
        (Detail.MESSAGE_FAILED, Phrase.MESSAGE_FAILED),
    ],
)
def test_a_caller_whom_nobody_answered_is_offered_a_message(detail: Detail, phrase: Phrase) -> None:
    course = Course(OFFICE)
    assert course.begin(Arrival.RETURNED, 12, detail, "1008") == [Say(phrase)]
    assert course.understood(Meaning.YES) == [Say(Phrase.LEAVE_MESSAGE), TakeMessage("1008")]
    assert course.over


def test_a_caller_who_left_a_message_may_ask_on() -> None:
    course = Course(OFFICE)
    assert course.begin(Arrival.RETURNED, 12, Detail.MESSAGE_LEFT, "1000") == [Say(Phrase.CARRY_ON)]


def test_an_assistant_that_could_not_take_over() -> None:
    course = Course(OFFICE)
    assert course.begin(Arrival.RETURNED, 12, Detail.UNAVAILABLE) == [Say(Phrase.UNAVAILABLE)]
    assert course.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_a_message_is_taken_for_somebody() -> None:
    assert begun().understood(Meaning.MESSAGE) == [Say(Phrase.LEAVE_MESSAGE), TakeMessage("1000")]
    assert begun(ALONE).understood(Meaning.MESSAGE) == [Say(Phrase.NO_OPERATOR)]


@pytest.mark.parametrize("assent", [Meaning.YES, Meaning.FOREIGN, "1"])
def test_another_language_is_invited_and_taken(assent: Meaning | str) -> None:
    course = begun()
    assert course.understood(Meaning.FOREIGN) == [Invite()]
    actions = course.key(assent) if isinstance(assent, str) else course.understood(assent)
    assert actions[-1] == HandOver()
    assert course.over


def test_another_language_that_nobody_speaks_is_not_known() -> None:
    assert begun(ALONE).understood(Meaning.FOREIGN) == [Say(Phrase.UNKNOWN_NO_OFFER)]
    assert begun().understood(Meaning.OTHER_LANGUAGE) == [HandOver()]
    assert Course(OFFICE).begin(Arrival.HANDED_OVER, 12) == [Say(Phrase.GREETING_HANDED_OVER)]


def test_goodbye() -> None:
    course = begun()
    assert course.understood(Meaning.GOODBYE) == [Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE)]
    assert course.understood(Meaning.ANSWERED) == []


def test_an_engine_that_failed() -> None:
    assert begun().understood(Meaning.FAILED) == [Say(Phrase.CONNECTING), Transfer("1000")]
    assert begun(ALONE).understood(Meaning.FAILED) == [Say(Phrase.UNAVAILABLE), Hangup(Reason.ERROR)]


def test_too_many_callers_are_told_and_offered_a_person() -> None:
    course = begun()
    assert course.understood(Meaning.BUSY) == [Say(Phrase.BUSY)]
    assert course.understood(Meaning.YES) == [Say(Phrase.CONNECTING), Transfer("1000")]


def test_keys() -> None:
    assert begun().key("0") == [Hush(), Say(Phrase.CONNECTING), Transfer("1000")]
    assert begun().key("*") == [Hush(), Repeat()]
    assert begun().key("#") == [Hush(), Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE)]
    assert begun().key("7") == []
    assert begun().key("1") == []


def test_without_a_menu_the_keys_of_topics_do_nothing() -> None:
    assert [begun().key(key) for key in "12345678"] == [[]] * 8


@pytest.mark.parametrize("key", list("12345678"))
def test_a_key_opens_the_menu(key: str) -> None:
    assert begun(topics=9).key(key) == [Hush(), ReadMenu(0)]


def test_every_topic_is_reached_by_keys_alone() -> None:
    course = begun(topics=9)
    assert course.key("8") == [Hush(), ReadMenu(0)]
    assert [course.key(key) for key in "1234567"] == [[Hush(), TellTopic(topic)] for topic in range(7)]
    assert course.key("8") == [Hush(), ReadMenu(1)]
    assert [course.key(key) for key in "12"] == [[Hush(), TellTopic(topic)] for topic in (7, 8)]
    assert course.key("3") == [Hush(), ReadMenu(1)]  # nothing is there: the page is read again
    assert course.key("8") == [Hush(), ReadMenu(0)]
    assert course.key("*") == [Hush(), Repeat()]
    assert not course.over


def test_a_message_is_left_by_a_key() -> None:
    for topics in (0, 9):
        course = begun(topics=topics)
        assert course.key("9") == [Hush(), Say(Phrase.LEAVE_MESSAGE), TakeMessage("1000")]
        assert course.over
    assert begun(ALONE).key("9") == [Hush(), Say(Phrase.NO_OPERATOR)]
    course = Course(OFFICE, 9)
    course.begin(Arrival.RETURNED, 12, Detail.BUSY, "1008")
    assert course.key("9") == [Hush(), Say(Phrase.LEAVE_MESSAGE), TakeMessage("1008")]


def test_not_understanding_twice_opens_the_menu_at_its_first_page() -> None:
    course = begun(topics=9)
    course.key("8")
    course.key("8")
    assert course.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]
    assert course.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD), ReadMenu(0)]
    assert course.key("2") == [Hush(), TellTopic(1)]
    # Whoever presses keys has begun anew.
    assert course.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]


def test_of_an_offer_and_the_menu_the_newer_one_stands() -> None:
    course = begun(topics=9)
    course.key("8")
    course.understood(Meaning.UNKNOWN)
    assert course.key("1") == [Hush(), Say(Phrase.CONNECTING), Transfer("1000")]
    course = begun(topics=9)
    course.understood(Meaning.UNKNOWN)
    course.key("8")
    assert course.key("1") == [Hush(), TellTopic(0)]
    assert course.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_speech_and_keys_go_together() -> None:
    course = begun(topics=9)
    course.key("8")
    assert course.understood(Meaning.ANSWERED) == [Tell()]
    assert course.key("3") == [Hush(), TellTopic(2)]


def wait(course: Course, seconds: int, *, quiet: bool = True) -> list[tuple[int, Action]]:
    """What is done in each second."""
    return [
        (second, action) for second in range(1, seconds + 1) for action in course.waited(1.0, quiet=quiet)
    ]


def test_silence_is_asked_about_ever_more_rarely_warned_of_and_then_ended() -> None:
    assert wait(begun(), 320) == [
        (10, Say(Phrase.ASK_AGAIN)),
        (30, Say(Phrase.ASK_AGAIN)),
        (70, Say(Phrase.ASK_AGAIN)),
        (150, Say(Phrase.ASK_AGAIN)),
        (280, Say(Phrase.IDLE_WARNING)),
        (300, Say(Phrase.IDLE_GOODBYE)),
        (300, Hangup(Reason.IDLE)),
    ]


def test_a_short_limit_is_warned_of_in_its_last_quarter() -> None:
    rules = CourseRules(idle_limit_seconds=12.0, prompt_again_seconds=100.0)
    assert wait(begun(rules), 12)[0] == (9, Say(Phrase.IDLE_WARNING))


def test_noise_holds_no_line_and_speech_is_not_interrupted() -> None:
    course = begun()
    assert wait(course, 299, quiet=False) == []
    course.understood(Meaning.NOTHING)
    assert wait(course, 2) == [(2, Say(Phrase.IDLE_GOODBYE)), (2, Hangup(Reason.IDLE))]


def test_a_caller_who_is_understood_is_not_idle() -> None:
    course = begun()
    wait(course, 285)
    course.understood(Meaning.ANSWERED)
    assert wait(course, 20) == [(10, Say(Phrase.ASK_AGAIN))]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("understood"), st.sampled_from(Meaning)),
            st.tuples(st.just("key"), st.sampled_from("0123456789*#")),
            st.tuples(st.just("waited"), st.floats(0, 100), st.booleans()),
        )
    ),
    st.booleans(),
    st.integers(0, 20),
)
def test_a_call_ends_once_and_by_one_way(steps: list[tuple[object, ...]], office: bool, topics: int) -> None:
    course = begun(OFFICE if office else ALONE, topics)
    ends = 0
    for what, *given_ in steps:
        over = course.over
        if what == "understood":
            actions = course.understood(*given_)  # type: ignore[arg-type]
        elif what == "key":
            actions = course.key(*given_)  # type: ignore[arg-type]
        else:
            actions = course.waited(given_[0], quiet=bool(given_[1]))  # type: ignore[arg-type]
        assert not (over and actions)
        assert all(0 <= a.topic < topics for a in actions if isinstance(a, TellTopic))
        found = [a for a in actions if isinstance(a, Hangup | Transfer | TakeMessage | HandOver)]
        ends += len(found)
        assert bool(found) is (course.over and not over)
    assert ends <= 1
