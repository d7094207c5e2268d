from __future__ import annotations

import numpy as np
import pytest

from sipforge.bot.call.listener import Listener
from sipforge.core.conversation.facts import Window
from tests.unit.bot.doubles import LoudnessVad, silence, spoken

WINDOW_SECONDS = 0.032
LEVEL = (1 + 2) * 3277 / 32768
"""What `spoken(1, ...)` sounds like."""


def hear(listener: Listener, slin: bytes, step: int = 640) -> list[Window]:
    pieces = [slin[start : start + step] for start in range(0, len(slin), step)]
    return [window for piece in pieces for window in listener.hear(piece)]


def seconds(listener: Listener, position: float) -> float:
    """How much is kept since `position`."""
    return listener.since(position).size / 16000


@pytest.mark.parametrize("step", [2, 640, 32000])
def test_pieces_of_any_size_make_the_same_windows(step: int) -> None:
    heard = hear(Listener(LoudnessVad()), silence(0.64) + spoken(1, 0.32), step)
    assert [window.probability for window in heard] == [0.0] * 20 + [1.0] * 10
    assert {window.seconds for window in heard} == {WINDOW_SECONDS}


def test_a_window_is_as_loud_as_its_sound() -> None:
    quiet, loud = hear(Listener(LoudnessVad()), silence(WINDOW_SECONDS) + spoken(1, WINDOW_SECONDS))
    assert quiet.dbfs < -90
    assert loud.dbfs == pytest.approx(20 * np.log10(LEVEL), abs=0.1)


def test_what_is_no_whole_window_yet_waits_for_the_rest() -> None:
    listener = Listener(LoudnessVad())
    assert hear(listener, spoken(1, 0.02)) == []
    assert seconds(listener, 0.0) == 0.0
    assert len(hear(listener, spoken(1, 0.02))) == 1
    assert seconds(listener, 0.0) == pytest.approx(WINDOW_SECONDS)


def test_each_window_is_kept_before_it_is_told() -> None:
    listener = Listener(LoudnessVad())
    kept = [seconds(listener, 0.0) for _ in listener.hear(spoken(1, 0.32))]
    assert kept == pytest.approx([WINDOW_SECONDS * count for count in range(1, 11)])


def test_sound_is_kept_by_its_position() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, silence(3.2) + spoken(1, 0.96) + silence(0.32))
    assert seconds(listener, 3.2) == pytest.approx(1.28)
    since = listener.since(3.2)
    assert np.all(since[: int(0.96 * 16000)] > 0.2)
    assert not np.any(since[int(0.96 * 16000) :])


def test_a_position_between_two_windows_is_that_of_the_nearest() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, silence(0.96))
    assert seconds(listener, 0.64 + 0.001) == pytest.approx(0.32)
    assert seconds(listener, 0.64 - 0.001) == pytest.approx(0.32)


def test_what_is_forgotten_is_gone_and_the_rest_keeps_its_position() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, silence(3.2) + spoken(1, 0.96))
    listener.forget_before(3.2)
    assert seconds(listener, 0.0) == pytest.approx(0.96)
    hear(listener, silence(0.96))
    assert seconds(listener, 3.52) == pytest.approx(1.6)
    assert np.all(listener.since(3.52)[: int(0.64 * 16000)] > 0.2)


def test_nothing_that_may_still_be_asked_for_is_forgotten() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, silence(3.2))
    listener.forget_before(1.01)
    assert seconds(listener, 1.01) == pytest.approx(3.2 - 1.01, abs=WINDOW_SECONDS)
    listener.forget_before(0.5)
    assert seconds(listener, 1.01) == pytest.approx(3.2 - 1.01, abs=WINDOW_SECONDS)


def test_all_may_be_forgotten_and_what_comes_is_heard() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, silence(0.96))
    listener.forget_before(60.0)
    assert listener.since(0.0).size == 0
    hear(listener, spoken(1, 0.96))
    assert seconds(listener, 0.96) == pytest.approx(0.96)
