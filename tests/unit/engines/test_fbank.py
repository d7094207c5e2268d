from __future__ import annotations

import numpy as np
import pytest

from sipforge.engines.hearing.wav2vec2_bert.fbank import log_fbank, normalised_fbank
from sipforge.engines.protocols import Floats


def sweep() -> Floats:
    """Half a second of a rising tone over a pattern that is the same on every machine."""
    at = np.arange(8000)
    tone = 0.3 * np.sin(2 * np.pi * (200 * at / 16000 + 1500 * (at / 16000) ** 2))
    return (tone + 0.01 * np.sin(at * at % 97)).astype(np.float32)


@pytest.mark.parametrize(
    ("frame", "band", "energy"),
    [(0, 0, 11.486476), (0, 40, 14.684608), (10, 7, 6.627826), (25, 79, 18.718172), (47, 12, 12.872477)],
)
def test_energies_are_those_of_the_reference(frame: int, band: int, energy: float) -> None:
    """What transformers 5.24's SeamlessM4TFeatureExtractor gives for the same sound."""
    assert log_fbank(sweep())[frame, band] == pytest.approx(energy, abs=1e-4)


@pytest.mark.parametrize(
    ("row", "place", "value"),
    [(0, 0, 0.850953), (0, 100, -0.520506), (10, 7, -0.157993), (20, 159, -0.498135), (23, 12, -0.471039)],
)
def test_features_are_those_of_the_reference(row: int, place: int, value: float) -> None:
    features = normalised_fbank(sweep())
    assert features.shape == (24, 160)
    # The reference rounds its energies to 32 bits, and band 79 hardly changes in this sound.
    assert features[row, place] == pytest.approx(value, abs=1e-3)


def test_a_tone_is_loudest_in_its_band() -> None:
    at = np.arange(8000) / 16000
    loudest = [
        log_fbank(np.sin(2 * np.pi * hz * at).astype(np.float32)).mean(axis=0).argmax() for hz in (300, 3000)
    ]
    mel = [1127 * np.log(1 + hz / 700) for hz in (20, 8000, 300, 3000)]
    centres = mel[0] + (np.arange(80) + 1) * (mel[1] - mel[0]) / 81
    assert loudest == [int(np.abs(centres - wanted).argmin()) for wanted in mel[2:]]


def test_bands_have_mean_zero_and_variance_one_however_loud() -> None:
    noise = np.random.default_rng(0).standard_normal(16000).astype(np.float32)
    loud, quiet = (normalised_fbank(level * noise).reshape(-1, 80) for level in (0.5, 0.05))
    np.testing.assert_allclose(loud.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(loud.std(axis=0, ddof=1), 1, atol=1e-3)
    np.testing.assert_allclose(loud, quiet, atol=1e-3)


@pytest.mark.parametrize(
    ("samples", "rows"), [(0, 0), (399, 0), (400, 0), (560, 1), (719, 1), (880, 2), (16000, 49)]
)
def test_only_whole_pairs_of_frames_count(samples: int, rows: int) -> None:
    assert normalised_fbank(np.ones(samples, np.float32)).shape == (rows, 160)


def test_silence_has_features() -> None:
    assert np.isfinite(normalised_fbank(np.zeros(16000, np.float32))).all()
