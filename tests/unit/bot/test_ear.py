from __future__ import annotations

import pytest

from sipforge.bot.ear import BEFORE_SECONDS, Ear
from sipforge.core.endpointing import EndpointingRules, Heard
from tests.unit.bot.doubles import LoudnessVad, silence, spoken

WINDOW_SECONDS = 0.032


def ear() -> Ear:
    return Ear(LoudnessVad(), EndpointingRules(end_seconds=0.6))


def hear(listener: Ear, slin: bytes, step: int = 640, *, listen: bool = True) -> list[Heard]:
    return [
        what
        for start in range(0, len(slin), step)
        for what in listener.hear(slin[start : start + step], lambda: listen)
    ]


@pytest.mark.parametrize("step", [2, 640, 32000])
def test_an_utterance_in_pieces_of_any_size(step: int) -> None:
    listener = ear()
    happened = hear(listener, silence(2) + spoken(1, 1.0) + silence(0.7), step)
    assert happened == [Heard.STARTED, Heard.PAUSED, Heard.ENDED]
    assert not listener.speaking


def test_the_utterance_begins_a_little_before_and_holds_all_of_it() -> None:
    listener = ear()
    hear(listener, silence(3) + spoken(1, 1.0) + silence(0.4))
    seconds = listener.utterance().size / 16000
    assert seconds == pytest.approx(BEFORE_SECONDS + 1.4, abs=4 * WINDOW_SECONDS)


def test_deaf_while_not_listening_but_the_last_moment_is_kept() -> None:
    listener = ear()
    assert hear(listener, spoken(1, 5.0), listen=False) == []
    listener.begin()
    assert hear(listener, spoken(1, 0.2)) == [Heard.STARTED]
    assert listener.utterance().size / 16000 == pytest.approx(BEFORE_SECONDS + 0.2, abs=4 * WINDOW_SECONDS)


def test_the_next_utterance_does_not_hold_the_last() -> None:
    listener = ear()
    hear(listener, spoken(1, 2.0) + silence(1) + spoken(2, 0.5))
    assert listener.utterance().size / 16000 == pytest.approx(BEFORE_SECONDS + 0.5, abs=4 * WINDOW_SECONDS)
