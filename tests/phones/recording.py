"""What one phone heard and said in one call."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.phones.audio import Segment, answer_seconds, read_wav, speech_segments
from tests.phones.ear import Clock, Track
from tests.phones.errors import PhoneError

CLOCK_SECONDS = 0.1
"""Two recordings' clocks agree at least this well, on a machine that does other things too."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that a phone began to say."""

    instant: float
    """`time.monotonic()` of its start."""
    seconds: float
    """Length."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What one phone heard and said in one call. Both start when the call was established."""

    heard: Path
    said: Path
    heard_clock: Clock = field(repr=False)
    said_clock: Clock = field(repr=False)
    packets_lost: int
    """By RTCP's count, of those sent to the phone."""

    def heard_segments(self) -> list[Segment]:
        """Stretches of speech that were heard."""
        return speech_segments(*read_wav(self.heard))

    def said_segments(self) -> list[Segment]:
        """Stretches of speech that were said."""
        return speech_segments(*read_wav(self.said))

    def heard_seconds(self) -> float:
        """Length of what was heard."""
        samples, rate_hz = read_wav(self.heard)
        return len(samples) / rate_hz

    def answer_seconds(self, turn: int = -1) -> float | None:
        """From the end of what was said in a turn to the reply; None: no reply."""
        return answer_seconds(self.said_on_clock(), self.heard_on_clock(), turn)

    def heard_on_clock(self) -> list[Segment]:
        """`heard_segments` by `time.monotonic()`."""
        return [_on_clock(segment, self.heard_clock) for segment in self.heard_segments()]

    def said_on_clock(self) -> list[Segment]:
        """`said_segments` by `time.monotonic()`."""
        return [_on_clock(segment, self.said_clock) for segment in self.said_segments()]


def mouth_to_ear_seconds(speaker: Recording, listener: Recording) -> float:
    """How much later what a phone said first was heard by another phone of this machine.

    Raises:
        PhoneError: one said nothing, or the other heard nothing after it.
    """
    for said in speaker.said_on_clock()[:1]:
        for heard in listener.heard_on_clock():
            if heard.start >= said.start - CLOCK_SECONDS:
                return heard.start - said.start
    raise PhoneError("nothing was said, or it was not heard")


def _on_clock(segment: Segment, clock: Clock) -> Segment:
    return Segment(clock.instant(segment.start), clock.instant(segment.end))


def collect(heard: Track, said: Track, stem: Path, packets_lost: int) -> Recording:
    """Move a call's two files to STEM.heard.wav and STEM.said.wav, over what is there.

    Raises:
        PhoneError: one of them is empty.
    """
    paths = []
    for track, ending in ((heard, "heard"), (said, "said")):
        path = stem.with_name(f"{stem.name}.{ending}.wav")
        shutil.move(track.path, path)
        paths.append(path)
    for track, what in ((heard, "received"), (said, "sent")):
        if not track.growth:
            raise PhoneError(f"{stem.name}: no packet was {what}")
    return Recording(paths[0], paths[1], heard.clock(), said.clock(), packets_lost)
