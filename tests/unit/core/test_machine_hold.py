"""The caller's telephone holds the call: nothing is heard, said or counted until it is taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import HandOver, Transfer
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.states import State
from tests.unit.core.calls_so_far import departing, greeted, speaking, thinking
from tests.unit.core.conversation_world import World

HOURS = 4 * 3600.0


def held(world: World) -> World:
    world.tell(fact.PutOnHold())
    assert world.state is State.HELD
    return world


def interrupted() -> World:
    world = speaking()
    world.hear(False, 2.0)
    world.hear(True, 0.5)
    assert world.state is State.INTERRUPTED
    return world


def wavering() -> World:
    world = departing()
    world.hear(True, 0.5)
    assert world.state is State.WAVERING
    return world


def uttering() -> World:
    world = greeted()
    world.hear(True, 0.5)
    return world


def pausing() -> World:
    world = uttering()
    world.hear(False, 0.25)
    assert world.state is State.PAUSED
    return world


STATES = [greeted, uttering, pausing, thinking, speaking, interrupted, departing, wavering]


@pytest.mark.parametrize("reach", STATES)
def test_while_it_is_held_nothing_is_said_asked_or_recognised(reach: Callable[[], World]) -> None:
    world = held(reach())
    seen = len(world.log)
    for _ in range(20):
        world.hear(True, 2.0)
        world.hear(False, 2.0)
        world.wait(20.0)
    world.tell(fact.Elapsed(), HOURS)
    assert [one for one in world.log[seen:] if isinstance(one, command.Command)] == []
    assert world.state is State.HELD


def test_who_waits_for_a_reply_is_told_so_as_long_after_the_hold() -> None:
    world = thinking()
    world.wait(0.3)
    held(world)
    world.wait(300.0)
    world.tell(fact.TakenBack())
    assert len(world.spoken) == 1
    world.wait(0.6)
    assert world.spoken[1:] == ["one_moment."]


def test_the_way_out_is_taken_after_the_hold_once_its_words_were_heard() -> None:
    world = held(departing())
    world.wait(300.0)
    assert world.departed is None
    world.tell(fact.TakenBack())
    assert world.state is State.DEPARTING
    assert world.departed is None
    world.speak_all()
    assert world.departure == Transfer("1000")


@pytest.mark.parametrize("reach", STATES)
def test_a_key_takes_the_call_back(reach: Callable[[], World]) -> None:
    world = held(reach())
    world.tell(fact.Key("0"))
    world.settle()
    assert world.departure == Transfer("1000")


def test_a_key_that_means_nothing_takes_the_call_back_and_the_reply_goes_on() -> None:
    world = held(speaking())
    world.tell(fact.Key("A"))
    assert world.state is State.SPEAKING
    assert not world.held_still


def test_hanging_up_ends_a_call_that_is_held() -> None:
    world = held(speaking())
    world.tell(fact.HungUp())
    assert world.over


def test_to_be_held_twice_or_taken_back_twice_changes_nothing() -> None:
    world = held(speaking())
    world.tell(fact.PutOnHold())
    world.tell(fact.TakenBack())
    world.tell(fact.TakenBack())
    assert world.state is State.SPEAKING
    assert not world.held_still


@pytest.mark.parametrize("reach", STATES)
@pytest.mark.parametrize("ticks", [False, True])
def test_after_hours_the_call_goes_on(reach: Callable[[], World], ticks: bool) -> None:
    world = held(reach())
    if ticks:
        world.tell(fact.Elapsed(), HOURS)
        world.tell(fact.TakenBack())
    else:
        world.tell(fact.TakenBack(), HOURS)
    assert not world.held_still
    assert world.commands(command.Warn) == []
    world.settle()
    assert world.state is (State.LISTENING if world.departing is None else State.DEPARTED)
    assert "idle_warning." not in world.spoken


def test_a_reply_goes_on_where_it_was() -> None:
    world = speaking("From eight.", "To five.")
    world.play()
    held(world)
    world.tell(fact.TakenBack(), 300.0)
    assert world.state is State.SPEAKING
    world.speak_all()
    assert [one.text for one in world.reported[1:]] == ["From eight. To five."]


def test_what_was_found_meanwhile_is_said_afterwards() -> None:
    world = held(thinking())
    world.understood(Meaning.UNKNOWN)
    assert len(world.spoken) == 1
    world.tell(fact.TakenBack(), 300.0)
    assert world.spoken[1:] == ["unknown."]


def test_a_reply_that_breaks_off_meanwhile_is_replaced_after_the_hold() -> None:
    world = thinking()
    world.understood()
    held(world)
    world.reply_over(broken=True)
    world.understood(Meaning.UNKNOWN)
    assert len(world.spoken) == 1
    world.tell(fact.TakenBack(), 300.0)
    world.speak_all()
    assert world.spoken[1:] == ["unknown."]
    assert world.state is State.LISTENING


def test_a_way_out_that_an_engine_decides_meanwhile_is_taken_after_the_hold() -> None:
    world = thinking()
    world.understood()
    world.part()
    held(world)
    world.reply_over(Meaning.OPERATOR)
    assert world.state is State.HELD
    assert world.held_still
    world.tell(fact.TakenBack())
    world.speak_all()
    assert world.departure == Transfer("1000")


def test_a_way_out_that_an_engine_decides_without_words_meanwhile_is_announced_after_the_hold() -> None:
    world = thinking()
    world.understood()
    held(world)
    world.reply_over(Meaning.OPERATOR)
    assert world.state is State.HELD
    world.tell(fact.TakenBack())
    world.speak_all()
    assert world.spoken[1:] == ["connecting."]
    assert world.departure == Transfer("1000")


def test_a_key_revokes_the_way_out_even_where_its_words_were_heard_as_the_hold_began() -> None:
    world = held(departing())
    world.played_late()
    world.tell(fact.Key("8"))
    world.speak_all()
    assert world.departed is None
    assert world.state is State.LISTENING


def test_the_turn_before_a_hold_cannot_be_gone_on_with() -> None:
    world = held(thinking())
    world.hear(False, 300.0)
    assert world.machine.needs_since > 300.0
    world.tell(fact.TakenBack())
    world.hear(True, 0.5)
    assert world.state is State.THINKING
    world.understood(Meaning.UNKNOWN)
    world.speak_all()
    assert world.reported[-1].text == "unknown."


@pytest.mark.parametrize("meaning", [Meaning.UNKNOWN, Meaning.OTHER_LANGUAGE])
def test_what_was_said_before_it_was_held_is_answered_after_the_hold(meaning: Meaning) -> None:
    world = pausing()
    world.recognised()
    world.understood(meaning, "kinyarwanda")
    held(world)
    assert world.spoken == ["greeting_afternoon."]
    assert world.departed is None
    world.tell(fact.TakenBack(), 300.0)
    if meaning is Meaning.UNKNOWN:
        assert world.spoken[1:] == ["unknown."]
    else:
        assert world.departure == HandOver("kinyarwanda")
