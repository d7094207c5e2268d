import math

import pytest

from tests.bench.turns import Heard, Turn, position, turns
from tests.phones.audio import Segment
from tests.phones.ear import Clock
from tests.phones.recording import Said


def heard(start: float, end: float) -> Heard:
    return Heard(Segment(start, end), Segment(start - 100.0, end - 100.0))


def test_each_question_has_what_was_heard_after_it():
    spoken = [Said(104.9, 2.0), Said(112.0, 1.5)]
    said = [Segment(105.0, 105.9), Segment(106.4, 107.0), Segment(112.1, 113.4)]  # a pause in the first
    replies = [heard(100.0, 103.0), heard(107.8, 108.5), heard(109.0, 111.0), heard(114.0, 115.0)]
    first, second = turns(spoken, said, replies)
    assert first.said == Segment(105.0, 107.0)
    assert first.after == (replies[1], replies[2])
    assert first.reply_seconds == pytest.approx(0.8)
    assert first.reply_place == Segment(pytest.approx(7.8), pytest.approx(11.0))
    assert second.reply_seconds == pytest.approx(0.6)
    assert not first.was_cut


def test_a_reply_that_begins_before_the_caller_has_ended_cuts_them_off():
    (turn,) = turns(
        [Said(5.0, 2.0)], [Segment(5.0, 5.6), Segment(6.2, 7.0)], [heard(6.1, 8.0), heard(9.0, 10.0)]
    )
    assert turn.was_cut
    assert math.isinf(turn.reply_seconds)
    assert turn.reply_place == Segment(6.1 - 100.0, 10.0 - 100.0)


def test_a_reply_that_goes_on_from_before_is_none_of_the_turn():
    (turn,) = turns([Said(5.0, 2.0)], [Segment(5.0, 7.0)], [heard(3.0, 6.0)])
    assert turn == Turn(Segment(5.0, 7.0), (), ())
    assert math.isinf(turn.reply_seconds)
    assert turn.reply_place is None


def test_what_the_phone_did_not_say_has_no_turn():
    found = turns(
        [Said(5.0, 1.0), Said(20.0, 1.0), Said(30.0, 1.0)],
        [Segment(5.0, 6.0), Segment(30.1, 31.0)],
        [heard(21.5, 22.0)],
    )
    assert found[1] is None
    assert found[0].after == (heard(21.5, 22.0),)
    assert found[2].after == ()


def test_position_is_the_inverse_of_the_clock():
    growth = tuple((1000.0 + 0.02 * n + (2.0 if n > 300 else 0.0), 0.02 * n) for n in range(1, 600))
    clock = Clock(growth)
    for place in (0.5, 3.0, 9.0):
        assert position(clock, clock.instant(place)) == pytest.approx(place, abs=0.001)
