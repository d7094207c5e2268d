"""Somebody speaks over what the assistant says."""

from __future__ import annotations

import pytest

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.endpointing import LOUDER_DB
from sipforge.core.conversation.machine import LOOK_SECONDS
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.states import State
from sipforge.core.messages.events import Clear, Pause, Resume, TranscriptEvent
from tests.unit.core.calls_so_far import greeted, speaking, thinking, turns_with_another_question
from tests.unit.core.conversation_world import LOUD, RULES, WINDOW, World


def looks(world: World) -> int:
    return len(world.commands(command.Recognise))


def replying() -> World:
    """A call whose reply has been played for two seconds, so that its turn cannot be gone on with."""
    world = speaking("From eight to five.", "On all days.")
    world.hear(False, 2.0)
    return world


def interrupted() -> World:
    """A call in which somebody said something over the reply, and it is not known what."""
    world = replying()
    world.hear(True, 0.3)
    world.hear(False, 0.25)
    assert world.state is State.INTERRUPTED
    return world


def test_speech_over_a_reply_holds_it_within_a_tenth_of_a_second() -> None:
    world = replying()
    world.hear(True, 0.064)
    assert world.state is State.SPEAKING
    world.window(True)
    assert world.state is State.INTERRUPTED
    assert world.held_still


def test_what_was_meant_ends_the_reply_and_is_the_callers_turn() -> None:
    world = interrupted()
    world.recognised()
    assert len(world.commands(Clear)) == 1
    assert world.state is State.PAUSED
    world.hear(False, 0.2)
    assert world.state is State.THINKING
    assert looks(world) == 2


def test_long_speech_over_a_reply_is_looked_at_before_it_ends() -> None:
    world = replying()
    world.hear(True, 1.0)
    assert looks(world) == 2
    world.recognised()
    assert world.state is State.LISTENING
    world.hear(True, 0.5)
    world.hear(False, 0.25)
    first, second = world.commands(command.Recognise)[1:]
    assert second.since == first.since


@pytest.mark.parametrize(("text", "listens"), [("", False), ("mm-hm", True), ("eight to five on all", False)])
def test_a_cough_a_nod_or_an_echo_lets_the_reply_go_on(text: str, listens: bool) -> None:
    world = interrupted()
    world.recognised(text, listens=listens)
    assert world.state is State.SPEAKING
    assert len(world.commands(Resume)) == 1
    assert world.commands(Clear) == []
    world.hear(True, 0.3, LOUD + LOUDER_DB)
    assert world.state is State.INTERRUPTED


def test_a_hum_that_is_taken_for_words_lets_the_reply_go_on() -> None:
    world = interrupted()
    world.tell(fact.Heard(world.commands(command.Recognise)[-1].work, "um", doubtful=True))
    assert world.state is State.SPEAKING


def test_where_an_offer_stands_a_nod_is_an_answer() -> None:
    world = greeted()
    world.say(thought=Meaning.UNKNOWN)
    world.make()
    world.hear(False, 2.0)
    world.hear(True, 0.3)
    world.hear(False, 0.25)
    world.recognised("mm-hm", Meaning.YES, listens=True)
    assert world.state is State.PAUSED


def test_the_whole_is_looked_at_rather_than_its_beginning() -> None:
    world = replying()
    world.hear(True, 0.9)
    beginning = world.commands(command.Recognise)[-1].work
    world.hear(False, 0.3)
    assert looks(world) == 3
    assert world.commands(command.Drop)[-1] == command.Drop(beginning)


def test_words_of_a_look_that_was_dropped_decide_nothing() -> None:
    world = replying()
    world.hear(True, 0.9)
    beginning = world.commands(command.Recognise)[-1].work
    world.hear(False, 0.3)
    world.tell(fact.Heard(beginning, "when"))
    assert world.state is State.INTERRUPTED


def test_noise_without_words_is_waited_out() -> None:
    world = replying()
    for _ in range(10):
        world.hear(True, RULES.look_seconds + WINDOW)
        world.recognised("")
        if world.state is State.SPEAKING:
            break
    assert 3 <= looks(world) - 1 <= 5
    world.hear(True, 5.0)
    assert world.state is State.SPEAKING
    world.hear(False, 0.5)
    world.hear(True, 0.3)
    assert world.state is State.INTERRUPTED


def test_echo_holds_a_reply_once_and_then_only_louder_speech() -> None:
    world = replying()
    world.hear(True, 0.5, LOUD - 8)
    world.hear(False, 0.25)
    world.recognised("eight to five on all")
    assert world.state is State.SPEAKING
    world.hear(True, 0.5, LOUD - 7)
    assert world.state is State.SPEAKING
    world.hear(False, 0.5)
    world.hear(True, 0.5, LOUD)
    assert world.state is State.INTERRUPTED


@pytest.mark.parametrize(("seconds", "goes_on"), [(0.5, True), (1.5, False)])
def test_in_the_first_second_of_a_reply_the_turn_goes_on(seconds: float, goes_on: bool) -> None:
    world = speaking()
    world.hear(False, seconds)
    world.hear(True, 0.3)
    world.hear(False, 0.25)
    world.recognised()
    world.recognised()
    world.hear(False, 0.2)
    world.understood(Meaning.UNKNOWN)
    assert [one.turn for one in world.commands(TranscriptEvent)] == ([1, 1] if goes_on else [1, 2])


def test_a_prompt_answers_nothing_that_could_go_on() -> None:
    world = speaking()
    world.speak_all()
    world.wait(12.0)
    assert world.spoken[-1] == "ask_again."
    assert turns_with_another_question(world) == [1, 2]


def test_a_reply_that_was_over_as_the_caller_began() -> None:
    world = speaking("From eight to five.")
    world.hear(False, 2.0)
    world.hear(True, 0.3)
    world.played_late()
    assert world.state is State.LISTENING
    assert not world.held_still
    world.hear(False, 0.25)
    assert world.state is State.PAUSED
    world.recognised("")
    assert world.state is State.PAUSED


def test_a_look_that_brings_nothing_lets_the_reply_go_on_and_what_still_sounds_is_waited_out() -> None:
    world = interrupted()
    world.wait(LOOK_SECONDS + 0.2)
    assert world.state is State.SPEAKING
    assert not world.held_still


def test_a_thought_over_one_moment_waits_until_it_is_known_whether_somebody_speaks() -> None:
    world = thinking()
    world.wait(1.0)
    world.make()
    world.hear(True, 0.3)
    assert world.state is State.INTERRUPTED
    world.understood(Meaning.UNKNOWN)
    assert world.spoken[1:] == ["one_moment."]
    world.hear(False, 0.25)
    world.recognised("")
    assert world.spoken[1:] == ["one_moment.", "unknown."]
    assert world.state is State.SPEAKING


def test_playout_is_held_and_let_go_in_turn() -> None:
    world = interrupted()
    world.recognised("")
    world.hear(True, 0.3)
    world.hear(False, 0.25)
    world.recognised("")
    holds = [type(one) for one in world.commands(Pause, Resume)]
    assert holds == [Pause, Resume] * 2


def test_a_television_that_is_softer_than_the_caller_holds_no_reply_and_lengthens_no_turn() -> None:
    world = greeted()
    world.hear(True, 1.0)
    world.hear(True, 0.45, LOUD - 12)
    assert world.state is State.PAUSED
    world.recognised()
    world.hear(True, 0.2, LOUD - 12)
    assert world.state is State.THINKING
    world.understood(Meaning.UNKNOWN)
    world.hear(True, 3.0, LOUD - 12)
    assert world.state is State.SPEAKING


def test_a_reply_that_ends_while_somebody_speaks_over_it_is_still_judged_by_the_words() -> None:
    world = thinking()
    world.understood()
    world.part()
    world.make()
    world.hear(False, 2.0)
    world.hear(True, 0.3)
    world.hear(False, 0.25)
    world.reply_over(Meaning.GOODBYE)
    assert world.state is State.WAVERING
    world.recognised("no wait", Meaning.NO)
    assert world.state is State.PAUSED


def test_echo_that_goes_over_into_louder_speech_is_heard_from_its_beginning() -> None:
    world = replying()
    world.hear(True, 0.5, LOUD - 8)
    world.hear(False, 0.25)
    world.recognised("eight to five on all")
    world.hear(False, 0.5)
    begins = world.machine.needs_since
    world.hear(True, 1.5, LOUD - 7)
    assert world.machine.needs_since == pytest.approx(begins, abs=WINDOW)
    world.hear(True, 0.5, LOUD)
    world.hear(False, 0.25)
    assert world.commands(command.Recognise)[-1].since == pytest.approx(begins, abs=WINDOW)
