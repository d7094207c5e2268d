from __future__ import annotations

import numpy as np
import pytest

from sipforge.bot.call.listener import BEFORE_SECONDS, Listener
from tests.unit.bot.doubles import LoudnessVad, silence, spoken

WINDOW_SECONDS = 0.032


def hear(listener: Listener, slin: bytes, *, quiet: bool, step: int = 640) -> list[float]:
    probabilities = []
    for start in range(0, len(slin), step):
        for window in listener.hear(slin[start : start + step]):
            assert window.seconds == pytest.approx(WINDOW_SECONDS)
            probabilities.append(window.probability)
            if quiet:
                listener.quiet()
    return probabilities


def seconds(listener: Listener) -> float:
    return listener.utterance().size / 16000


@pytest.mark.parametrize("step", [2, 640, 32000])
def test_pieces_of_any_size_make_the_same_windows(step: int) -> None:
    heard = hear(Listener(LoudnessVad()), silence(0.64) + spoken(1, 0.32), quiet=True, step=step)
    assert heard == [0.0] * 20 + [1.0] * 10


def test_the_utterance_begins_a_little_before_and_holds_all_of_it() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, silence(3), quiet=True)
    hear(listener, spoken(1, 1.0) + silence(0.4), quiet=False)
    assert seconds(listener) == pytest.approx(BEFORE_SECONDS + 1.4, abs=2 * WINDOW_SECONDS)


def test_the_next_utterance_does_not_hold_the_last() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, spoken(1, 2.0), quiet=False)
    listener.finish()
    hear(listener, silence(1.0), quiet=True)
    hear(listener, spoken(2, 0.5), quiet=False)
    assert seconds(listener) == pytest.approx(BEFORE_SECONDS + 0.5, abs=2 * WINDOW_SECONDS)


def test_a_caller_who_goes_on_is_heard_from_where_the_turn_began() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, silence(2), quiet=True)
    hear(listener, spoken(1, 2.0), quiet=False)
    listener.finish()
    hear(listener, silence(1.0), quiet=True)
    hear(listener, spoken(2, 0.5), quiet=False)
    listener.go_on()
    assert seconds(listener) == pytest.approx(BEFORE_SECONDS + 3.5, abs=2 * WINDOW_SECONDS)


def test_a_settled_turn_is_forgotten() -> None:
    listener = Listener(LoudnessVad())
    hear(listener, spoken(1, 2.0), quiet=False)
    listener.finish()
    listener.settle()
    hear(listener, silence(1.0), quiet=True)
    listener.go_on()
    assert seconds(listener) == pytest.approx(BEFORE_SECONDS, abs=2 * WINDOW_SECONDS)
    assert not np.any(listener.utterance())
