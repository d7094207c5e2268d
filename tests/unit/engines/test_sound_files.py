"""Sound files of all kinds, and files that are none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from sipforge.engines.protocols import RATE_HZ
from sipforge.engines.runtime.sound_files import SoundFileError, read_sound

TONE_HZ = 440


def write(path: Path, rate_hz: int, channels: int = 1, seconds: float = 1.0) -> Path:
    tone = 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(seconds * rate_hz)) / rate_hz)
    kind = {"opus": {"format": "OGG", "subtype": "OPUS"}}.get(path.suffix[1:], {})
    soundfile.write(path, np.stack([tone] * channels, axis=1), rate_hz, **kind)
    return path


@pytest.mark.parametrize("kind", ["wav", "flac", "ogg", "opus"])
@pytest.mark.parametrize(("rate_hz", "channels"), [(8000, 1), (16000, 1), (48000, 2)])
def test_any_kind_and_rate_becomes_16_khz_mono(
    tmp_path: Path, kind: str, rate_hz: int, channels: int
) -> None:
    samples = read_sound(write(tmp_path / f"tone.{kind}", rate_hz, channels))
    assert samples.dtype == np.float32
    assert abs(len(samples) - RATE_HZ) < 100
    spectrum = np.abs(np.fft.rfft(samples[: RATE_HZ - 100], RATE_HZ))
    assert abs(int(spectrum.argmax()) - TONE_HZ) <= 1
    assert np.sqrt(np.mean(samples**2)) == pytest.approx(0.354, abs=0.03)


def test_files_that_are_no_sound_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound at all")
    (tmp_path / "nothing.wav").write_bytes(b"")
    write(tmp_path / "whole.wav", 8000)
    (tmp_path / "cut.wav").write_bytes((tmp_path / "whole.wav").read_bytes()[:30])
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 8000)
    for name, reason in {
        "text.wav": "cannot be read as sound",
        "nothing.wav": "cannot be read as sound",
        "cut.wav": "cannot be read as sound|is empty",
        "empty.wav": "is empty",
        "missing.wav": "no such file",
        ".": "cannot be read as sound",
    }.items():
        with pytest.raises(SoundFileError, match=reason):
            read_sound(tmp_path / name)
