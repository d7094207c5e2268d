from __future__ import annotations

import pytest

from sipforge.core.conversation.barge_in import BargeIn, Verdict
from sipforge.core.conversation.endpointing import LOUDER_DB, Endpointing, TurnRules
from sipforge.core.conversation.facts import Window

WINDOW = 0.032
RULES = TurnRules()
LOUD = -20.0


class Over:
    """Speech over a reply, in windows."""

    def __init__(self) -> None:
        self.ears = Endpointing(RULES)
        self.barge_in = BargeIn(RULES, self.ears)
        self.held = False

    def hear(self, seconds: float, dbfs: float = LOUD, probability: float = 0.9) -> int:
        """How many looks at the words a stretch asks for."""
        looks = 0
        for _ in range(round(seconds / WINDOW)):
            self.ears.window(Window(WINDOW, probability, dbfs))
            if self.held:
                looks += self.barge_in.wants_look(WINDOW)
            elif self.barge_in.begins():
                self.held = True
                self.ears.begin()
        return looks

    def quiet(self, seconds: float) -> int:
        return self.hear(seconds, -70.0, 0.02)

    def judge(self, meant: bool = False, *, echo: bool = False) -> Verdict:
        verdict = self.barge_in.judge(meant, echo=echo)
        if verdict is not Verdict.OPEN:
            self.held = False
            self.ears.quiet()
        return verdict


def test_a_reply_is_held_after_a_tenth_of_a_second_of_speech_without_a_break() -> None:
    over = Over()
    over.hear(0.064)
    over.quiet(WINDOW)
    over.hear(0.064)
    assert not over.held
    over.hear(WINDOW)
    assert over.held


def test_the_words_are_looked_at_as_long_as_they_go_on_and_at_the_pause() -> None:
    over = Over()
    assert over.hear(RULES.look_seconds - 0.1) == 0
    assert over.hear(0.1) == 1
    assert over.judge() is Verdict.OPEN
    assert over.hear(RULES.look_seconds + WINDOW) == 1
    assert over.quiet(RULES.pause_seconds + WINDOW) == 1
    assert over.quiet(1.0) == 0


def test_while_one_look_is_under_way_only_the_pause_begins_another() -> None:
    over = Over()
    assert over.hear(3.0) == 1
    assert over.quiet(0.3) == 1


def test_words_that_are_meant_are_meant_at_once() -> None:
    over = Over()
    over.hear(0.8)
    assert over.judge(True) is Verdict.MEANT


def test_after_the_pause_nothing_is_left_open() -> None:
    over = Over()
    over.hear(0.3)
    over.quiet(0.3)
    assert over.judge() is Verdict.NOT_MEANT


def test_noise_without_words_is_waited_out_until_it_ends() -> None:
    over = Over()
    over.hear(RULES.doubt_seconds - 0.1)
    assert over.judge() is Verdict.OPEN
    over.hear(0.2)
    assert over.judge() is Verdict.NOT_MEANT
    over.hear(10.0)
    assert not over.held
    over.quiet(RULES.pause_seconds + WINDOW)
    over.hear(0.2)
    assert over.held


def test_noise_of_which_nobody_told_anything_is_waited_out_too() -> None:
    over = Over()
    over.hear(0.5)
    over.barge_in.give_up()
    over.held = False
    over.hear(5.0)
    assert not over.held


@pytest.mark.parametrize(("decibels", "holds"), [(-3.0, False), (LOUDER_DB - 1, False), (LOUDER_DB, True)])
def test_where_the_echo_came_back_only_louder_speech_holds(decibels: float, holds: bool) -> None:
    over = Over()
    over.hear(0.5, -35.0)
    over.quiet(0.3)
    over.judge(echo=True)
    over.hear(0.5, -35.0 + decibels)
    assert over.held is holds


def test_the_end_of_a_reply_ends_the_waiting_and_the_echo_is_still_known() -> None:
    over = Over()
    over.hear(RULES.doubt_seconds + 0.2, -35.0)
    over.judge(echo=True)
    over.barge_in.over()
    over.hear(0.5, -35.0)
    assert not over.held
    over.hear(0.5, -25.0)
    assert over.held
