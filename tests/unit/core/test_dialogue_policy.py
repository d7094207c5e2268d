from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.conversation.actions import (
    Action,
    Ask,
    AskWho,
    HandOver,
    Hangup,
    Hush,
    Phrase,
    Play,
    ReadMenu,
    Reason,
    Repeat,
    Say,
    TakeMessage,
    Tell,
    TellTopic,
    Transfer,
    greeting,
)
from sipforge.core.conversation.policy.dialogue_policy import DialoguePolicy
from sipforge.core.conversation.policy.meanings import Meaning, PolicyRules
from sipforge.core.messages.hello import Arrival, Detail

OFFICE = PolicyRules(operator="1000")
ALONE = PolicyRules()


def begun(rules: PolicyRules = OFFICE, topics: int = 0) -> DialoguePolicy:
    policy = DialoguePolicy(rules, [str(topic) for topic in range(topics)])
    policy.begin(Arrival.NEW, 12)
    return policy


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
    assert DialoguePolicy(OFFICE).begin(Arrival.NEW, hour) == [Say(phrase)]


def test_answers() -> None:
    assert begun().understood(Meaning.ANSWERED) == [Tell()]


def test_what_it_does_not_know_leads_to_a_person() -> None:
    policy = begun()
    assert policy.understood(Meaning.UNKNOWN) == [Say(Phrase.UNKNOWN)]
    assert policy.understood(Meaning.YES) == [Say(Phrase.CONNECTING), Transfer("1000")]
    policy = begun(ALONE)
    assert policy.understood(Meaning.UNKNOWN) == [Say(Phrase.UNKNOWN_NO_OFFER)]
    assert policy.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_an_offer_is_taken_once_and_survives_what_was_not_understood() -> None:
    policy = begun()
    policy.understood(Meaning.UNKNOWN)
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]
    assert policy.understood(Meaning.NO) == [Say(Phrase.CARRY_ON)]
    assert policy.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_not_understanding_twice_is_not_knowing() -> None:
    policy = begun()
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.UNKNOWN)]
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]


def test_a_department_is_connected() -> None:
    policy = begun()
    assert policy.understood(Meaning.OPERATOR, "1008") == [Say(Phrase.CONNECTING), Transfer("1008")]
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
    policy = DialoguePolicy(OFFICE)
    assert policy.begin(Arrival.RETURNED, 12, detail, "1008") == [Say(phrase)]
    assert policy.understood(Meaning.YES) == [Say(Phrase.LEAVE_MESSAGE), TakeMessage("1008")]


def test_a_caller_who_left_a_message_may_ask_on() -> None:
    policy = DialoguePolicy(OFFICE)
    assert policy.begin(Arrival.RETURNED, 12, Detail.MESSAGE_LEFT, "1000") == [Say(Phrase.CARRY_ON)]


def test_an_assistant_that_could_not_take_over() -> None:
    policy = DialoguePolicy(OFFICE)
    assert policy.begin(Arrival.RETURNED, 12, Detail.UNAVAILABLE) == [Say(Phrase.UNAVAILABLE)]
    assert policy.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_a_message_is_taken_for_somebody() -> None:
    assert begun().understood(Meaning.MESSAGE) == [Say(Phrase.LEAVE_MESSAGE), TakeMessage("1000")]
    assert begun(ALONE).understood(Meaning.MESSAGE) == [Say(Phrase.NO_OPERATOR)]


@pytest.mark.parametrize("assent", [Meaning.YES, Meaning.FOREIGN, "1"])
def test_another_language_is_invited_and_taken(assent: Meaning | str) -> None:
    policy = begun()
    assert policy.understood(Meaning.FOREIGN, "french") == [Play("french", Phrase.INVITATION)]
    actions = policy.key(assent) if isinstance(assent, str) else policy.understood(assent, "swahili")
    assert actions[-1] == HandOver("french", said=assent is Meaning.FOREIGN)


def test_another_language_that_nobody_speaks_is_not_known() -> None:
    assert begun(ALONE).understood(Meaning.FOREIGN) == [Say(Phrase.UNKNOWN_NO_OFFER)]
    assert begun().understood(Meaning.OTHER_LANGUAGE, "french") == [HandOver("french")]
    assert DialoguePolicy(OFFICE).begin(Arrival.HANDED_OVER, 12) == [Say(Phrase.GREETING_HANDED_OVER)]


def test_goodbye() -> None:
    policy = begun()
    assert policy.understood(Meaning.GOODBYE) == [Say(Phrase.GOODBYE), Hangup(Reason.GOODBYE)]


def test_an_engine_that_failed() -> None:
    assert begun().understood(Meaning.FAILED) == [Say(Phrase.CONNECTING), Transfer("1000")]
    assert begun(ALONE).understood(Meaning.FAILED) == [Say(Phrase.UNAVAILABLE), Hangup(Reason.ERROR)]


def test_too_many_callers_are_told_and_offered_a_person() -> None:
    policy = begun()
    assert policy.understood(Meaning.BUSY) == [Say(Phrase.BUSY)]
    assert policy.understood(Meaning.YES) == [Say(Phrase.CONNECTING), Transfer("1000")]


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
    policy = begun(topics=9)
    assert policy.key("8") == [Hush(), ReadMenu(0)]
    assert [policy.key(key) for key in "1234567"] == [[Hush(), TellTopic(str(topic))] for topic in range(7)]
    assert policy.key("8") == [Hush(), ReadMenu(1)]
    assert [policy.key(key) for key in "12"] == [[Hush(), TellTopic(str(topic))] for topic in (7, 8)]
    assert policy.key("3") == [Hush(), ReadMenu(1)]  # nothing is there: the page is read again
    assert policy.key("8") == [Hush(), ReadMenu(0)]
    assert policy.key("*") == [Hush(), Repeat()]


def test_a_message_is_left_by_a_key() -> None:
    for topics in (0, 9):
        policy = begun(topics=topics)
        assert policy.key("9") == [Hush(), Say(Phrase.LEAVE_MESSAGE), TakeMessage("1000")]
        assert begun(ALONE).key("9") == [Hush(), Say(Phrase.NO_OPERATOR)]
    policy = begun(topics=9)
    policy.begin(Arrival.RETURNED, 12, Detail.BUSY, "1008")
    assert policy.key("9") == [Hush(), Say(Phrase.LEAVE_MESSAGE), TakeMessage("1008")]


def test_not_understanding_twice_opens_the_menu_at_its_first_page() -> None:
    policy = begun(topics=9)
    policy.key("8")
    policy.key("8")
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD), ReadMenu(0)]
    assert policy.key("2") == [Hush(), TellTopic("1")]
    # Whoever presses keys has begun anew.
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD)]


def test_of_an_offer_and_the_menu_the_newer_one_stands() -> None:
    policy = begun(topics=9)
    policy.key("8")
    policy.understood(Meaning.UNKNOWN)
    assert policy.key("1") == [Hush(), Say(Phrase.CONNECTING), Transfer("1000")]
    policy = begun(topics=9)
    policy.understood(Meaning.UNKNOWN)
    policy.key("8")
    assert policy.key("1") == [Hush(), TellTopic("0")]
    assert policy.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_speech_and_keys_go_together() -> None:
    policy = begun(topics=9)
    policy.key("8")
    assert policy.understood(Meaning.ANSWERED) == [Tell()]
    assert policy.key("3") == [Hush(), TellTopic("2")]


def wait(policy: DialoguePolicy, seconds: int, *, quiet: bool = True) -> list[tuple[int, Action]]:
    """What is done in each second, up to the end of the call."""
    done: list[tuple[int, Action]] = []
    for second in range(1, seconds + 1):
        policy.passed(1.0)
        done += [(second, action) for action in policy.waited(1.0 if quiet else None)]
        if any(isinstance(action, Hangup) for _, action in done):
            break
    return done


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
    rules = PolicyRules(idle_limit_seconds=12.0, prompt_again_seconds=100.0)
    assert wait(begun(rules), 12)[0] == (9, Say(Phrase.IDLE_WARNING))


def test_noise_holds_no_line() -> None:
    assert wait(begun(), 320, quiet=False) == [
        (280, Say(Phrase.IDLE_WARNING)),
        (300, Say(Phrase.IDLE_GOODBYE)),
        (300, Hangup(Reason.IDLE)),
    ]


def test_a_call_in_which_nothing_is_understood_ends_with_the_offer_of_a_person() -> None:
    policy = begun()
    done: list[tuple[int, Action]] = []
    for turn in range(30):
        policy.understood(Meaning.UNKNOWN if turn % 2 else Meaning.NOTHING)
        done += [(10 * turn + second, action) for second, action in wait(policy, 10, quiet=False)]
    assert done == [
        (280, Say(Phrase.UNKNOWN)),
        (300, Say(Phrase.GOODBYE)),
        (300, Hangup(Reason.IDLE)),
    ]
    assert policy.understood(Meaning.YES) == [Say(Phrase.CONNECTING), Transfer("1000")]


def test_a_caller_who_stays_gets_the_time_of_the_warning_again() -> None:
    policy = begun()
    wait(policy, 300)
    policy.stays()
    assert wait(policy, 30) == [(20, Say(Phrase.IDLE_GOODBYE)), (20, Hangup(Reason.IDLE))]


def test_a_caller_who_is_understood_is_not_idle() -> None:
    policy = begun()
    wait(policy, 285)
    policy.understood(Meaning.ANSWERED)
    assert wait(policy, 20) == [(10, Say(Phrase.ASK_AGAIN))]


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
def test_a_call_ends_by_one_way_at_a_time(steps: list[tuple[object, ...]], office: bool, topics: int) -> None:
    policy = begun(OFFICE if office else ALONE, topics)
    for what, *given_ in steps:
        if what == "understood":
            actions = policy.understood(*given_)  # type: ignore[arg-type]
        elif what == "key":
            actions = policy.key(*given_)  # type: ignore[arg-type]
        else:
            policy.passed(given_[0])  # type: ignore[arg-type]
            actions = policy.waited(given_[0] if given_[1] else None)  # type: ignore[arg-type]
        assert all(0 <= int(a.topic) < topics for a in actions if isinstance(a, TellTopic))
        # At most one way out, and it comes last.
        ways = [isinstance(a, Hangup | Transfer | TakeMessage | HandOver) for a in actions]
        assert not any(ways[:-1])


GUESSES = (("parking", "prices"), ("hours",))
ASKED = [Ask(("parking", "prices"))]


@pytest.mark.parametrize(
    ("reply", "then"),
    [
        (Meaning.FIRST, [TellTopic("parking")]),
        (Meaning.SECOND, [TellTopic("prices")]),
        (Meaning.BOTH, [TellTopic("parking"), TellTopic("prices")]),
        (Meaning.YES, [Ask(("parking",))]),
        (Meaning.NO, [Ask(("hours",))]),
        (Meaning.ANSWERED, [Tell()]),
        (Meaning.THANKS, [Say(Phrase.CARRY_ON)]),
    ],
)
def test_which_of_two_topics_is_meant(reply: Meaning, then: list[Action]) -> None:
    policy = begun()
    assert policy.understood(Meaning.GUESSED, guesses=GUESSES) == ASKED
    assert policy.offers
    assert policy.understood(reply) == then


def test_no_after_no_leads_to_a_person_and_never_back() -> None:
    policy = begun()
    policy.understood(Meaning.GUESSED, guesses=GUESSES)
    assert policy.understood(Meaning.NO) == [Ask(("hours",))]
    assert policy.understood(Meaning.NO) == [Say(Phrase.UNKNOWN)]
    # What was denied is not asked about again; what was not, is.
    assert policy.understood(Meaning.GUESSED, guesses=GUESSES) == [Say(Phrase.UNKNOWN)]
    assert policy.understood(Meaning.GUESSED, guesses=(("parking", "email"),)) == [Ask(("email",))]
    assert policy.understood(Meaning.YES) == [TellTopic("email")]


def test_one_topic_is_denied_and_the_next_agreed_to() -> None:
    policy = begun()
    assert policy.understood(Meaning.GUESSED, guesses=(("parking",), ("hours",))) == [Ask(("parking",))]
    assert policy.understood(Meaning.SECOND) == [Ask(("hours",))]
    assert policy.understood(Meaning.YES) == [TellTopic("hours")]
    assert policy.understood(Meaning.YES) == [Say(Phrase.CARRY_ON)]


def test_who_asks_anew_for_what_was_asked_about_has_chosen_it() -> None:
    policy = begun()
    policy.understood(Meaning.GUESSED, guesses=(("parking",),))
    assert policy.understood(Meaning.GUESSED, guesses=(("parking", "prices"),)) == [TellTopic("parking")]
    policy.understood(Meaning.GUESSED, guesses=GUESSES)
    assert policy.understood(Meaning.GUESSED, guesses=GUESSES) == [Say(Phrase.UNKNOWN)]


def test_a_turn_that_goes_on_decided_nothing() -> None:
    policy = begun()
    policy.understood(Meaning.GUESSED, guesses=(("parking",), ("hours",)))
    policy.turn_over()
    assert policy.understood(Meaning.YES) == [TellTopic("parking")]
    policy.went_on()
    policy.turn_over()
    assert policy.understood(Meaning.NO) == [Ask(("hours",))]
    policy.turn_over()
    policy.went_on()  # before it was understood
    assert policy.understood(Meaning.YES) == [TellTopic("hours")]


def test_a_likelier_topic_that_was_not_asked_about_is_asked_about_first() -> None:
    policy = begun()
    policy.understood(Meaning.GUESSED, guesses=(("access", "parking"),))
    assert policy.understood(Meaning.GUESSED, guesses=(("hours", "parking"),)) == [Ask(("hours", "parking"))]


def test_who_asks_anew_behind_a_denial_has_chosen_what_is_left() -> None:
    policy = begun()
    either = (("parking",), ("hours",))
    policy.understood(Meaning.GUESSED, guesses=either)
    assert policy.understood(Meaning.NO) == [Ask(("hours",))]
    assert policy.understood(Meaning.GUESSED, guesses=either) == [TellTopic("hours")]


def test_who_says_no_and_asks_on_has_denied_it() -> None:
    policy = begun()
    policy.understood(Meaning.GUESSED, guesses=(("parking",),))
    again = policy.understood(Meaning.GUESSED, guesses=(("parking", "prices"),), denies=True)
    assert again == [Ask(("prices",))]
    assert policy.understood(Meaning.GUESSED, guesses=(("parking",),)) == [Say(Phrase.UNKNOWN)]


def test_keys_choose_what_was_asked_about() -> None:
    for key, topic in (("1", "parking"), ("2", "prices")):
        policy = begun(topics=9)
        policy.understood(Meaning.GUESSED, guesses=GUESSES)
        assert policy.key(key) == [Hush(), TellTopic(topic)]
        # The offer is taken: now the keys open the menu.
        assert policy.key("1") == [Hush(), ReadMenu(0)]
    policy = begun()
    policy.understood(Meaning.GUESSED, guesses=(("parking",), ("hours",)))
    assert policy.key("2") == [Hush(), Ask(("hours",))]
    assert policy.key("1") == [Hush(), TellTopic("hours")]


def test_silence_and_mumbling_leave_the_question_standing() -> None:
    policy = begun()
    policy.understood(Meaning.GUESSED, guesses=(("parking",),))
    # What is still asked about is told with it, so that "the first one" is understood.
    assert wait(policy, 12) == [(10, Say(Phrase.ASK_AGAIN, ("parking",)))]
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD, ("parking",))]
    assert policy.understood(Meaning.YES) == [TellTopic("parking")]


def test_guesses_do_not_hold_a_line() -> None:
    policy = begun()
    said = [
        action
        for _ in range(40)
        for action in (policy.passed(10), policy.understood(Meaning.GUESSED, guesses=GUESSES))[1]
        + policy.waited(None)
    ]
    assert Hangup(Reason.IDLE) in said


def test_a_choice_without_a_question_is_no_answer() -> None:
    assert begun().understood(Meaning.FIRST) == [Say(Phrase.UNKNOWN)]
    assert begun().understood(Meaning.THANKS) == [Say(Phrase.CARRY_ON)]


TWO = (("1001", "1005"),)


def asked_whom(people: tuple[tuple[str, ...], ...] = TWO) -> DialoguePolicy:
    policy = begun()
    assert policy.understood(Meaning.WHO, guesses=people) == [AskWho(people[0])]
    assert policy.offers
    return policy


@pytest.mark.parametrize(
    ("meaning", "actions"),
    [
        (Meaning.FIRST, [Say(Phrase.CONNECTING), Transfer("1001")]),
        (Meaning.SECOND, [Say(Phrase.CONNECTING), Transfer("1005")]),
        (Meaning.YES, [AskWho(TWO[0])]),
        (Meaning.BOTH, [AskWho(TWO[0])]),
        (Meaning.NO, [Say(Phrase.CARRY_ON)]),
        (Meaning.ANSWERED, [Tell()]),
    ],
)
def test_which_of_two_people(meaning: Meaning, actions: list[Action]) -> None:
    assert asked_whom().understood(meaning) == actions


def test_a_person_is_confirmed_or_denied() -> None:
    one = (("1001",),)
    assert asked_whom(one).understood(Meaning.YES) == [Say(Phrase.CONNECTING), Transfer("1001")]
    assert asked_whom(one).understood(Meaning.NO) == [Say(Phrase.CARRY_ON)]
    assert asked_whom(one).key("1") == [Hush(), Say(Phrase.CONNECTING), Transfer("1001")]
    assert asked_whom(one).key("2") == [Hush(), Say(Phrase.CARRY_ON)]
    assert asked_whom().key("2") == [Hush(), Say(Phrase.CONNECTING), Transfer("1005")]


def test_the_name_answers_which_of_two() -> None:
    assert asked_whom().understood(Meaning.OPERATOR, "1005") == [Say(Phrase.CONNECTING), Transfer("1005")]


def test_not_understanding_leaves_the_question_whom() -> None:
    policy = asked_whom()
    assert policy.understood(Meaning.NOTHING) == [Say(Phrase.NOT_UNDERSTOOD, TWO[0])]
    assert policy.understood(Meaning.SECOND) == [Say(Phrase.CONNECTING), Transfer("1005")]
