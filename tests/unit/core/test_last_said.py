"""What a caller said last is kept for another assistant."""

from __future__ import annotations

from sipforge.core.audio.last_said import LONGEST_SECONDS, MARGIN_SECONDS, LastSaid

FRAME_SECONDS, FRAME_BYTES = 0.02, 640


def frame(number: int) -> bytes:
    return number.to_bytes(2, "little") * (FRAME_BYTES // 2)


def heard(seconds: float) -> LastSaid:
    last = LastSaid()
    for number in range(round(seconds / FRAME_SECONDS)):
        last.add(frame(number))
    return last


def seconds(pieces: tuple[bytes, ...]) -> float:
    return sum(map(len, pieces)) / 32000


def test_the_last_of_it_is_kept_and_what_still_comes() -> None:
    last = heard(5.0)
    last.keep(1.0)
    for number in range(1000, 1010):
        last.add(frame(number))
    kept = last.taken()
    assert kept[-10:] == tuple(map(frame, range(1000, 1010)))
    assert 1.0 + MARGIN_SECONDS <= seconds(kept[:-10]) < 1.0 + MARGIN_SECONDS + 2 * FRAME_SECONDS
    assert kept[-11] == frame(249)


def test_nothing_is_kept_that_was_not_asked_for() -> None:
    assert heard(5.0).taken() == ()
    last = heard(5.0)
    last.keep(0.0)
    assert last.taken() == ()


def test_it_is_bounded() -> None:
    last = heard(60.0)
    last.keep(50.0)
    for number in range(1000):
        last.add(frame(number))
    kept = last.taken()
    assert LONGEST_SECONDS <= seconds(kept) <= LONGEST_SECONDS + FRAME_SECONDS
    assert kept[-1] == frame(999)
    last.keep(50.0)
    assert last.taken() == ()
