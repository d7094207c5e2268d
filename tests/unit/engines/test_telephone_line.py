"""What lines do to tones and to voices."""

from __future__ import annotations

import numpy as np
import pytest

from sipforge.engines.protocols import RATE_HZ, Floats
from sipforge.engines.runtime.telephone_line import GENTLE, LINES, OLD, Line, over_the_line

TIME = np.arange(RATE_HZ) / RATE_HZ


def level_db(line: Line, hz: float) -> float:
    tone = 0.3 * np.sin(2 * np.pi * hz * TIME)
    heard = over_the_line(tone, line)[1600:-1600]
    return float(10 * np.log10(max(np.mean(np.square(heard, dtype=np.float64)), 1e-12) / np.mean(tone**2)))


@pytest.mark.parametrize(
    ("line", "hz", "least", "most"),
    [
        (GENTLE, 1000, -0.5, 0.5),
        (GENTLE, 3300, -0.5, 0.5),
        (GENTLE, 212, -13, -11),
        (GENTLE, 150, -26, -22),
        (GENTLE, 3900, -60, -12),
        (OLD, 1000, -0.5, 0.5),
        (OLD, 250, -120, -45),
        (OLD, 3700, -120, -30),
        (LINES["dull"], 3300, -20, -9),
        (LINES["mobile"], 1000, -1.5, 1.5),
    ],
)
def test_each_line_carries_its_band(line: Line, hz: float, least: float, most: float) -> None:
    assert least <= level_db(line, hz) <= most


def test_eight_bits_are_heard_as_faint_noise() -> None:
    # A frequency that has no small ratio with the rate: its samples take all values.
    tone = 0.3 * np.sin(2 * np.pi * 1011 * TIME)
    spectrum = np.abs(np.fft.rfft(over_the_line(tone) * np.hanning(RATE_HZ))) ** 2
    rest = spectrum.sum() - spectrum[1001:1022].sum()
    assert -45 < 10 * np.log10(rest / spectrum.sum()) < -30


def voice(seconds: float = 2.0) -> Floats:
    sound = np.random.default_rng(0).standard_normal(int(seconds * RATE_HZ)).astype(np.float32)
    return sound * np.float32(0.1)


def test_a_line_that_loses_packets_loses_its_share_in_rows() -> None:
    whole, broken = over_the_line(voice(60)), over_the_line(voice(60), Line(lost=0.1), seed=1)
    packets = (np.abs(whole - broken)[: len(whole) // 320 * 320].reshape(-1, 320).max(axis=1) > 0.02).mean()
    assert 0.08 < packets < 0.2  # the resampler's tails touch their neighbours
    again = over_the_line(voice(60), Line(lost=0.1), seed=1)
    assert np.array_equal(broken, again)


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_what_is_said_is_as_long_as_before_and_within_bounds(line: Line) -> None:
    for seconds in (0.0, 0.01, 1.2345):
        heard = over_the_line(3 * voice(seconds), line)
        assert len(heard) == len(voice(seconds))
        assert np.all(np.abs(heard) <= 1.0)


def test_an_unknown_coding_is_named() -> None:
    with pytest.raises(KeyError, match="g729"):
        over_the_line(voice(), Line(coding="g729"))
