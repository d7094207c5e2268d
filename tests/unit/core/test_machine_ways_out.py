"""A way out is decided, prepared, taken once its words were heard, and revoked until then."""

from __future__ import annotations

import pytest

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.actions import HandOver, Hangup, Reason, TakeMessage, Transfer
from sipforge.core.conversation.machine import ENDING_SECONDS
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.conversation.states import IllegalMoveError, State, step
from sipforge.core.messages.events import Clear
from tests.unit.core.calls_so_far import departing, greeted, speaking, thinking, turns_with_another_question
from tests.unit.core.conversation_world import FILLER_SECONDS, POLICY, World


def wavering(meaning: Meaning = Meaning.OPERATOR) -> World:
    """A call in which somebody said something over the words of the way out, and it is not known what."""
    world = departing(meaning)
    world.hear(True, 0.5)
    world.hear(False, 0.25)
    assert world.state is State.WAVERING
    assert world.held_still
    return world


@pytest.mark.parametrize(
    ("meaning", "target", "departure"),
    [
        (Meaning.OPERATOR, "", Transfer("1000")),
        (Meaning.OPERATOR, "1002", Transfer("1002")),
        (Meaning.MESSAGE, "", TakeMessage("1000")),
        (Meaning.OTHER_LANGUAGE, "kinyarwanda", HandOver("kinyarwanda")),
        (Meaning.GOODBYE, "", Hangup(Reason.GOODBYE)),
    ],
)
def test_a_way_out_is_taken_once_its_words_were_heard(
    meaning: Meaning, target: str, departure: object
) -> None:
    world = thinking()
    world.understood(meaning, target)
    while world.make():
        assert world.departed is None
    world.speak_all()
    assert world.departure == departure
    assert world.state is State.DEPARTED


def test_a_way_out_is_prepared_when_it_is_decided_and_told_what_the_caller_said() -> None:
    world = departing()
    assert world.departing == command.Prepare(Transfer("1000"), "when")
    assert world.departed is None


def test_a_way_out_that_an_engine_decides_is_taken_after_its_words_and_no_others() -> None:
    world = thinking()
    world.understood()
    world.tell(fact.Part(world.telling, "I connect you."))
    world.reply_over(Meaning.OPERATOR)
    world.speak_all()
    assert world.spoken[1:] == ["I connect you."]
    assert world.departure == Transfer("1000")


@pytest.mark.parametrize("text", ["no wait", "when are you open"])
def test_words_that_are_meant_revoke_it(text: str) -> None:
    world = wavering()
    world.recognised(text, Meaning.NO if text == "no wait" else None)
    assert len(world.commands(Clear)) == 1
    world.hear(False, 0.25)
    world.understood(Meaning.NO)
    world.speak_all()
    assert world.departed is None
    assert world.spoken[-1] == "carry_on."
    assert world.state is State.LISTENING


@pytest.mark.parametrize("meaning", [Meaning.YES, Meaning.GREETING, Meaning.GOODBYE])
def test_words_that_agree_do_not(meaning: Meaning) -> None:
    world = wavering()
    world.recognised("yes, thank you", meaning)
    assert world.state is State.DEPARTING
    world.speak_all()
    assert world.departure == Transfer("1000")


@pytest.mark.parametrize(("text", "listens"), [("", False), ("mm-hm", True)])
def test_a_cough_or_a_nod_does_not(text: str, listens: bool) -> None:
    world = wavering()
    world.recognised(text, listens=listens)
    world.speak_all()
    assert world.departure == Transfer("1000")


def test_a_please_behind_a_yes_does_not() -> None:
    world = wavering(Meaning.MESSAGE)
    world.recognised("please", Meaning.NOTHING)
    assert world.state is State.DEPARTING
    world.speak_all()
    assert world.departure == TakeMessage("1000")


def test_a_nod_does_not_even_where_an_offer_stood_as_the_key_was_pressed() -> None:
    world = thinking()
    world.understood(Meaning.UNKNOWN)
    world.tell(fact.Key("0"))
    world.make()
    world.hear(True, 0.5)
    world.hear(False, 0.25)
    world.recognised("mm-hm", listens=True)
    world.speak_all()
    assert world.departure == Transfer("1000")


def test_its_own_echo_does_not() -> None:
    world = thinking()
    world.understood()
    world.tell(fact.Part(world.telling, "I connect you with a colleague."))
    world.reply_over(Meaning.OPERATOR)
    world.make()
    world.hear(True, 0.5)
    world.hear(False, 0.25)
    world.recognised("connect you with a colleague")
    world.speak_all()
    assert world.departure == Transfer("1000")


def test_a_key_revokes_it() -> None:
    world = departing()
    world.tell(fact.Key("8"))
    world.speak_all()
    assert world.departed is None
    assert world.spoken[-1] == "One, two."


@pytest.mark.parametrize("key", ["8", "*"])
def test_what_a_key_that_revokes_it_is_answered_with_is_no_reply_to_the_turn(key: str) -> None:
    world = thinking()
    world.tell(fact.Elapsed(), FILLER_SECONDS)
    world.understood(Meaning.OTHER_LANGUAGE, "kinyarwanda")
    assert world.state is State.DEPARTING
    world.tell(fact.Key(key))
    world.make()
    # Over its first second: after a reply to the turn that would be the turn, going on.
    assert turns_with_another_question(world) == [1, 2]


def test_a_key_that_means_nothing_does_not() -> None:
    world = departing()
    world.tell(fact.Key("A"))
    world.speak_all()
    assert world.departure == Transfer("1000")


def test_words_that_were_heard_while_somebody_spoke_over_them_are_taken_after_all() -> None:
    world = wavering()
    world.played_late()
    assert world.departed is None
    world.recognised("yes", Meaning.YES)
    assert world.departure == Transfer("1000")


def test_words_that_were_heard_before_no_wait_was_understood_are_revoked_all_the_same() -> None:
    world = wavering()
    world.played_late()
    world.recognised("no wait", Meaning.NO)
    world.settle()
    assert world.departed is None


def test_after_it_has_begun_nothing_is_heard_or_said() -> None:
    world = departing()
    world.speak_all()
    seen = len(world.log)
    world.hear(True, 2.0)
    world.hear(False, 2.0)
    world.tell(fact.Key("0"))
    world.tell(fact.PutOnHold())
    assert [one for one in world.log[seen:] if isinstance(one, command.Command)] == []
    assert world.state is State.DEPARTED


def test_an_orchestrator_that_does_not_end_the_call_is_not_waited_for() -> None:
    world = departing()
    world.speak_all()
    world.wait(ENDING_SECONDS - 1)
    assert not world.over
    world.wait(2)
    assert world.over


def idle() -> World:
    """A call that nobody has used for so long that it is being ended."""
    world = greeted()
    while world.departing is None:
        world.wait(0.5)
        if world.departing is None:
            world.speak_all()
    while world.make():
        pass
    assert world.state is State.DEPARTING
    return world


def speak_over(world: World) -> None:
    world.hear(True, 0.5)
    world.hear(False, 0.25)
    world.recognised("the minister said")
    world.hear(False, 1.0)
    world.understood(Meaning.UNKNOWN)
    world.cleared()
    world.speak_all()


def test_a_call_that_nobody_uses_is_asked_warned_and_ended() -> None:
    world = idle()
    assert world.spoken[1:] == ["ask_again."] * 3 + ["idle_warning.", "idle_goodbye."]
    world.speak_all()
    assert world.departure == Hangup(Reason.IDLE)


def test_the_end_of_a_call_that_nobody_uses_is_revoked_once_and_not_twice() -> None:
    world = idle()
    speak_over(world)
    assert world.departed is None
    assert world.state is State.LISTENING
    world.departing = None
    while world.departing is None:
        world.wait(0.5)
    while world.make():
        pass
    speak_over(world)
    assert world.departure == Hangup(Reason.IDLE)


def test_it_is_revoked_again_once_something_was_understood_since() -> None:
    world = idle()
    for _ in range(2):
        speak_over(world)
        assert world.departed is None
        world.say("good morning")
        world.understood(Meaning.GREETING)
        world.speak_all()
        world.departing = None
        while world.departing is None:
            world.wait(0.5)
            if world.departing is None:
                world.speak_all()
        while world.make():
            pass


def test_noise_does_not_hold_a_line_and_is_told_of_a_person_first() -> None:
    world = greeted()
    began = world.now
    while world.departed is None and world.now < began + 2 * POLICY.idle_limit_seconds:
        world.hear(True, 0.5)
        world.hear(False, 0.5)
        world.recognised("")
        world.understood(Meaning.UNKNOWN)
        world.cleared()
        world.make()
        world.play()
    assert "unknown." in world.spoken
    assert world.spoken[-1] == "goodbye."
    assert world.departure == Hangup(Reason.IDLE)


@pytest.mark.parametrize("reach", [greeted, thinking, speaking, departing, wavering])
def test_the_key_0_connects_in_each_state(reach: object) -> None:
    world = reach()  # type: ignore[operator]
    world.tell(fact.Key("0"))
    world.settle()
    assert world.departure == Transfer("1000")


def test_the_key_0_connects_a_caller_who_speaks_or_pauses_or_speaks_over_a_reply() -> None:
    for seconds, state in [(0.0, State.LISTENING), (0.25, State.PAUSED)]:
        world = greeted()
        world.hear(True, 1.0)
        world.hear(False, seconds)
        assert world.state is state
        world.tell(fact.Key("0"))
        world.settle()
        assert world.departure == Transfer("1000")
    world = speaking()
    world.hear(True, 0.5)
    assert world.state is State.INTERRUPTED
    world.tell(fact.Key("0"))
    world.settle()
    assert world.departure == Transfer("1000")


def test_nothing_is_said_into_a_way_out_that_stands() -> None:
    for state in (State.DEPARTING, State.WAVERING):
        with pytest.raises(IllegalMoveError):
            step(state, State.SPEAKING)


def test_an_illegal_move_names_both_states() -> None:
    with pytest.raises(IllegalMoveError, match="from departed to listening"):
        step(State.DEPARTED, State.LISTENING)
    assert step(State.DEPARTED, State.DEPARTED) is State.DEPARTED


def test_a_reply_that_never_ends_is_not_told_any_more_once_the_call_is_idle() -> None:
    world = thinking()
    world.understood()
    telling = world.telling
    world.part()
    world.speak_all()
    while "idle_warning." not in world.spoken:
        world.wait(0.5)
    world.speak_all()
    assert world.state is State.LISTENING
    world.tell(fact.Part(telling, "And to five. "))
    world.tell(fact.ReplyEnded(telling, Meaning.OPERATOR))
    assert world.spoken[-1] == "idle_warning."
    assert world.state is State.LISTENING


def test_a_way_out_without_words_that_is_found_while_one_moment_is_said_is_taken_after_it() -> None:
    world = thinking()
    world.wait(FILLER_SECONDS)
    world.make()
    world.understood(Meaning.OTHER_LANGUAGE, "kinyarwanda")
    assert world.departed is None
    world.speak_all()
    assert world.departure == HandOver("kinyarwanda")
