from __future__ import annotations

import pytest

from sipforge.core.conversation.speech import GRACE_SECONDS, MAKING_SECONDS, Said, Speech


def saying(*texts: str, seconds: float = 1.0, turn: int = 1, answers: bool = True) -> Speech:
    """A reply of these sentences, each of so many seconds, all of it sent at 0."""
    speech = Speech()
    say(speech, *texts, seconds=seconds, turn=turn, answers=answers)
    return speech


def say(speech: Speech, *texts: str, seconds: float = 1.0, turn: int = 1, answers: bool = True) -> None:
    speech.begin(turn, "book", (), answers=answers)
    for text in texts:
        speech.sent(speech.add(text, 0.0), seconds, 0.0)
    speech.close()


def heard(cut: tuple[Said, str] | None) -> str:
    assert cut is not None
    return cut[1]


def test_a_reply_is_over_when_its_last_sentence_was_heard() -> None:
    speech = saying("One.", "Two.")
    assert speech.said == "One. Two."
    speech.played(1)
    assert speech.busy
    speech.played(9)
    assert speech.busy
    speech.played(2)
    assert not speech.busy
    reply = speech.finish()
    assert reply is not None
    assert reply.text == "One. Two."
    assert speech.said == ""


def test_a_reply_that_is_not_complete_is_not_over() -> None:
    speech = Speech()
    speech.begin(1, "book", (), answers=True)
    speech.sent(speech.add("One.", 0.0), 1.0, 0.0)
    speech.played(1)
    assert speech.busy
    speech.close()
    assert not speech.busy


def test_what_is_said_while_something_is_being_said_joins_it() -> None:
    speech = saying("One moment.", answers=False, turn=0)
    speech.begin(2, "model", ("hours",), answers=True)
    speech.add("From eight.", 0.0)
    assert speech.reply is not None
    assert speech.reply.open
    reply = speech.finish()
    assert reply is not None
    assert (reply.turn, reply.answers, reply.engine, reply.topics) == (2, True, "model", ("hours",))
    assert reply.text == "One moment. From eight."


def test_a_prompt_that_joins_a_reply_leaves_it_its_turn() -> None:
    speech = saying("From eight.", turn=3)
    speech.begin(0, "phrases", (), answers=False)
    assert speech.reply is not None
    assert (speech.reply.turn, speech.reply.answers) == (3, True)


@pytest.mark.parametrize(
    ("played_seconds", "words"),
    [(0.0, "One."), (0.2, "One. Two"), (0.4, "One. Two three"), (9.0, "One. Two three four five.")],
)
def test_of_a_sentence_that_was_cut_as_many_words_count_as_their_share_of_its_sound(
    played_seconds: float, words: str
) -> None:
    speech = saying("One.", "Two three four five.")
    speech.played(1)
    speech.cut()
    assert not speech.busy
    assert heard(speech.cleared(played_seconds * 1.25)) == words


def test_of_a_sentence_whose_sound_was_not_sent_nothing_was_heard() -> None:
    speech = saying("One.")
    speech.begin(1, "book", (), answers=True)
    speech.add("Two three.", 0.0)
    speech.played(1)
    speech.cut()
    assert heard(speech.cleared(9.0)) == "One."


def test_replies_that_were_cut_are_told_about_in_their_order() -> None:
    speech = saying("One.")
    speech.cut()
    say(speech, "Two.")
    speech.cut()
    say(speech, "Three.")
    assert heard(speech.cleared(1.0)) == "One."
    assert heard(speech.cleared(0.0)) == ""
    assert speech.cleared(1.0) is None
    assert speech.said == "Three."


def test_a_sentence_of_a_reply_that_was_cut_may_be_heard_or_sent_late() -> None:
    speech = saying("One.", "Two three.")
    speech.cut()
    say(speech, "Four.")
    speech.played(1)
    speech.sent(2, 2.0, 0.5)
    assert heard(speech.cleared(1.0)) == "One. Two"
    assert speech.busy


def test_a_clear_while_nothing_was_said_is_not_taken_for_anothers() -> None:
    speech = Speech()
    speech.cut()
    say(speech, "One.")
    speech.cut()
    assert heard(speech.cleared(1.0)) == ""
    assert heard(speech.cleared(1.0)) == "One."


def test_a_sentence_that_is_never_reported_as_heard_is_overdue_once() -> None:
    speech = saying("One.", "Two.")
    assert not speech.overdue(2.0 + GRACE_SECONDS - 0.1)
    assert speech.overdue(2.0 + GRACE_SECONDS)
    assert not speech.busy
    assert not speech.overdue(1000.0)


def test_what_was_heard_of_it_is_not_waited_for() -> None:
    speech = saying("One.")
    speech.played(1)
    assert not speech.overdue(1000.0)


def test_a_sentence_that_is_never_made_is_overdue_in_the_end() -> None:
    speech = Speech()
    speech.begin(1, "book", (), answers=True)
    speech.sent(speech.add("One.", 0.0), 1.0, 0.0)
    speech.add("Two.", 5.0)
    speech.close()
    assert not speech.overdue(5.0 + MAKING_SECONDS - 0.1)
    assert speech.overdue(5.0 + MAKING_SECONDS)


def test_a_reply_that_is_not_complete_is_never_overdue() -> None:
    speech = saying("One.")
    speech.begin(1, "book", (), answers=True)
    assert not speech.overdue(1000.0)


def test_while_it_is_held_nothing_is_overdue_nor_soon_after() -> None:
    speech = saying("One.")
    speech.held = True
    speech.wait(300.0)
    assert not speech.overdue(300.0 + GRACE_SECONDS)
    speech.held = False
    speech.wait(5.0)
    assert not speech.overdue(300.0 + GRACE_SECONDS)
    assert speech.overdue(301.0 + GRACE_SECONDS)


def test_a_reply_to_a_turn_that_goes_on_is_a_reply_to_nothing_cut_or_not() -> None:
    speech = saying("One.", turn=1)
    speech.cut()
    say(speech, "Two.", turn=2)
    speech.cut()
    say(speech, "Three.", turn=2)
    speech.went_on(2)
    first, second = speech.cleared(1.0), speech.cleared(1.0)
    assert first is not None and second is not None and speech.reply is not None
    assert [first[0].continued, second[0].continued, speech.reply.continued] == [False, True, True]


def test_a_prompt_is_no_reply_to_the_turn_that_goes_on() -> None:
    speech = saying("Are you there?", turn=0, answers=False)
    speech.went_on(0)
    assert speech.reply is not None
    assert not speech.reply.continued


def test_the_last_thing_that_had_words_is_worth_saying_again_heard_or_not() -> None:
    speech = saying("One.")
    speech.cut()
    assert speech.last.text == "One."
    say(speech, "")
    speech.finish()
    assert speech.last.text == "One."


def test_a_recording_adds_no_words_and_no_space() -> None:
    speech = saying("One moment.", "", "Goodbye.")
    assert speech.said == "One moment. Goodbye."
    for number in (1, 2, 3):
        speech.played(number)
    speech.cut()
    assert heard(speech.cleared(0.0)) == "One moment. Goodbye."
