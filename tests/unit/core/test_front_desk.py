"""The front desk: one number for callers of all languages."""

from __future__ import annotations

import pytest

from sipforge.core.conversation import commands as command
from sipforge.core.conversation.actions import (
    Action,
    HandOver,
    Hangup,
    Hush,
    Phrase,
    Play,
    Reason,
    Say,
    TakeMessage,
    Tell,
    Transfer,
)
from sipforge.core.conversation.listening import BEFORE_SECONDS
from sipforge.core.conversation.machine import Machine
from sipforge.core.conversation.policy.dialogue_policy import DialoguePolicy
from sipforge.core.conversation.policy.meanings import FrontDeskRules, Meaning, PolicyRules
from sipforge.core.messages.hello import Arrival, Detail
from sipforge.core.office.destinations import parse_destination
from sipforge.text.turn_end import Completeness
from tests.unit.core.conversation_world import FILLER_SECONDS, RULES, SCRIPT, World

NAMES = ("english", "kinyarwanda", "french")


def everyone(phrase: Phrase) -> list[Action]:
    return [Say(phrase), Play("kinyarwanda", phrase), Play("french", phrase)]


def at_desk(own: str = "english", operator: str = "1000", closed: str = "") -> DialoguePolicy:
    desk = FrontDeskRules(NAMES, own, parse_destination(closed))
    return DialoguePolicy(PolicyRules(operator=operator, front_desk=desk))


def greeted(operator: str = "1000") -> DialoguePolicy:
    policy = at_desk(operator=operator)
    assert policy.begin(Arrival.FRONT_DESK, 9) == everyone(Phrase.FRONT_DESK_MORNING)
    return policy


def test_everyone_greets_in_the_order_of_the_keys_whoever_is_at_the_desk() -> None:
    assert at_desk("kinyarwanda").begin(Arrival.FRONT_DESK, 20) == [
        Play("english", Phrase.FRONT_DESK_EVENING),
        Say(Phrase.FRONT_DESK_EVENING),
        Play("french", Phrase.FRONT_DESK_EVENING),
    ]


def test_what_is_said_in_another_language_is_handed_over_with_the_call() -> None:
    policy = greeted()
    assert policy.any_language
    assert policy.understood(Meaning.FOREIGN, "french") == [HandOver("french", said=True)]


def test_what_is_said_in_the_own_language_is_answered_and_the_desk_is_left() -> None:
    policy = greeted()
    assert policy.understood(Meaning.ANSWERED) == [Tell()]
    assert not policy.any_language
    assert policy.understood(Meaning.FOREIGN, "french") == [Play("french", Phrase.INVITATION)]


def test_a_turn_that_was_not_over_leaves_the_caller_at_the_desk() -> None:
    policy = greeted()
    policy.turn_over()
    policy.understood(Meaning.ANSWERED)
    policy.went_on()
    assert policy.any_language
    assert policy.understood(Meaning.FOREIGN, "french") == [HandOver("french", said=True)]


@pytest.mark.parametrize(
    ("key", "actions"),
    [
        ("1", [Say(Phrase.GREETING_HANDED_OVER)]),
        ("2", [HandOver("kinyarwanda")]),
        ("3", [HandOver("french")]),
        ("0", [Say(Phrase.CONNECTING), Transfer("1000")]),
        ("9", [Say(Phrase.LEAVE_MESSAGE), TakeMessage("1000")]),
    ],
)
def test_a_key_chooses(key: str, actions: list[Action]) -> None:
    policy = greeted()
    assert policy.key(key) == [Hush(), *actions]
    assert not policy.any_language


def test_a_key_of_nobody_changes_nothing() -> None:
    policy = greeted()
    assert policy.key("4") == []
    assert policy.any_language


def test_the_greeting_is_said_again() -> None:
    policy = greeted()
    assert policy.key("*") == [Hush(), *everyone(Phrase.FRONT_DESK_MORNING)]
    assert policy.understood(Meaning.REPEAT) == everyone(Phrase.FRONT_DESK_MORNING)
    assert policy.any_language


def silence(policy: DialoguePolicy) -> list[Action]:
    return policy.waited(10.0)


def nothing_understood(policy: DialoguePolicy) -> list[Action]:
    return policy.understood(Meaning.NOTHING)


@pytest.mark.parametrize("first", [silence, nothing_understood])
@pytest.mark.parametrize("second", [silence, nothing_understood])
def test_who_says_nothing_is_greeted_once_more_and_then_gets_a_person(first, second) -> None:
    policy = greeted()
    assert first(policy) == everyone(Phrase.FRONT_DESK_AGAIN)
    assert second(policy) == [*everyone(Phrase.CONNECTING), Transfer("1000")]


def test_without_a_person_the_assistant_at_the_desk_goes_on() -> None:
    policy = greeted(operator="")
    silence(policy)
    assert silence(policy) == [Say(Phrase.ASK_AGAIN)]
    assert not policy.any_language


@pytest.mark.parametrize(
    ("closed", "then"),
    [
        ("", [Hangup(Reason.GOODBYE)]),
        ("1001", [*everyone(Phrase.CONNECTING), Transfer("1001")]),
        ("voicemail 1001", [*everyone(Phrase.LEAVE_MESSAGE), TakeMessage("1001")]),
    ],
)
def test_out_of_hours_the_call_goes_where_the_office_says(closed: str, then: list[Action]) -> None:
    policy = at_desk(closed=closed)
    said = everyone(Phrase.FRONT_DESK_CLOSED)
    assert policy.begin(Arrival.FRONT_DESK, 9, Detail.CLOSED) == [*said, *then]


def test_what_was_said_elsewhere_is_answered_without_a_greeting() -> None:
    policy = at_desk()
    assert policy.begin(Arrival.HANDED_OVER, 9, Detail.SAID) == []
    assert policy.waited(2.0) == []
    # Nothing of it sounded like speech.
    assert policy.waited(1.0) == [Say(Phrase.ASK_AGAIN)]


def test_an_invited_caller_who_answers_in_that_language_need_not_say_it_again() -> None:
    policy = DialoguePolicy(PolicyRules(operator="1000"))
    policy.begin(Arrival.NEW, 9)
    policy.understood(Meaning.FOREIGN, "french")
    assert policy.understood(Meaning.FOREIGN, "french") == [HandOver("french", said=True)]


def world_at_desk() -> World:
    world = World(machine=Machine(SCRIPT, RULES, at_desk(), filler_seconds=FILLER_SECONDS))
    world.obey(world.machine.begin(Arrival.FRONT_DESK, 9, world.now))
    return world


def test_the_call_leaves_at_once_and_with_all_that_was_said() -> None:
    world = world_at_desk()
    world.speak_all()
    world.hear(False, 1.0)
    world.hear(True, 1.5)
    world.hear(False, 0.25)
    [wanted] = world.commands(command.Recognise)
    assert wanted.any_language
    world.recognised("muraho", completeness=Completeness.UNSURE)
    world.understood(Meaning.FOREIGN, "kinyarwanda")
    world.hear(False, 1.0)
    assert world.departed is not None
    assert world.departed.departure == HandOver("kinyarwanda", said=True)
    # With what came just before it was noticed, and the silence since.
    assert 1.5 + BEFORE_SECONDS < world.departed.said_seconds < 1.5 + BEFORE_SECONDS + 1.3
    assert world.spoken == ["front_desk_morning."]


def test_who_speaks_over_the_greetings_is_heard() -> None:
    world = world_at_desk()
    world.make()
    world.hear(False, 1.1)
    world.hear(True, 1.5)
    world.recognised("muraho")
    world.understood(Meaning.FOREIGN, "french")
    world.hear(False, 1.0)
    world.recognised("muraho")
    world.understood(Meaning.FOREIGN, "french")
    world.settle()
    assert world.departure == HandOver("french", said=True)


def test_once_it_is_known_who_goes_on_it_is_a_call_like_any_other() -> None:
    world = world_at_desk()
    world.speak_all()
    world.say()
    world.answer("At eight.")
    world.speak_all()
    world.say()
    assert [one.any_language for one in world.commands(command.Recognise)] == [True, False]
