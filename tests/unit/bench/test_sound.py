import numpy as np
import pytest

from tests.bench.sound import (
    find,
    handset,
    holes,
    listening_quality,
    longest_pause,
    speaks_at,
    stop_seconds,
    ulaw,
)
from tests.phones.audio import Segment

RATE_HZ = 8000
LOUD, QUIET = -20.0, -70.0


def levels(*stretches: tuple[float, float]) -> np.ndarray:
    """Levels in 20 ms frames, from (dBFS, seconds)."""
    return np.concatenate([np.full(round(seconds / 0.02), dbfs) for dbfs, seconds in stretches])


def speech(seconds: float, seed: int = 0) -> np.ndarray:
    """Noise with the ups and downs of syllables, at speech's level."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    rise = 0.6 + 0.4 * np.sin(2 * np.pi * (3.0 + seed / 7) * time)
    noise = np.random.default_rng(seed).standard_normal(len(time))
    smooth = np.convolve(noise, np.hanning(9), "same")
    return 0.1 * smooth / np.std(smooth) * rise


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        (levels((LOUD, 2.24), (QUIET, 3.0)), 0.24),
        # It pauses, and goes on: that was no stop.
        (levels((LOUD, 2.1), (QUIET, 0.3), (LOUD, 0.4), (QUIET, 2.0)), 0.8),
        (levels((LOUD, 6.0)), None),
        (levels((LOUD, 3.4), (QUIET, 0.2), (LOUD, 1.0)), None),
        # What comes when the caller has ended is another reply.
        (levels((LOUD, 2.2), (QUIET, 1.4), (LOUD, 3.0)), 0.2),
        (levels((QUIET, 5.0)), 0.0),
    ],
)
def test_a_reply_stops_when_it_is_quiet_until_the_caller_has_ended(heard, expected):
    found = stop_seconds(heard, onset=2.0, until=3.5)
    assert found == (None if expected is None else pytest.approx(expected))


def test_speech_goes_on_over_a_short_pause_only():
    heard = levels((LOUD, 1.0), (QUIET, 0.2), (LOUD, 1.0), (QUIET, 1.0))
    assert [speaks_at(heard, at) for at in (0.5, 1.1, 2.1, 2.3, 2.9)] == [True, True, True, False, False]


def test_longest_pause():
    assert longest_pause(
        levels((QUIET, 1.0), (LOUD, 0.5), (QUIET, 0.3), (LOUD, 0.2), (QUIET, 0.7))
    ) == pytest.approx(0.3)
    assert longest_pause(levels((QUIET, 1.0))) == 0.0


def test_a_hole_is_nothing_torn_into_speech():
    whole = speech(2.0)
    torn = whole.copy()
    torn[8000:8640] = 0.0
    assert holes(torn, RATE_HZ) == [Segment(pytest.approx(1.0), pytest.approx(1.08))]
    torn = whole.copy()
    torn[8000:8400] = 0.0  # 50 ms: not heard as a gap
    assert holes(torn, RATE_HZ) == []
    # A pause that fades in and out, and silence at both ends, are no holes.
    fade = np.concatenate(
        [np.ones(8000), np.linspace(1, 0, 800) ** 3, np.zeros(1600), np.linspace(0, 1, 800) ** 3]
    )
    paused = np.concatenate([np.zeros(1000), whole[: len(fade)] * fade, np.zeros(1000)])
    assert holes(paused, RATE_HZ) == []


def test_a_sentence_is_found_whatever_its_level():
    sentence, other = speech(1.5, 1), speech(1.5, 2)
    rng = np.random.default_rng(3)
    heard = np.concatenate([np.zeros(700), other, np.zeros(900), 0.3 * sentence, np.zeros(500)])
    heard += 1e-4 * rng.standard_normal(len(heard))
    place = find(sentence, heard)
    assert place.start == 700 + len(other) + 900
    assert place.likeness > 0.99
    assert find(speech(1.5, 4), heard).likeness < 0.2
    assert find(heard, sentence).likeness == 0.0


def test_quality_falls_with_noise():
    pytest.importorskip("pesq")
    sentence = speech(3.0, 5)
    rng = np.random.default_rng(6)
    same = listening_quality(sentence, sentence)
    noisy = listening_quality(sentence, sentence + 0.03 * rng.standard_normal(len(sentence)))
    assert same is not None
    assert noisy is not None
    assert same > 4.3 > noisy
    assert listening_quality(sentence[:1000], sentence[:1000]) is None
    assert listening_quality(np.zeros(24000), np.zeros(24000)) is None


def test_ulaw_is_what_the_standard_says():
    # Table 2a of G.711: decoder outputs of 16-bit decoders, of the smallest and the largest steps.
    levels = np.array([0, 1, 7, 9, 100, 1000, 32000, 32767, -9]) / 32767.0
    assert (ulaw(levels) * 32768).tolist() == [0, 0, 8, 8, 104, 988, 32124, 32124, -8]


def test_a_handset_passes_the_telephones_band():
    time = np.arange(RATE_HZ) / RATE_HZ
    tones = {hertz: np.sin(2 * np.pi * hertz * time) for hertz in (100, 1000, 3600)}
    passed = handset(sum(tones.values()), RATE_HZ)
    assert passed == pytest.approx(tones[1000], abs=1e-9)
