from __future__ import annotations

import numpy as np
import pytest

from sipforge.engines.runtime.resample import To16khz, to_16khz, to_slin


def tone(hz: float, rate_hz: int, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(rate_hz * seconds)) / rate_hz).astype(np.float32)


def decibels(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples[200:-200] ** 2)) + 1e-9))


@pytest.mark.parametrize("rate_hz", [8000, 22050, 24000, 48000])
@pytest.mark.parametrize("hz", [300, 1000, 3000])
def test_a_tone_stays_what_and_where_it_was(hz: float, rate_hz: int) -> None:
    resampled = to_16khz(tone(hz, rate_hz), rate_hz)
    assert resampled.size == 16000
    assert decibels(resampled - tone(hz, 16000)) < -70


def test_what_16_khz_cannot_hold_is_gone() -> None:
    assert decibels(to_16khz(tone(9000, 22050), 22050)) < -70


def test_nothing_to_do() -> None:
    samples = tone(500, 16000)
    assert to_16khz(samples, 16000) is samples
    assert to_16khz(np.zeros(0, np.float32), 22050).size == 0


def test_all_voices_are_equally_loud() -> None:
    for level in (0.01, 0.5, 3.0):
        assert np.abs(to_slin(level * tone(400, 16000))).max() == pytest.approx(0.7 * 32767, abs=1)
    assert not to_slin(np.zeros(10, np.float32)).any()


@pytest.mark.parametrize("rate_hz", [8000, 22050, 24000, 48000])
def test_pieces_of_any_length_give_the_whole(rate_hz: int) -> None:
    whole = tone(440, rate_hz, 0.2)
    converter = To16khz(rate_hz)
    cuts = np.cumsum([1, 2, 3, 31, 32, 33, 64, 500])
    pieces = [converter.process(piece) for piece in np.split(whole, cuts)]
    assert pieces[0].size == 0
    assert np.array_equal(np.concatenate([*pieces, converter.finish()]), to_16khz(whole, rate_hz))
