from __future__ import annotations

from sipforge.bot.call.memory import Memory, Record
from sipforge.engines.protocols import Exchange


def test_a_turn_and_its_reply() -> None:
    memory = Memory()
    assert memory.asked("When?") == 1
    assert memory.replies("answers", ("hours",))
    assert memory.with_current("At") == (Exchange("When?", "At", ("hours",)),)
    assert memory.history == ()
    memory.repeatable("At eight.")
    assert memory.heard_out("At eight.") == Record(1, "At eight.", "answers", ("hours",))
    assert memory.history == (Exchange("When?", "At eight.", ("hours",)),)
    assert (memory.last_said, memory.last_topics) == ("At eight.", ("hours",))
    assert memory.last_question == "When?"


def test_what_is_said_by_itself_answers_nothing() -> None:
    memory = Memory()
    assert not memory.replies("phrases")
    assert memory.heard_out("Good morning.") == Record(0, "Good morning.", "phrases")
    assert memory.history == (Exchange("", "Good morning."),)
    assert memory.last_question == ""


def test_a_reply_that_was_stopped_is_remembered_as_far_as_it_was_heard() -> None:
    memory = Memory()
    memory.asked("When?")
    memory.replies("answers")
    memory.cut()
    memory.asked("Where?")
    memory.replies("answers")
    assert memory.cut_off("At") == Record(1, "At", "answers")
    assert memory.heard_out("Here.") == Record(2, "Here.", "answers")
    assert memory.history == (Exchange("When?", "At"), Exchange("Where?", "Here."))


def test_a_reply_to_a_turn_that_went_on_is_forgotten() -> None:
    memory = Memory()
    memory.asked("When?")
    memory.replies("answers")
    memory.cut()
    memory.go_on()
    assert memory.cut_off("At") is None
    assert memory.history == ()


def test_a_reply_of_which_nothing_was_heard_is_no_record_but_its_question_is_remembered() -> None:
    memory = Memory()
    memory.asked("When?")
    memory.replies("answers", ("hours",))
    memory.cut()
    assert memory.cut_off("") is None
    assert memory.history == (Exchange("When?", ""),)


def test_one_moment_is_part_of_the_reply_it_announces() -> None:
    memory = Memory()
    assert not memory.replies("phrases")
    memory.asked("When?")
    assert memory.replies("answers")
    assert memory.heard_out("One moment. At eight.") == Record(1, "One moment. At eight.", "answers")


def test_what_was_said_elsewhere_comes_first() -> None:
    before = Exchange("Who?", "Alice.")
    memory = Memory([before])
    assert memory.last_question == "Who?"
    memory.asked("When?")
    memory.replies("answers")
    memory.heard_out("At eight.")
    assert memory.history[0] == before
    assert memory.cut_off("late") is None
