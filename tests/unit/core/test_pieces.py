from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.audio.cutting import pieces

RATE_HZ = 1000


def _speech(*parts: tuple[float, float]) -> np.typing.NDArray[np.float32]:
    """Noise of (seconds, amplitude) parts, one after the other."""
    random = np.random.default_rng(1)
    return np.concatenate(
        [amplitude * random.standard_normal(round(seconds * RATE_HZ)) for seconds, amplitude in parts]
    ).astype(np.float32)


def test_what_is_short_enough_is_one_piece() -> None:
    samples = _speech((10.0, 1.0))
    assert [piece.size for piece in pieces(samples, RATE_HZ, 10.0)] == [samples.size]


@pytest.mark.parametrize("floor", [0.0, 0.1])
def test_it_is_cut_in_the_pause_and_not_in_a_closure(floor: float) -> None:
    samples = _speech((5.0, 1.0), (0.06, floor), (1.0, 1.0), (0.5, floor), (5.0, 1.0))
    first, second = pieces(samples, RATE_HZ, 10.0)
    assert 6.06 <= first.size / RATE_HZ <= 6.56
    assert np.array_equal(np.concatenate([first, second]), samples)


@given(st.floats(0.5, 60.0), st.floats(1.0, 10.0))
def test_nothing_is_lost_and_nothing_too_long(seconds: float, longest: float) -> None:
    samples = _speech((seconds, 1.0))
    found = pieces(samples, RATE_HZ, longest)
    assert np.array_equal(np.concatenate(found), samples)
    assert all(piece.size <= round(longest * RATE_HZ) for piece in found)
    assert all(piece.size >= longest * RATE_HZ / 2 for piece in found[:-1])


@given(st.floats(0.5, 60.0))
def test_what_was_cut_stays_cut_when_there_is_more(seconds: float) -> None:
    samples = _speech((60.0, 1.0))
    begun = pieces(samples[: int(seconds * RATE_HZ)], RATE_HZ, 10.0)[:-1]
    whole = pieces(samples, RATE_HZ, 10.0)
    assert [piece.size for piece in begun] == [piece.size for piece in whole[: len(begun)]]
