"""The turns of a call: when they end, what is heard of them, and what is remembered."""

from __future__ import annotations

import pytest

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.history import Exchange
from sipforge.core.conversation.machine import Machine
from sipforge.core.conversation.policy.dialogue_policy import DialoguePolicy
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.states import State
from sipforge.core.messages.events import TranscriptEvent
from sipforge.text.turn_end import Completeness
from tests.unit.core.calls_so_far import greeted, speaking, thinking
from tests.unit.core.conversation_world import POLICY, RULES, SCRIPT, WINDOW, World


def recognitions(world: World) -> list[command.Recognise]:
    return world.commands(command.Recognise)


def silence_until_it_is_over(world: World) -> float:
    for count in range(1, 200):
        world.window(False)
        if world.commands(command.Hasten):
            return count * WINDOW
    raise AssertionError("the turn never ended")


def test_recognition_begins_at_the_first_short_pause() -> None:
    world = greeted()
    world.hear(True, 1.0)
    assert world.machine.caller_speaks
    world.hear(False, 0.128)
    assert recognitions(world) == []
    world.hear(False, 0.064)
    assert len(recognitions(world)) == 1
    assert world.state is State.PAUSED


def test_a_caller_who_goes_on_makes_that_work_useless() -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.3)
    world.hear(True, 0.2)
    assert world.works == {}
    world.hear(False, 0.3)
    first, second = recognitions(world)
    assert second.since == first.since


def test_a_click_in_a_pause_is_not_going_on() -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.3)
    world.hear(True, WINDOW)
    assert world.state is State.PAUSED
    assert len(world.works) == 1


@pytest.mark.parametrize(
    ("completeness", "seconds"),
    [
        (Completeness.FINISHED, RULES.finished_seconds),
        (Completeness.UNSURE, RULES.unsure_seconds),
        (Completeness.OPEN, RULES.open_seconds),
        (None, RULES.open_seconds),
    ],
)
def test_the_silence_that_ends_a_turn_depends_on_its_words(
    completeness: Completeness | None, seconds: float
) -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.256)
    if completeness is not None:
        world.recognised(completeness=completeness)
    assert 0.256 + silence_until_it_is_over(world) == pytest.approx(seconds, abs=WINDOW)


def test_a_turn_is_over_as_soon_as_its_words_say_so() -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.6)
    world.recognised(completeness=Completeness.FINISHED)
    assert world.state is State.THINKING


def test_a_thought_that_knows_better_than_the_words_ends_a_turn() -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.6)
    world.recognised(completeness=Completeness.OPEN)
    assert world.state is State.PAUSED
    world.understood(Meaning.UNKNOWN)
    assert world.spoken[-1] == "unknown."


def test_words_of_an_earlier_pause_do_not_end_a_turn() -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.3)
    world.recognised(completeness=Completeness.FINISHED)
    world.hear(True, 0.5)
    world.hear(False, RULES.finished_seconds + 0.1)
    assert world.state is State.PAUSED


def test_the_caller_waits_for_the_work_of_a_turn_that_is_over() -> None:
    world = thinking()
    assert [one.work for one in world.commands(command.Hasten)] == [recognitions(world)[-1].work]


def test_a_turn_that_is_ended_by_its_length_is_ended_and_the_rest_is_a_barge_in() -> None:
    world = greeted()
    world.hear(True, RULES.longest_seconds + 0.2)
    assert world.state is State.THINKING
    ended = recognitions(world)[-1]
    world.hear(True, 0.5)
    assert world.state is State.THINKING
    world.recognised()
    world.understood(Meaning.UNKNOWN)
    world.make()
    assert world.state is State.SPEAKING
    world.hear(True, 0.3)
    assert world.state is State.INTERRUPTED
    world.hear(False, 0.25)
    rest = recognitions(world)[-1]
    assert rest.since > ended.since + RULES.longest_seconds
    world.recognised()
    assert world.state is State.PAUSED
    assert [one.turn for one in world.commands(TranscriptEvent)] == [1]


def test_a_long_utterance_is_heard_ahead_from_its_beginning() -> None:
    world = greeted()
    world.hear(True, 2.0)
    assert world.commands(command.HearAhead) == []
    world.hear(True, 10.0)
    ahead = world.commands(command.HearAhead)
    assert len(ahead) == 2
    world.hear(False, 0.25)
    assert {one.since for one in ahead} == {recognitions(world)[-1].since}


def test_a_caller_who_goes_on_before_the_reply_has_not_finished() -> None:
    world = thinking()
    first = recognitions(world)[-1]
    world.hear(True, 0.2)
    assert world.state is State.LISTENING
    assert world.works == {}
    world.hear(False, 0.25)
    assert recognitions(world)[-1].since == pytest.approx(first.since, abs=0.01)
    world.recognised("when and where")
    world.hear(False, 0.2)
    world.understood(Meaning.UNKNOWN)
    assert [(one.turn, one.text) for one in world.commands(TranscriptEvent)] == [(1, "when and where")]


def test_after_a_reply_the_caller_is_listened_to() -> None:
    world = speaking()
    world.speak_all()
    assert world.state is State.LISTENING
    world.hear(True, 0.5)
    world.hear(False, 0.3)
    assert len(recognitions(world)) == 2


def test_a_cough_needs_no_reply() -> None:
    world = greeted()
    spoken = world.spoken
    world.hear(True, 0.2)
    world.hear(False, 0.25)
    world.recognised("", completeness=Completeness.UNSURE)
    world.understood(Meaning.NOTHING)
    world.hear(False, 1.0)
    assert world.state is State.LISTENING
    assert world.spoken == spoken


def test_an_utterance_in_which_nothing_was_recognised_is_asked_about() -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.25)
    world.recognised("")
    world.hear(False, 0.2)
    world.understood(Meaning.NOTHING)
    assert world.spoken[-1] == "not_understood."


def test_the_sound_that_is_asked_for_begins_a_little_before_the_speech() -> None:
    world = greeted()
    world.hear(False, 3.0)
    world.hear(True, 1.0)
    world.hear(False, 0.25)
    assert recognitions(world)[-1].since == pytest.approx(3.0 - 0.4, abs=2 * WINDOW)


def test_a_click_after_an_utterance_does_not_make_a_cough_of_it() -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(False, 0.25)
    world.recognised("")
    world.hear(False, 0.3)
    world.hear(True, WINDOW)
    world.understood(Meaning.NOTHING)
    assert world.spoken[-1] == "not_understood."


def test_a_call_that_comes_with_a_history_goes_on_with_it() -> None:
    before = Exchange("Who?", "Alice.")
    world = World(
        Machine(
            SCRIPT, RULES, DialoguePolicy(POLICY, tuple(SCRIPT.answers)), filler_seconds=1.0, history=[before]
        )
    )
    world.begin()
    world.tell(fact.Key("0"))
    assert world.departing is not None
    assert world.departing.reason == "Who?"


def test_a_click_with_which_a_turn_goes_on_does_not_make_a_cough_of_it() -> None:
    world = thinking()
    world.hear(True, 0.1)
    world.hear(False, 0.25)
    world.recognised("")
    world.hear(False, 0.2)
    world.understood(Meaning.NOTHING)
    assert world.spoken[-1] == "not_understood."
