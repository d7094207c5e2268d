"""What callers say: spoken by flite (English) and espeak-ng with the Kinyarwanda voice of models/espeak-rw.

Each text is spoken once and kept in ~/.cache/sipforge/speech, named after everything that shapes its sound.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.models import CACHE, REPOSITORY
from tests.phones.audio import normalise_loudness, read_wav, resample, trim, write_wav

ESPEAK_RW = REPOSITORY / "models" / "espeak-rw"
MANNERS = ((120, 35), (140, 50), (160, 60), (180, 75))
"""Words per minute and pitch of callers who speak with espeak-ng's Kinyarwanda voice."""
TIMEOUT_SECONDS = 60.0
RATE_HZ = 16000
FORMAT = "16000 Hz, -20 dBFS, trimmed, 1"
"""Part of each cached file's name; the number goes up when what this module does to the sound changes."""


class SpeechError(Exception):
    """A speech program is missing or failed."""


def english(text: str, voice: str = "slt") -> Path:
    """`text` spoken by flite, voices slt, rms, awb.

    Raises:
        SpeechError: flite is missing or failed.
    """
    return _cached(["flite", "-voice", voice, "-t", text, "-o"], f"flite {voice} {text}")


def kinyarwanda(text: str, words_per_minute: int = 140, pitch: int = 50) -> Path:
    """`text` spoken by espeak-ng's Kinyarwanda voice, pitch 0 to 99; numbers must be words already.

    Raises:
        SpeechError: espeak-ng is missing or failed.
    """
    voice = kinyarwanda_voice()
    options = ["-v", "rw", "-s", str(words_per_minute), "-p", str(pitch)]
    manner = f"{words_per_minute}" if pitch == 50 else f"{words_per_minute} {pitch}"
    command = ["espeak-ng", f"--path={voice}", *options, "-w"]
    return _cached(command, f"{voice.name} {manner} {text}", after=["--", text])


def espeak(text: str, voice: str, words_per_minute: int = 130) -> Path:
    """`text` spoken by one of espeak-ng's own voices.

    Raises:
        SpeechError: espeak-ng is missing or failed.
    """
    command = ["espeak-ng", "-v", voice, "-s", str(words_per_minute), "-w"]
    return _cached(command, f"espeak-ng {voice} {words_per_minute} {text}", after=["--", text])


def kinyarwanda_voice() -> Path:
    """The folder for espeak-ng's `--path`, built from models/espeak-rw on first use.

    Raises:
        SpeechError: it cannot be built.
    """
    source = hashlib.sha256()
    for part in sorted(ESPEAK_RW.iterdir()):
        source.update(part.read_bytes())
    folder = CACHE / f"espeak-rw-{source.hexdigest()[:12]}"
    folder.parent.mkdir(parents=True, exist_ok=True)
    _run(["sh", str(ESPEAK_RW / "build"), str(folder)])
    return folder


def _cached(command: Sequence[str], what: str, after: Sequence[str] = ()) -> Path:
    """Run `command FILE after` unless its result is there, and bring the sound into our form."""
    key = hashlib.sha256(f"{FORMAT}|{what}".encode()).hexdigest()[:16]
    kept = CACHE / "speech" / f"{key}.wav"
    if kept.exists():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        raw, done = Path(scratch) / "raw.wav", Path(scratch) / "done.wav"
        _run([*command, str(raw), *after])
        samples, rate_hz = read_wav(raw)
        samples = resample(samples, rate_hz, RATE_HZ)
        samples = normalise_loudness(trim(samples, RATE_HZ), RATE_HZ)
        write_wav(done, samples, RATE_HZ)
        done.replace(kept)
    return kept


def _run(command: Sequence[str]) -> None:
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except FileNotFoundError as error:
        raise SpeechError(f"{command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise SpeechError(f"{command[0]} took longer than {TIMEOUT_SECONDS:g} s") from error
    if result.returncode:
        raise SpeechError(f"{command[0]} failed: {result.stderr.strip()}")
