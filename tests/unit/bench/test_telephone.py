from __future__ import annotations

import numpy as np
import pytest

from tests.bench.noises import clips
from tests.bench.recognition import CLEAN, Errors, table
from tests.bench.telephone import RATE_HZ, Noise, band, noise, speech_power, with_noise

TIME = np.arange(RATE_HZ) / RATE_HZ


def _power(samples: np.typing.NDArray[np.floating]) -> float:
    return float(np.mean(np.square(samples, dtype=np.float64)))


@pytest.mark.parametrize("colour", list(Noise))
def test_noise_is_as_far_below_the_speech_as_asked(colour: Noise) -> None:
    tone = 0.3 * np.sin(2 * np.pi * 1000 * TIME)
    added = band(with_noise(tone, 12.0, 1, colour) - tone)
    assert 10 * np.log10(speech_power(tone) / _power(added)) == pytest.approx(12.0, abs=0.1)


def test_colours_fall_as_they_should() -> None:
    def fall_db(colour: Noise) -> float:
        spectrum = np.abs(np.fft.rfft(noise(colour, RATE_HZ * 4, 0))) ** 2
        return float(10 * np.log10(spectrum[4 * 400 : 4 * 500].mean() / spectrum[4 * 1600 : 4 * 2000].mean()))

    assert [round(fall_db(colour) / 6) * 6 for colour in Noise] == [0, 6, 12]


def test_every_noise_has_a_name_of_its_own_and_sounds_the_same_again() -> None:
    once, again = clips(), clips()
    assert len({clip.name for clip in once}) == len(once) >= 60
    assert all(np.array_equal(one.samples, other.samples) for one, other in zip(once, again, strict=True))
    assert all(np.all(np.abs(clip.samples) <= 1.0) for clip in once)


def test_table_of_word_errors() -> None:
    found = [
        Errors("a", CLEAN, 100, 5, 9, 10),
        Errors("b", CLEAN, 100, 15, 5, 10),
        Errors("b", "12 dB", 50, 25, 1, 5),
    ]
    lines = [line.split() for line in table(found).splitlines()]
    assert lines == [[CLEAN, "12", "dB"], ["a", "5.0%"], ["b", "15.0%", "50.0%"], ["all", "10.0%", "50.0%"]]
