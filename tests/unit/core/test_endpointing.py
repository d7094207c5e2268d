from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.endpointing import TRANSITIONS, Endpointing, EndpointingRules, Heard, Phase

RULES = EndpointingRules(
    threshold=0.5, start_seconds=0.1, pause_seconds=0.25, end_seconds=0.6, longest_seconds=5.0
)
STEP = 0.05


def hear(endpointing: Endpointing, *parts: tuple[float, float]) -> list[tuple[float, Heard]]:
    """What (seconds, probability) parts bring, with the time of each."""
    now, happened = 0.0, []
    for seconds, probability in parts:
        for _ in range(round(seconds / STEP)):
            now += STEP
            happened += [(round(now, 2), what) for what in endpointing.process(STEP, probability)]
    return happened


def test_an_utterance_with_a_pause_in_it() -> None:
    assert hear(Endpointing(RULES), (1.0, 0.0), (1.0, 0.9), (0.4, 0.1), (0.5, 0.9), (1.0, 0.0)) == [
        (1.1, Heard.STARTED),
        (2.25, Heard.PAUSED),
        (2.45, Heard.RESUMED),
        (3.15, Heard.PAUSED),
        (3.5, Heard.ENDED),
    ]


def test_a_click_is_no_speech() -> None:
    assert hear(Endpointing(RULES), (0.05, 0.9), (0.5, 0.0), (0.05, 0.9), (1.0, 0.0)) == []


def test_a_soft_ending_still_counts_but_does_not_begin() -> None:
    assert hear(Endpointing(RULES), (1.0, 0.4)) == []
    assert hear(Endpointing(RULES), (0.1, 0.9), (1.0, 0.4)) == [(0.1, Heard.STARTED)]


def test_an_endless_utterance_is_ended_and_the_next_begins() -> None:
    happened = hear(Endpointing(RULES), (6.0, 0.9))
    assert [what for _, what in happened] == [Heard.STARTED, Heard.ENDED, Heard.STARTED]
    assert happened[1][0] == pytest.approx(5.0, abs=STEP + 0.001)


def test_silence_is_measured_from_the_last_speech() -> None:
    endpointing = Endpointing(RULES)
    hear(endpointing, (0.5, 0.9), (0.6, 0.0))
    assert endpointing.silence_seconds == pytest.approx(0.6)


def test_reset_forgets_an_utterance() -> None:
    endpointing = Endpointing(RULES)
    hear(endpointing, (0.5, 0.9))
    endpointing.reset()
    assert endpointing.phase is Phase.QUIET
    assert hear(endpointing, (1.0, 0.0)) == []


@given(st.lists(st.floats(0, 1), max_size=300))
def test_events_always_follow_the_table(probabilities: list[float]) -> None:
    endpointing, phase = Endpointing(RULES), Phase.QUIET
    for probability in probabilities:
        for what in endpointing.process(STEP, probability):
            phase = TRANSITIONS[phase, what]
        assert phase is endpointing.phase
