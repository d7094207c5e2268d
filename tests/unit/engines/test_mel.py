from __future__ import annotations

import numpy as np
import pytest

from sipforge.engines.hearing.whisper.mel import log_mel, mel_filters


def test_filters_are_whispers() -> None:
    """Values of openai/whisper's assets/mel_filters.npz."""
    filters = mel_filters(80)
    assert filters.shape == (80, 201)
    assert filters[0, 1] == pytest.approx(0.02486259, abs=1e-7)
    assert filters[0, 0] == filters[0, 2] == 0


def test_a_tone_is_where_it_belongs_and_the_rest_is_floor() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000).astype(np.float32)
    features = log_mel(tone, 2.0)
    assert features.shape == (80, 200)
    assert features[:, 50].argmax() == 26
    assert features.max() - features[:, 150].max() == pytest.approx(2.0, abs=1e-5)


def test_longer_audio_is_cut() -> None:
    assert log_mel(np.ones(16000 * 3, np.float32), 1.0).shape == (80, 100)
