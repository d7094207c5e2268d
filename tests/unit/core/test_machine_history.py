"""What a call remembers: what was heard of what was said, and to which turn."""

from __future__ import annotations

from sipforge.core.conversation import commands as command
from sipforge.core.conversation import facts as fact
from sipforge.core.conversation.history import Exchange
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.messages.events import ReplyEvent
from tests.unit.core.calls_so_far import greeted, speaking
from tests.unit.core.conversation_world import OVERDUE, World


def history(world: World) -> tuple[Exchange, ...]:
    """As the next utterance is thought about with it."""
    world.hear(True, 0.5)
    world.hear(False, 0.25)
    return world.commands(command.Recognise)[-1].history


def test_a_turn_and_its_reply_with_its_topics() -> None:
    world = speaking("From eight.", topics=("hours",))
    world.speak_all()
    assert world.reported[-1] == ReplyEvent(1, "From eight.", "book", ("hours",))
    assert history(world) == (Exchange("when", "From eight.", ("hours",)),)


def test_who_speaks_over_a_reply_is_understood_as_if_it_had_been_heard() -> None:
    world = speaking("From eight.", topics=("hours",))
    assert history(world) == (Exchange("when", "From eight.", ("hours",)),)
    assert len(world.reported) == 1


def test_what_is_said_by_itself_answers_nothing() -> None:
    world = greeted()
    assert world.reported == [ReplyEvent(0, "greeting_afternoon.", "phrases")]
    assert history(world) == ()


def test_a_topic_that_was_chosen_by_key_is_remembered_without_a_callers_words() -> None:
    world = greeted()
    for key in "82":
        world.tell(fact.Key(key))
    world.speak_all()
    assert world.reported[-1] == ReplyEvent(0, "answer 1.", "phrases", ("topic-1",))
    assert history(world) == (Exchange("", "answer 1.", ("topic-1",)),)


def test_a_reply_that_was_stopped_is_remembered_as_far_as_it_was_heard() -> None:
    world = speaking("From eight.", "To five on all days.")
    world.play()
    world.hear(False, 2.0)
    world.hear(True, 0.5)
    world.hear(False, 0.25)
    world.recognised("and where")
    world.cleared(0.4)
    world.hear(False, 0.2)
    world.understood()
    world.answer("Here.")
    world.speak_all()
    assert [(one.turn, one.text) for one in world.reported[1:]] == [(1, "From eight. To five"), (2, "Here.")]
    assert history(world) == (Exchange("when", "From eight. To five"), Exchange("and where", "Here."))


def test_what_was_heard_of_a_reply_that_was_stopped_may_be_told_after_the_next_turn() -> None:
    world = speaking("From eight.", topics=("hours",))
    world.hear(False, 2.0)
    world.say("and where")
    world.cleared(0.5)
    world.answer("Here.")
    world.speak_all()
    assert history(world) == (Exchange("when", "From", ("hours",)), Exchange("and where", "Here."))


def test_a_reply_to_a_turn_that_went_on_is_forgotten() -> None:
    world = speaking("From eight.")
    world.hear(True, 0.3)
    world.hear(False, 0.25)
    world.recognised("on sunday")
    assert world.cleared(1.0)
    assert len(world.reported) == 1
    assert world.commands(command.Recognise)[-1].history == ()


def test_a_reply_of_which_nothing_was_heard_is_not_reported_but_its_question_is_remembered() -> None:
    world = speaking("From eight.", topics=("hours",))
    world.hear(False, 2.0)
    world.say("and where", thought=Meaning.UNKNOWN)
    world.cleared()
    world.speak_all()
    assert [one.text for one in world.reported[1:]] == ["unknown."]
    assert history(world) == (Exchange("when", ""), Exchange("and where", "unknown."))


def test_two_replies_that_were_cut_are_told_apart() -> None:
    world = speaking("From eight.")
    world.hear(False, 2.0)
    world.say("and where")
    world.answer("Over here.")
    world.make()
    world.hear(False, 2.0)
    world.say("and who", thought=Meaning.UNKNOWN)
    world.tell(fact.PlayoutCleared(0.5))
    world.tell(fact.PlayoutCleared(1.0))
    assert [(one.turn, one.text) for one in world.reported[1:]] == [(1, "From"), (2, "Over here.")]


def test_the_end_of_a_sentence_that_was_cut_may_be_reported_late() -> None:
    world = speaking("From eight.", "To five.")
    world.tell(fact.Key("8"))
    world.tell(fact.PlayedUpTo(2))
    world.tell(fact.PlayoutCleared(0.5))
    assert world.reported[-1].text == "From eight. To"


def test_an_answer_to_a_clear_that_nobody_sent_changes_nothing() -> None:
    world = greeted()
    world.tell(fact.PlayoutCleared(3.0))
    assert len(world.reported) == 1


def test_what_was_said_last_is_said_again_with_its_topics() -> None:
    world = speaking("From eight.", topics=("hours",))
    world.speak_all()
    world.tell(fact.Key("*"))
    world.speak_all()
    assert world.reported[-1] == ReplyEvent(0, "From eight.", "phrases", ("hours",))


def test_sound_that_is_never_reported_as_heard_counts_as_heard() -> None:
    world = speaking("From eight.")
    world.wait(15.0)
    assert [one.text for one in world.reported[1:]] == ["From eight."]
    assert world.commands(command.Warn) == [command.Warn(OVERDUE)]


def test_a_report_that_comes_after_that_changes_nothing() -> None:
    world = speaking("From eight.")
    world.wait(15.0)
    seen = len(world.commands(ReplyEvent))
    world.play()
    assert len(world.commands(ReplyEvent)) == seen
