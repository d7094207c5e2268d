"""Recordings: read them, find the speech in them, measure how long an answer took.

Samples are float64 in -1..1, mono. Positions are seconds from the start of a recording.
"""

from __future__ import annotations

import struct
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

FRAME_SECONDS = 0.02
SPEECH_DBFS = -45.0
"""A frame at or above this is loud: speech here is about -20 dBFS, a mu-law line's silence below -60."""
JOIN_SECONDS = 0.4
"""Pauses shorter than this (commas, stops) lie inside one segment."""
SHORTEST_SECONDS = 0.08
"""Shorter bursts are clicks, not speech."""
FLOOR_DBFS = -100.0


class NotAWav(Exception):
    """The file is not 16-bit PCM WAV, or its header is not complete."""


@dataclass(frozen=True, slots=True)
class WavFormat:
    """What a WAV header says, and where the samples start in the file."""

    channels: int
    rate_hz: int
    data_offset: int

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of every channel."""
        return 2 * self.channels

    @property
    def bytes_per_second(self) -> int:
        """Bytes of one second of every channel."""
        return self.frame_bytes * self.rate_hz


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """Length."""
        return self.end - self.start


def parse_wav_header(header: bytes) -> WavFormat:
    """Read the header of a WAV file whose length fields may be wrong: it is still being written.

    Raises:
        NotAWav: not 16-bit PCM, or `header` ends before the samples start.
    """
    if len(header) < 12 or header[:4] != b"RIFF" or header[8:12] != b"WAVE":
        raise NotAWav("no RIFF/WAVE header")
    position = 12
    form: tuple[int, int] | None = None
    while position + 8 <= len(header):
        kind, length = struct.unpack_from("<4sI", header, position)
        position += 8
        if kind == b"data":
            if form is None:
                raise NotAWav("samples before their format")
            return WavFormat(form[0], form[1], position)
        if kind == b"fmt ":
            if position + 16 > len(header):
                break
            coding, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", header, position)
            if coding not in (1, 0xFFFE) or bits != 16 or channels < 1 or rate_hz < 1:
                raise NotAWav(f"coding {coding}, {bits} bits, {channels} channels, {rate_hz} Hz")
            form = (channels, rate_hz)
        position += length + length % 2
    raise NotAWav("header is not complete")


def decode_pcm(payload: bytes, wav: WavFormat) -> Samples:
    """Interleaved 16-bit little-endian PCM to mono samples; a trailing part of a frame is left out."""
    whole = len(payload) // wav.frame_bytes * wav.frame_bytes
    samples = np.frombuffer(payload[:whole], dtype="<i2").astype(np.float64) / 32768.0
    mono: Samples = samples.reshape(-1, wav.channels).mean(axis=1)
    return mono


def read_wav(path: Path) -> tuple[Samples, int]:
    """Mono samples and rate of a 16-bit WAV file, up to the end of the file whatever the header says.

    Raises:
        NotAWav: see `parse_wav_header`.
        OSError: the file cannot be read.
    """
    content = path.read_bytes()
    wav = parse_wav_header(content[:4096])
    return decode_pcm(content[wav.data_offset :], wav), wav.rate_hz


def write_wav(path: Path, samples: Samples, rate_hz: int) -> None:
    """Write mono 16-bit PCM; values outside -1..1 are clipped."""
    pcm = np.clip(np.round(samples * 32767.0), -32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(pcm.tobytes())


def resample(samples: Samples, rate_hz: int, new_rate_hz: int) -> Samples:
    """Change the rate of a whole recording by cutting or padding its spectrum."""
    if rate_hz == new_rate_hz or not len(samples):
        return samples
    length = round(len(samples) * new_rate_hz / rate_hz)
    spectrum = np.fft.rfft(samples)
    kept = min(len(spectrum), length // 2 + 1)
    changed: Samples = np.fft.irfft(spectrum[:kept], length) * (length / len(samples))
    return changed


def levels_dbfs(samples: Samples, rate_hz: int) -> Samples:
    """Level of each whole 20 ms frame, in dB relative to a full-scale square wave."""
    frame = round(rate_hz * FRAME_SECONDS)
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame)
    power = np.mean(frames**2, axis=1)
    levels: Samples = 10.0 * np.log10(np.maximum(power, 10.0 ** (FLOOR_DBFS / 10.0)))
    return levels


def segments(levels: Samples, threshold_dbfs: float = SPEECH_DBFS) -> list[Segment]:
    """Stretches of speech in a row of 20 ms levels."""
    found: list[Segment] = []
    loud = np.flatnonzero(levels >= threshold_dbfs)
    if not len(loud):
        return found
    breaks = np.flatnonzero(np.diff(loud) * FRAME_SECONDS > JOIN_SECONDS)
    starts = loud[np.concatenate(([0], breaks + 1))]
    ends = loud[np.concatenate((breaks, [len(loud) - 1]))] + 1
    for start, end in zip(starts, ends, strict=True):
        if np.count_nonzero((loud >= start) & (loud < end)) * FRAME_SECONDS >= SHORTEST_SECONDS:
            found.append(Segment(float(start) * FRAME_SECONDS, float(end) * FRAME_SECONDS))
    return found


def speech_segments(samples: Samples, rate_hz: int) -> list[Segment]:
    """Stretches of speech in a recording."""
    return segments(levels_dbfs(samples, rate_hz))


def cut(samples: Samples, rate_hz: int, segment: Segment, margin_seconds: float = 0.2) -> Samples:
    """The samples of a segment, with a margin on both sides where the recording has it."""
    start = max(0, round((segment.start - margin_seconds) * rate_hz))
    return samples[start : round((segment.end + margin_seconds) * rate_hz)]


def answer_seconds(said: list[Segment], heard: list[Segment], turn: int = -1) -> float | None:
    """From the end of what the caller said in a turn to the start of the reply, as the caller's ear has it.

    Args:
        said: speech that the phone sent, on one clock with:
        heard: speech that it received.
        turn: which of `said`, counted as an index.

    Returns:
        Seconds, or None where nothing was heard after it.
    """
    end = said[turn].end
    return next((segment.start - end for segment in heard if segment.start >= end), None)


def normalise_loudness(samples: Samples, rate_hz: int, dbfs: float = -20.0) -> Samples:
    """Bring the loud parts to a mean level, without letting a peak clip."""
    if not len(samples) or not np.any(samples):
        return samples
    levels = levels_dbfs(samples, rate_hz)
    loud = levels[levels >= levels.max() - 25.0]
    mean = 10.0 * np.log10(np.mean(10.0 ** (loud / 10.0)))
    gain = min(10.0 ** ((dbfs - mean) / 20.0), 0.98 / float(np.max(np.abs(samples))))
    louder: Samples = samples * gain
    return louder


def trim(samples: Samples, rate_hz: int, margin_seconds: float = 0.02) -> Samples:
    """Cut silence off both ends."""
    found = speech_segments(samples, rate_hz)
    if not found:
        return samples
    return cut(samples, rate_hz, Segment(found[0].start, found[-1].end), margin_seconds)
