import struct
from pathlib import Path

import numpy as np
import pytest

from tests.phones.audio import (
    NotAWav,
    Segment,
    WavFormat,
    answer_seconds,
    decode_pcm,
    levels_dbfs,
    normalise_loudness,
    parse_wav_header,
    read_wav,
    resample,
    segments,
    speech_segments,
    trim,
    write_wav,
)
from tests.phones.process import write_padded_wav

HEADER = bytes.fromhex(
    "52494646 ffffffff 57415645 666d7420 10000000 0100 0200 80bb0000 00ee0200 0400 1000 64617461 00000000"
)


def tone(seconds: float, rate_hz: int = 8000, amplitude: float = 0.1, hertz: float = 440.0) -> np.ndarray:
    return amplitude * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate_hz)) / rate_hz)


def quiet(seconds: float, rate_hz: int = 8000) -> np.ndarray:
    return np.zeros(round(seconds * rate_hz))


def test_header_of_a_file_still_being_written():
    assert parse_wav_header(HEADER) == WavFormat(channels=2, rate_hz=48000, data_offset=44)


def test_header_with_another_chunk_before_the_samples():
    fact = b"fact" + struct.pack("<I", 3) + b"abc\0"
    assert parse_wav_header(HEADER[:36] + fact + HEADER[36:]).data_offset == 44 + 12


@pytest.mark.parametrize(
    "broken",
    [
        b"",
        HEADER[:43],
        HEADER[:30],
        b"OggS" + HEADER[4:],
        HEADER[:34] + b"\x08\0" + HEADER[36:],
        HEADER[:12] + HEADER[36:],
    ],
)
def test_broken_headers_are_refused(broken):
    with pytest.raises(NotAWav):
        parse_wav_header(broken)


def test_stereo_is_mixed_down_and_half_a_frame_left_out():
    wav = WavFormat(channels=2, rate_hz=48000, data_offset=44)
    samples = decode_pcm(struct.pack("<4h", 16384, 0, -16384, -16384) + b"\x01\x02", wav)
    assert samples.tolist() == [0.25, -0.5]


def test_wav_round_trip_clips(tmp_path: Path):
    write_wav(tmp_path / "a.wav", np.array([0.0, 0.5, -0.5, 2.0]), 16000)
    samples, rate_hz = read_wav(tmp_path / "a.wav")
    assert rate_hz == 16000
    assert samples == pytest.approx([0.0, 0.5, -0.5, 1.0], abs=1e-4)


def test_padded_wav_is_a_whole_file_of_speech_then_silence(tmp_path: Path):
    write_padded_wav(tmp_path / "a.wav", tone(0.5, 16000), 16000, 2.0)
    content = (tmp_path / "a.wav").read_bytes()
    assert len(content) == 44 + 2 * 16000 * 2.5
    assert struct.unpack_from("<I", content, 4) == (len(content) - 8,)
    assert struct.unpack_from("<I", content, 40) == (len(content) - 44,)
    samples, rate_hz = read_wav(tmp_path / "a.wav")
    assert speech_segments(samples, rate_hz) == [Segment(0.0, 0.5)]


@pytest.mark.parametrize(
    ("rate_hz", "new_rate_hz"), [(22050, 16000), (8000, 16000), (48000, 16000), (16000, 8000)]
)
def test_resampling_keeps_a_tone_and_its_level(rate_hz, new_rate_hz):
    changed = resample(tone(1.0, rate_hz, hertz=1000.0), rate_hz, new_rate_hz)
    assert len(changed) == new_rate_hz
    assert changed == pytest.approx(tone(1.0, new_rate_hz, hertz=1000.0), abs=1e-6)


def test_resampling_down_removes_what_would_fold():
    assert np.max(np.abs(resample(tone(1.0, 16000, hertz=6000.0), 16000, 8000))) < 1e-6


def test_levels():
    levels = levels_dbfs(np.concatenate((np.ones(160), np.full(160, 0.1), np.zeros(160), np.ones(100))), 8000)
    assert levels == pytest.approx([0.0, -20.0, -100.0])


def test_segments_join_short_pauses_and_split_long_ones():
    sound = np.concatenate((quiet(1), tone(0.5), quiet(0.3), tone(0.5), quiet(0.6), tone(1), quiet(1)))
    found = speech_segments(sound, 8000)
    assert [(s.start, s.end) for s in found] == [pytest.approx((1.0, 2.3)), pytest.approx((2.9, 3.9))]


def test_a_click_and_line_noise_are_not_speech():
    noise = np.random.default_rng(1).normal(0, 0.001, 8000)  # -60 dBFS
    click = np.concatenate((quiet(1), tone(0.04, amplitude=0.9), quiet(1)))
    assert speech_segments(noise, 8000) == []
    assert speech_segments(click, 8000) == []
    assert segments(np.array([])) == []


def test_answer_time_is_from_the_end_of_a_turn_to_what_is_heard_next():
    said = [Segment(1.0, 2.0), Segment(6.0, 8.0)]
    heard = [Segment(0.1, 0.9), Segment(3.0, 4.0), Segment(7.0, 7.5), Segment(9.5, 11.0)]
    assert answer_seconds(said, heard) == pytest.approx(1.5)
    assert answer_seconds(said, heard, turn=0) == pytest.approx(1.0)
    assert answer_seconds([Segment(12.0, 13.0)], heard) is None


def test_loudness_is_of_the_loud_parts_and_never_clips():
    speech = np.concatenate((quiet(5), tone(1, amplitude=0.02), quiet(5)))
    assert levels_dbfs(normalise_loudness(speech, 8000), 8000).max() == pytest.approx(-20.0, abs=0.1)
    peaky = tone(1, amplitude=0.001)
    peaky[4000] = 0.5
    assert np.max(np.abs(normalise_loudness(peaky, 8000))) <= 0.981
    assert not np.any(normalise_loudness(quiet(1), 8000))


def test_trim_leaves_a_short_margin():
    assert len(trim(np.concatenate((quiet(1), tone(1), quiet(1))), 8000)) == pytest.approx(1.04 * 8000)
    assert len(trim(quiet(1), 8000)) == 8000
