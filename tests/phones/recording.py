"""What one phone heard and said in one call."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.phones.audio import Segment, answer_seconds, read_wav, speech_segments
from tests.phones.ear import Track
from tests.phones.errors import PhoneError


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
    heard_epoch: float
    """`time.monotonic()` of position 0 in `heard`, from the file's growth."""
    said_epoch: float
    """The same of `said`."""
    clock_spread_seconds: float
    """How well these are known: the spread of the estimates they come from."""
    seconds: float
    """How long packets came, by the clock; `heard` is as long unless some are missing."""
    largest_gap_seconds: float
    """The longest time in which nothing was received."""
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
        return answer_seconds(
            self.said_segments(), self.heard_segments(), self.said_epoch - self.heard_epoch, turn
        )


def mouth_to_ear_seconds(speaker: Recording, listener: Recording) -> float:
    """How much later what a phone said first was heard by another phone of this machine.

    Raises:
        PhoneError: one said nothing, or the other heard nothing after it.
    """
    for segment in speaker.said_segments()[:1]:
        said = speaker.said_epoch + segment.start
        for heard in listener.heard_segments():
            delay = listener.heard_epoch + heard.start - said
            if delay >= -speaker.clock_spread_seconds:
                return delay
    raise PhoneError("nothing was said, or it was not heard")


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
    if heard.epoch is None or said.epoch is None:
        raise PhoneError(f"{stem.name}: no packet was {'heard' if heard.epoch is None else 'said'}")
    return Recording(
        heard=paths[0],
        said=paths[1],
        heard_epoch=heard.epoch,
        said_epoch=said.epoch,
        clock_spread_seconds=max(heard.epoch_spread_seconds, said.epoch_spread_seconds),
        seconds=heard.growth[-1][0] - heard.epoch,
        largest_gap_seconds=heard.largest_gap_seconds(),
        packets_lost=packets_lost,
    )
