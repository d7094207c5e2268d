"""Follows a call's recordings while baresip writes them: hears speech and silence as they happen.

baresip's sndfile module writes `dump-DATE-dec.wav` (received) and `dump-DATE-enc.wav` (sent), a packet at a
time. Each file grows with its packets alone, so when it grows ties its positions to the clock.
"""

from __future__ import annotations

import bisect
import itertools
import statistics
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.phones.audio import (
    FRAME_SECONDS,
    SPEECH_DBFS,
    NotAWav,
    Samples,
    Segment,
    WavFormat,
    decode_pcm,
    levels_dbfs,
    parse_wav_header,
    segments,
)

POLL_SECONDS = 0.01
NEAR_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Clock:
    """When each position of a recording was heard or said."""

    growth: tuple[tuple[float, float], ...]
    """(monotonic instant, length in seconds), one for each time the file was seen to have grown."""

    def instant(self, seconds: float) -> float:
        """`time.monotonic()` of a position: by all the growth seen within a second of it, or the nearest.

        Where packets stopped coming and came again, what is before and after has its own time.
        """
        near = self._near(seconds)
        return seconds + statistics.median(instant - length for instant, length in near)

    def spread_seconds(self, seconds: float) -> float:
        """How well `instant` is known there: the range of nine in ten of the estimates it comes from."""
        low, high = np.percentile([instant - length for instant, length in self._near(seconds)], [5, 95])
        return float(high - low)

    def largest_gap_seconds(self) -> float:
        """The longest time between two packets."""
        instants = [instant for instant, _ in self.growth]
        return max((later - earlier for earlier, later in itertools.pairwise(instants)), default=0.0)

    def seconds(self) -> float:
        """From the first packet to the last."""
        return self.growth[-1][0] - self.growth[0][0] + self.growth[0][1]

    def _near(self, seconds: float) -> tuple[tuple[float, float], ...]:
        first = bisect.bisect_left(self.growth, seconds - NEAR_SECONDS, key=lambda entry: entry[1])
        last = bisect.bisect_right(self.growth, seconds + NEAR_SECONDS, key=lambda entry: entry[1])
        return self.growth[first:last] or self.growth[-1:]


@dataclass(slots=True)
class Track:
    """One growing recording."""

    path: Path
    wav: WavFormat | None = None
    read_bytes: int = 0
    """Bytes of samples read so far."""
    growth: list[tuple[float, float]] = field(default_factory=list)
    """See `Clock`."""
    levels: list[float] = field(default_factory=list)
    """dBFS of each whole 20 ms."""
    rest: Samples = field(default_factory=lambda: np.zeros(0))

    @property
    def seconds(self) -> float:
        """Length so far."""
        return self.growth[-1][1] if self.growth else 0.0

    def instant_of(self, seconds: float) -> float:
        """When the file first reached a position; the last growth seen where it has not yet."""
        index = bisect.bisect_left(self.growth, seconds, key=lambda entry: entry[1])
        return self.growth[min(index, len(self.growth) - 1)][0]

    def clock(self) -> Clock:
        """Ties its positions to the machine's clock."""
        return Clock(tuple(self.growth))

    def poll(self, now: float) -> None:
        """Read what is new."""
        try:
            size = self.path.stat().st_size
        except FileNotFoundError:
            return
        if self.wav is None:
            with self.path.open("rb") as recording:
                header = recording.read(4096)
            try:
                self.wav = parse_wav_header(header)
            except NotAWav:
                return
        available = (size - self.wav.data_offset) // self.wav.frame_bytes * self.wav.frame_bytes
        if available <= self.read_bytes:
            return
        with self.path.open("rb") as recording:
            recording.seek(self.wav.data_offset + self.read_bytes)
            payload = recording.read(available - self.read_bytes)
        self.read_bytes += len(payload)
        self.growth.append((now, self.read_bytes / self.wav.bytes_per_second))
        samples = np.concatenate((self.rest, decode_pcm(payload, self.wav)))
        levels = levels_dbfs(samples, self.wav.rate_hz)
        self.levels.extend(levels.tolist())
        self.rest = samples[len(levels) * round(self.wav.rate_hz * FRAME_SECONDS) :]


class Ear(threading.Thread):
    """Watches both recordings of one call, from its establishment to its end."""

    def __init__(self, folder: Path) -> None:
        super().__init__(name=f"ear-{folder.parent.name}", daemon=True)
        self._folder = folder
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self.started = time.monotonic()
        self.heard: Track | None = None
        self.said: Track | None = None

    def run(self) -> None:
        """Poll until stopped."""
        while not self._stopping.wait(POLL_SECONDS):
            self.poll()

    def stop(self) -> None:
        """Read the ends of the files, once baresip has closed them, and end the thread."""
        if self._stopping.is_set():
            return
        time.sleep(0.1)
        self._stopping.set()
        if self.is_alive():
            self.join()
        self.poll()

    def poll(self) -> None:
        """Look at both files once."""
        with self._lock:
            if self.heard is None:
                self.heard = self._find("dec")
            if self.said is None:
                self.said = self._find("enc")
            now = time.monotonic()
            for track in (self.heard, self.said):
                if track is not None:
                    track.poll(now)

    def position(self) -> float:
        """Length of what was heard so far, in seconds."""
        with self._lock:
            return self.heard.seconds if self.heard else 0.0

    def speech(self) -> list[Segment]:
        """Stretches of speech heard so far; the last may still go on."""
        with self._lock:
            return segments(np.array(self.heard.levels)) if self.heard else []

    def quiet_seconds(self) -> float:
        """How long nothing loud was heard, up to now; silence may also be that no packets come."""
        with self._lock:
            since = self.started
            if self.heard and self.heard.levels:
                # Counted from the end: this is asked often, and the end is near.
                for index in range(len(self.heard.levels) - 1, -1, -1):
                    if self.heard.levels[index] >= SPEECH_DBFS:
                        since = self.heard.instant_of((index + 1) * FRAME_SECONDS)
                        break
            return time.monotonic() - since

    def _find(self, kind: str) -> Track | None:
        newest = max(
            self._folder.glob(f"dump-*-{kind}.wav"), key=lambda path: path.stat().st_mtime, default=None
        )
        return Track(newest) if newest else None
