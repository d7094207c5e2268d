from __future__ import annotations

import pytest

from sipforge.core.conversation.endpointing import (
    ROOM_DB,
    ROOM_PAUSE_SECONDS,
    ROOM_SECONDS,
    Endpointing,
    TurnRules,
)
from sipforge.core.conversation.facts import Window
from sipforge.text.turn_end import Completeness

WINDOW = 0.032
RULES = TurnRules()
CALLER = -22.0
UNDER = [12.0, 20.0, 30.0]


class Line:
    """What a telephone sends, in windows."""

    def __init__(self) -> None:
        self.ears = Endpointing(RULES)

    def hear(
        self, seconds: float, dbfs: float, probability: float = 0.9, *, beginning: bool = False
    ) -> list[bool]:
        """Whether each window of a stretch was the caller's speech."""
        found = []
        for _ in range(round(seconds / WINDOW)):
            self.ears.window(Window(WINDOW, probability, dbfs), beginning=beginning)
            found.append(self.ears.speech)
            if self.ears.speech_seconds >= RULES.start_seconds:
                self.ears.begin()
        return found

    def quiet(self, seconds: float) -> None:
        self.hear(seconds, -70.0, 0.02)


def test_a_voice_is_one_however_softly_it_speaks() -> None:
    line = Line()
    line.hear(0.64, CALLER)
    line.hear(0.32, CALLER - 2 * ROOM_DB)
    line.hear(0.32, CALLER, 0.02)
    assert line.ears.said_seconds < 0.9
    assert line.ears.voiced_seconds(0.0) == pytest.approx(0.96)
    assert line.ears.voiced_seconds(0.65) == pytest.approx(0.32)
    assert line.ears.voiced_seconds(0.97) == 0.0


def spoken() -> Line:
    """A line whose caller has said something, and is quiet now."""
    line = Line()
    line.hear(1.0, CALLER)
    line.quiet(1.0)
    line.ears.quiet()
    return line


@pytest.mark.parametrize(
    ("completeness", "seconds"),
    [(Completeness.FINISHED, 0.37), (Completeness.UNSURE, 0.9), (Completeness.OPEN, 1.4), (None, 1.4)],
)
def test_the_silence_that_ends_a_turn_depends_on_its_words(
    completeness: Completeness | None, seconds: float
) -> None:
    assert RULES.end_seconds(completeness) == seconds


def test_speech_without_a_break_begins_an_utterance_where_it_began() -> None:
    line = Line()
    line.quiet(2.0)
    line.hear(0.064, CALLER)
    assert not line.ears.begun
    line.quiet(WINDOW)
    line.hear(0.064, CALLER)
    assert not line.ears.begun
    line.hear(WINDOW, CALLER)
    assert line.ears.begun
    assert line.ears.since == pytest.approx(line.ears.position - 3 * WINDOW, abs=0.01)


def test_once_begun_speech_is_believed_at_a_little_less() -> None:
    line = Line()
    assert not any(line.hear(0.5, CALLER, RULES.threshold - 0.1))
    line.hear(0.5, CALLER)
    assert all(line.hear(0.5, CALLER, RULES.threshold - 0.1))


def test_it_is_told_how_long_the_caller_spoke_and_was_silent() -> None:
    line = Line()
    line.hear(0.32, CALLER)
    line.quiet(0.16)
    line.hear(0.32, CALLER)
    assert line.ears.said_seconds == pytest.approx(0.64)
    assert line.ears.speech_seconds == pytest.approx(0.32)
    line.quiet(0.32)
    assert line.ears.silence_seconds == pytest.approx(0.32)
    assert line.ears.speech_seconds == 0.0
    assert line.ears.utterance_seconds == pytest.approx(1.12)


@pytest.mark.parametrize("decibels", UNDER)
def test_a_voice_under_the_caller_is_the_room(decibels: float) -> None:
    line = spoken()
    assert not any(line.hear(5.0, CALLER - decibels))
    assert all(line.hear(1.0, CALLER))


@pytest.mark.parametrize("decibels", UNDER)
def test_a_voice_under_the_caller_is_silence_after_what_the_caller_said(decibels: float) -> None:
    line = Line()
    line.hear(1.0, CALLER)
    line.hear(1.0, CALLER - decibels)
    assert line.ears.silence_seconds == pytest.approx(1.0, abs=0.25)


@pytest.mark.parametrize("decibels", UNDER)
def test_who_speaks_as_the_call_begins_is_the_room(decibels: float) -> None:
    line = Line()
    assert not any(line.hear(1.0, CALLER - decibels, beginning=True))
    assert not any(line.hear(5.0, CALLER - decibels))
    assert sum(line.hear(1.0, CALLER)) > 25
    assert line.ears.since == pytest.approx(6.0, abs=0.1)
    assert sum(line.hear(1.0, CALLER - decibels)) < 8


@pytest.mark.parametrize("decibels", UNDER)
def test_in_the_first_utterance_somebody_much_louder_is_the_caller(decibels: float) -> None:
    line = Line()
    line.quiet(1.0)
    assert any(line.hear(3.0, CALLER - decibels))
    line.hear(1.0, CALLER)
    assert line.ears.since == pytest.approx(4.0, abs=0.25)
    assert line.ears.said_seconds == pytest.approx(1.0, abs=0.05)
    assert sum(line.hear(1.0, CALLER - decibels)) < 8


def test_a_caller_who_begins_softly_is_heard_from_the_beginning() -> None:
    line = Line()
    line.quiet(1.0)
    line.hear(0.4, CALLER - 15)
    line.hear(1.0, CALLER)
    assert line.ears.since == pytest.approx(1.0, abs=0.1)


def test_a_caller_who_is_known_and_raises_the_voice_is_heard_from_the_beginning() -> None:
    line = spoken()
    begin = line.ears.position
    line.hear(1.0, CALLER)
    line.hear(1.0, CALLER + ROOM_DB + 2)
    assert line.ears.since == pytest.approx(begin, abs=0.1)


@pytest.mark.parametrize("steps", [4, 9])
def test_a_caller_who_trails_off_is_not_cut(steps: int) -> None:
    line = spoken()
    fading = [CALLER - step for step in range(steps)]
    assert all(heard for dbfs in fading for heard in line.hear(0.3, dbfs))


def test_between_syllables_the_caller_still_speaks() -> None:
    line = spoken()
    line.hear(0.5, CALLER)
    assert all(all(line.hear(WINDOW, dbfs)) for dbfs in [-50.0, -60.0, CALLER, -60.0, -45.0])


def test_after_ask_again_a_softer_caller_is_heard() -> None:
    line = spoken()
    line.ears.forget_level()
    assert all(line.hear(1.0, CALLER - 30))


def test_after_ask_again_the_first_who_is_much_louder_is_the_caller_again() -> None:
    line = spoken()
    line.ears.forget_level()
    line.hear(2.0, CALLER - 20)
    begin = line.ears.position
    line.hear(1.0, CALLER)
    assert line.ears.since == pytest.approx(begin, abs=0.25)


def test_a_room_that_falls_quiet_is_forgotten() -> None:
    line = Line()
    line.hear(1.0, CALLER, beginning=True)
    line.quiet(ROOM_PAUSE_SECONDS - 0.5)
    assert not any(line.hear(0.5, CALLER))
    line.quiet(ROOM_PAUSE_SECONDS + 0.5)
    assert all(line.hear(0.5, CALLER))


def test_a_caller_who_was_taken_for_the_room_is_heard_after_a_while() -> None:
    line = Line()
    line.hear(1.0, CALLER, beginning=True)
    heard = line.hear(ROOM_SECONDS, CALLER)
    assert sum(heard) * WINDOW == pytest.approx(1.0, abs=2 * WINDOW)


def test_sound_that_is_not_listened_to_moves_the_position_and_nothing_else() -> None:
    line = spoken()
    before = line.ears.position, line.ears.silence_seconds
    line.ears.skip(300.0)
    assert (line.ears.position - 300.0, line.ears.silence_seconds) == pytest.approx(before)


def test_windows_of_other_lengths_are_told_by_their_seconds() -> None:
    ears = Endpointing(RULES)
    for seconds in (0.01, 0.5, 0.1):
        ears.window(Window(seconds, 0.9, CALLER))
    assert ears.speech_seconds == ears.position == pytest.approx(0.61)


def test_what_is_said_may_belong_to_an_utterance_that_began_earlier() -> None:
    line = spoken()
    line.hear(0.5, CALLER)
    line.ears.go_on_since(0.25)
    assert line.ears.since == 0.25
    assert line.ears.utterance_seconds == pytest.approx(line.ears.position - 0.25)
