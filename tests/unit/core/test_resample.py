"""Sample-rate conversion: levels, images, aliases, and that the cutting of the stream does not matter."""

import numpy as np
import pytest

from sipforge.core.audio.resample import Downsampler, Unchanged, Upsampler, resampler


def tone(hz: float, rate_hz: int, seconds: float = 1.0) -> bytes:
    time = np.arange(int(rate_hz * seconds)) / rate_hz
    return np.rint(10000 * np.sin(2 * np.pi * hz * time)).astype("<i2").tobytes()


def level_db(pcm: bytes, hz: float, rate_hz: int) -> float:
    """Level at one frequency, relative to the tone above; the first 10 ms (filter filling) left out."""
    samples = np.frombuffer(pcm, "<i2")[rate_hz // 100 :].astype(float)
    samples *= np.blackman(len(samples))
    turns = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / rate_hz)
    amplitude = 2 * abs(np.dot(samples, turns)) / np.blackman(len(samples)).sum()
    return 20 * np.log10(amplitude / 10000 + 1e-9)


@pytest.mark.parametrize("hz", [300, 1000, 2500, 3000])
def test_the_telephone_band_goes_up_unchanged_and_without_image(hz):
    wide = Upsampler().process(tone(hz, 8000))
    assert abs(level_db(wide, hz, 16000)) < 0.3
    assert level_db(wide, 8000 - hz, 16000) < -60


@pytest.mark.parametrize("hz", [300, 1000, 2500, 3000])
def test_the_telephone_band_goes_down_unchanged(hz):
    assert abs(level_db(Downsampler().process(tone(hz, 16000)), hz, 8000)) < 0.3


@pytest.mark.parametrize("hz", [4700, 5000, 6500])
def test_what_is_above_the_band_does_not_come_back_as_an_alias(hz):
    assert level_db(Downsampler().process(tone(hz, 16000)), 8000 - hz, 8000) < -60


@pytest.mark.parametrize("make", [Upsampler, Downsampler])
@pytest.mark.parametrize("pieces", [[160] * 5, [1] * 800, [3, 317, 7, 473], [0, 799, 1], [800]])
def test_the_cutting_of_the_stream_does_not_matter(make, pieces):
    noise = np.random.default_rng(1).integers(-20000, 20000, 800, dtype=np.int16).astype("<i2").tobytes()
    whole, cut, start = make().process(noise), b"", 0
    converter = make()
    for piece in pieces:
        cut += converter.process(noise[2 * start : 2 * (start + piece)])
        start += piece
    assert start == 800
    difference = np.frombuffer(whole, "<i2").astype(int) - np.frombuffer(cut, "<i2")
    assert np.abs(difference).max() <= 1  # sums of floats in another order may round apart


@pytest.mark.parametrize(("converter", "factor"), [(Upsampler(), 2), (Downsampler(), 0.5), (Unchanged(), 1)])
def test_a_frame_in_is_a_frame_out(converter, factor):
    assert len(converter.process(bytes(320))) == 320 * factor
    assert converter.process(b"") == b""


@pytest.mark.parametrize("make", [Upsampler, Downsampler])
def test_loud_input_is_clipped_and_not_wrapped(make):
    square = np.repeat(np.tile(np.array([32767, -32768], dtype="<i2"), 10), 80).tobytes()
    out = np.frombuffer(make().process(square), "<i2").astype(int)
    assert out.max() == 32767
    assert out.min() == -32768
    assert np.abs(np.diff(out)).max() < 62000  # the edge is 57,000; a wrapped overshoot jumps by 64,000


@pytest.mark.parametrize("make", [Upsampler, Downsampler])
def test_half_a_sample_is_refused(make):
    with pytest.raises(ValueError):
        make().process(b"x")


def test_the_delay_is_one_and_a_half_milliseconds():
    pulse = np.zeros(320, dtype="<i2")
    pulse[100] = 20000
    down = np.frombuffer(Downsampler().process(pulse.tobytes()), "<i2")
    assert abs(np.argmax(down) / 8000 - 100 / 16000 - 0.0015) < 0.0002


def test_converters_are_chosen_by_rate():
    assert isinstance(resampler(8000, 16000), Upsampler)
    assert isinstance(resampler(16000, 8000), Downsampler)
    assert isinstance(resampler(16000, 16000), Unchanged)
    with pytest.raises(ValueError, match="44100"):
        resampler(44100, 16000)
