import numpy as np

from sipforge.core.audio.loudness import loud_frames


def tone(seconds: float, amplitude: float, rate_hz: int) -> bytes:
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (amplitude * 32767 * np.sin(2 * np.pi * 440 * time)).astype("<i2").tobytes()


def test_speech_loudness_counts_and_noise_does_not() -> None:
    pcm = tone(0.1, 0.1, 16000) + tone(0.06, 0.002, 16000) + bytes(640 * 2)
    assert loud_frames(pcm, 16000) == [True] * 5 + [False] * 5


def test_an_incomplete_end_is_left_out() -> None:
    assert loud_frames(tone(0.02, 0.1, 8000) + b"\x00" * 319, 8000) == [True]
    assert loud_frames(b"", 8000) == []
    assert loud_frames(b"\x00", 8000) == []
