"""What is measured in sound itself: when speech stopped, how long it hesitated, holes in it, PESQ. Pure.

Samples as in tests.phones.audio; levels are dBFS of each 20 ms.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.phones.audio import FRAME_SECONDS, SPEECH_DBFS, Samples, Segment, levels_dbfs

QUIET_SECONDS = 0.2
"""Speech has stopped when it is quiet for this long."""
HOLE_SECONDS = 0.06
"""A shorter run of nothing inside speech is not heard as a gap."""
PESQ_RATE_HZ = 8000
SHORTEST_PESQ_SECONDS = 0.5
ALIKE = 0.5
"""Correlation from which on a sound is found in another: other sentences of one voice stay below it."""


def stop_seconds(levels: Samples, onset: float, until: float) -> float | None:
    """From `onset`, when the caller begins to speak over a reply, to the end of the reply's sound.

    Args:
        levels: of what the caller hears.
        onset: position, in seconds.
        until: position of the caller's last sound; what is heard later is another reply.

    Returns:
        Seconds; 0 or less when nothing was heard from `onset` on. None: it had not stopped, for
        `QUIET_SECONDS`, by `until`. A reply that pauses and goes on has not stopped.
    """
    frames = levels[: round(until / FRAME_SECONDS)]
    loud = np.flatnonzero(frames >= SPEECH_DBFS)
    if not len(loud):
        return 0.0
    stopped = float(loud[-1] + 1) * FRAME_SECONDS
    return stopped - onset if until - stopped >= QUIET_SECONDS - 1e-9 else None


def speaks_at(levels: Samples, position: float, pause_seconds: float = 0.3) -> bool:
    """Whether speech goes on at a position: it is loud at most `pause_seconds` before, and again after it."""
    frame, reach = round(position / FRAME_SECONDS), round(pause_seconds / FRAME_SECONDS)
    before, after = levels[max(0, frame - reach) : frame], levels[frame : frame + reach]
    return bool(np.any(before >= SPEECH_DBFS) and np.any(after >= SPEECH_DBFS))


def longest_pause(levels: Samples) -> float:
    """The longest quiet between two loud frames, in seconds."""
    loud = np.flatnonzero(levels >= SPEECH_DBFS)
    if len(loud) < 2:
        return 0.0
    return float(np.max(np.diff(loud)) - 1) * FRAME_SECONDS


def holes(samples: Samples, rate_hz: int, longest_seconds: float = HOLE_SECONDS) -> list[Segment]:
    """Runs of exactly nothing longer than `longest_seconds`, torn into speech: loud right before and after.

    A speaker's own pause fades and begins again softly; what a queue ran dry of is cut at full level.
    """
    edge = round(FRAME_SECONDS * rate_hz)
    still = np.concatenate(([False], samples == 0.0, [False]))
    changes = np.flatnonzero(np.diff(still.astype(np.int8)))
    found = []
    for start, end in changes.reshape(-1, 2):
        if end - start <= longest_seconds * rate_hz or start < edge or end + edge > len(samples):
            continue
        sides = np.concatenate((samples[start - edge : start], samples[end : end + edge]))
        if np.all(levels_dbfs(sides, rate_hz) >= SPEECH_DBFS):
            found.append(Segment(start / rate_hz, end / rate_hz))
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where one sound lies in another."""

    start: int
    """Sample."""
    likeness: float
    """Correlation there: 1 is the same but for its level."""


def find(sound: Samples, whole: Samples) -> Place:
    """Where `whole` is most like `sound`, which has to lie in it entirely (else: place 0, likeness 0)."""
    lags = len(whole) - len(sound) + 1
    if lags < 1 or not np.any(sound):
        return Place(0, 0.0)
    size = 1 << (len(whole) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(whole, size) * np.conj(np.fft.rfft(sound, size)), size)[:lags]
    summed = np.concatenate(([0.0], np.cumsum(whole**2)))
    energies = summed[len(sound) :] - summed[:lags]
    scale = np.sqrt(np.maximum(energies, 1e-9) * np.sum(sound**2))
    likeness: NDArray[np.float64] = products / scale
    start = int(np.argmax(likeness))
    return Place(start, float(likeness[start]))


def handset(samples: Samples, rate_hz: int) -> Samples:
    """What a telephone's microphone lets through, 200 to 3400 Hz.

    Sources are filtered so before PESQ (P.830): quantising noise in a band where a synthetic voice has
    nothing weighs far more than it sounds.
    """
    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1.0 / rate_hz)
    spectrum[(hertz < 200.0) | (hertz > 3400.0)] = 0.0
    passed: Samples = np.fft.irfft(spectrum, len(samples))
    return passed


def ulaw(samples: Samples) -> Samples:
    """There and back through G.711: what the codec alone makes of a sound."""
    linear = np.round(np.clip(samples, -1.0, 1.0) * 32767.0).astype(np.int64)
    magnitude = np.minimum(np.abs(linear), 32635) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int64) - 7
    mantissa = (magnitude >> (exponent + 3)) & 15
    decoded = (((mantissa << 3) + 132) << exponent) - 132
    heard: Samples = np.where(linear < 0, -decoded, decoded) / 32768.0
    return heard


def listening_quality(reference: Samples, heard: Samples) -> float | None:
    """MOS-LQO by PESQ (narrow band, both at 8 kHz) of `heard`; None: too short, or no speech."""
    if min(len(reference), len(heard)) < SHORTEST_PESQ_SECONDS * PESQ_RATE_HZ or not np.any(heard):
        return None
    # Built from source by make bench alone: what needs no PESQ does without a compiler.
    from pesq import PesqError, pesq  # noqa: PLC0415

    try:
        return float(pesq(PESQ_RATE_HZ, reference.astype(np.float32), heard.astype(np.float32), "nb"))
    except PesqError:
        return None
