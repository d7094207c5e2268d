from __future__ import annotations

import numpy as np

from sipforge.engines.recordings import utterances


def noise(seconds: float, level: float = 0.1) -> np.ndarray:
    return (level * np.random.default_rng(1).standard_normal(int(16000 * seconds))).astype(np.float32)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(16000 * seconds), np.float32)


def test_cut_at_long_pauses_only() -> None:
    recording = np.concatenate(
        [
            silence(1),
            noise(1),
            silence(0.3),
            noise(1),
            silence(1),
            noise(0.5),
            silence(1),
            noise(0.1),
            silence(1),
        ]
    )
    parts = utterances(recording)
    assert [round(part.size / 16000, 1) for part in parts] == [2.7, 0.9]


def test_silence_holds_nothing() -> None:
    assert utterances(silence(3)) == []


def test_no_part_is_longer_than_the_recogniser_takes() -> None:
    assert utterances(noise(40))[0].size == 30 * 16000
