"""What is said to a turn: in time, whole, and not nothing."""

from __future__ import annotations

import pytest

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.states import State
from sipforge.core.messages.events import MetricsEvent, ReplyEvent, TranscriptEvent
from tests.unit.core.calls_so_far import thinking
from tests.unit.core.conversation_world import FILLER_SECONDS, RULES, WINDOW, World


def recognitions(world: World) -> list[command.Recognise]:
    return world.commands(command.Recognise)


def test_a_reply_that_takes_its_time_is_announced_and_again() -> None:
    world = thinking()
    world.wait(FILLER_SECONDS)
    assert world.spoken[1:] == ["one_moment."]
    world.speak_all()
    world.wait(7.0)
    assert world.spoken[1:] == ["one_moment."] * 2


def test_where_many_wait_the_announcement_says_so() -> None:
    world = thinking()
    world.tell(fact.Elapsed(crowded=True), FILLER_SECONDS)
    assert world.spoken[1:] == ["hold."]


def test_a_reply_that_is_found_while_one_moment_is_being_said_joins_it() -> None:
    world = thinking()
    world.wait(FILLER_SECONDS)
    world.make()
    world.understood(topics=("hours",))
    world.answer("From eight.")
    world.speak_all()
    assert world.state is State.LISTENING
    assert world.reported[1:] == [ReplyEvent(1, "one_moment. From eight.", "book", ("hours",))]


def test_a_reply_that_breaks_off_is_thought_about_again_and_goes_on_with_what_is_found() -> None:
    world = thinking()
    world.understood()
    world.tell(fact.Part(world.telling, "From eight. To"))
    asked = world.telling
    world.reply_over(broken=True)
    again = world.commands(command.ThinkAgain)[-1]
    assert again.of == asked
    world.understood(Meaning.UNKNOWN)
    world.speak_all()
    assert world.spoken[1:] == ["From eight.", "unknown."]
    assert world.reported[-1].text == "From eight. unknown."
    assert world.state is State.LISTENING
    # Both tries are in the log; the words, in the first.
    notes = [(one.turn, one.meaning, one.characters) for one in world.commands(command.Note)]
    assert notes == [(1, Meaning.ANSWERED, 4), (1, Meaning.UNKNOWN, 0)]


def test_while_a_reply_that_broke_off_is_thought_about_again_one_moment_is_said() -> None:
    world = thinking()
    world.understood()
    world.reply_over(broken=True)
    world.wait(6.5)
    assert world.spoken[1:] == ["one_moment."]


def test_the_first_sound_of_a_reply_is_measured_and_that_of_one_moment_is_not() -> None:
    world = thinking()
    world.wait(FILLER_SECONDS)
    world.make()
    assert world.commands(MetricsEvent) == []
    world.understood()
    world.answer("From eight.")
    world.make()
    (metrics,) = world.commands(MetricsEvent)
    assert metrics.values["end_of_turn_seconds"] == pytest.approx(RULES.finished_seconds, abs=2 * WINDOW)
    assert metrics.values["reply_seconds"] > FILLER_SECONDS


@pytest.mark.parametrize("seconds", [0.5, 5.0])
def test_a_caller_who_goes_on_over_one_moment_has_not_finished(seconds: float) -> None:
    world = thinking()
    first = recognitions(world)[-1]
    world.wait(FILLER_SECONDS)
    world.make()
    world.hear(False, seconds)
    world.hear(True, 0.3)
    world.hear(False, 0.25)
    world.recognised("hello")
    again = recognitions(world)[-1]
    assert again.since == pytest.approx(first.since, abs=0.01)
    world.recognised("when hello")
    world.hear(False, 0.2)
    world.understood(Meaning.UNKNOWN)
    assert [(one.turn, one.text) for one in world.commands(TranscriptEvent)] == [(1, "when hello")]


def test_a_reply_without_a_word_is_thought_about_again() -> None:
    world = thinking()
    world.understood()
    world.tell(fact.Part(world.telling, " "))
    world.reply_over()
    world.understood(Meaning.UNKNOWN)
    world.speak_all()
    assert world.spoken[1:] == ["unknown."]
    assert world.state is State.LISTENING
