from __future__ import annotations

import pytest

from sipforge.core.capacity import Limit, Source, calls_borne, has_room


@pytest.mark.parametrize(
    ("turn_seconds", "cores", "rtp_calls", "calls"),
    [
        # One core of two may be busy: 2 turns of half a second in each of 12 seconds.
        (0.5, 2, 50, 24),
        (0.5, 4, 100, 48),
        (0.28, 2, 50, 42),
        # As many as there are ports for sound.
        (0.1, 8, 50, 50),
        # A host that is too slow for anything takes a call all the same.
        (30.0, 1, 50, 1),
    ],
)
def test_a_caller_asks_every_twelve_seconds_and_half_the_processor_is_theirs(
    turn_seconds: float, cores: int, rtp_calls: int, calls: int
) -> None:
    assert calls_borne(turn_seconds, cores, rtp_calls) == calls


def limits(source: Source, **calls: int) -> dict[str, Limit]:
    return {name: Limit(most, source) for name, most in calls.items()}


@pytest.mark.parametrize(
    ("english", "kinyarwanda", "room"),
    [(9, 0, (True, False)), (10, 0, (False, False)), (5, 1, (True, True)), (5, 2, (False, False))],
)
def test_what_was_measured_is_shared(english: int, kinyarwanda: int, room: tuple[bool, bool]) -> None:
    both = limits(Source.MEASURED, english=10, kinyarwanda=4)
    calls = ["english"] * english + ["kinyarwanda"] * kinyarwanda
    assert (has_room(both, calls, "english"), has_room(both, calls, "kinyarwanda")) == room


def test_shares_that_no_binary_fraction_has_fill_the_host_exactly() -> None:
    three = limits(Source.MEASURED, english=3)
    assert has_room(three, ["english"] * 2, "english")
    assert not has_room(three, ["english"] * 3, "english")
    seven = limits(Source.MEASURED, english=49, kinyarwanda=7)
    assert has_room(seven, ["english"] * 42, "kinyarwanda")
    assert not has_room(seven, ["english"] * 43, "kinyarwanda")


@pytest.mark.parametrize("source", [Source.SET, Source.DEFAULT])
def test_other_numbers_are_counted_for_their_assistant_alone(source: Source) -> None:
    mixed = {**limits(source, english=2), **limits(Source.MEASURED, kinyarwanda=2)}
    calls = ["kinyarwanda"] * 2 + ["english"]
    assert has_room(mixed, calls, "english")
    assert not has_room(mixed, calls, "kinyarwanda")
    assert not has_room(mixed, [*calls, "english"], "english")
    assert has_room(mixed, ["english"] * 2 + ["kinyarwanda"], "kinyarwanda")
