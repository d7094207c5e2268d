"""What the caller hears: a queue of speech cut into 20 ms frames, each with an absolute deadline. No clock.

Rules, in prose:

1. From `start` on there is one frame per 20 ms, at `deadline`: queued speech, or silence where there is none.
   Deadlines are absolute, so a late timer does not slow the speech down; a player that is late by more than
   `CATCH_UP_SECONDS` starts a new row of deadlines instead of sending a burst.
2. Audio is slin at 16 kHz, pushed in pieces of any length. The queue is bounded: what does not fit is dropped
   from the end of what is pushed (the newest), and counted.
3. A mark is heard once every byte pushed before it was in a frame whose 20 ms are over, that is, when the
   frame after it is taken. Running dry behind anything but a mark is an underrun: the bot was too slow.
4. `clear` drops what is queued and says how many seconds of speech were heard since the last mark that was
   heard (or the last clear, or the start). Marks whose audio was all sent are heard; the others are dropped
   with their audio and never come back.
5. While anybody holds it, silence is sent and what is queued waits. A clear lets go what the bot holds, never
   what the line holds: nobody would hear it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final

FRAME_SECONDS: Final = 0.020
RATE_HZ: Final = 16000
FRAME_BYTES: Final = 640
BYTES_PER_SECOND: Final = RATE_HZ * 2
SILENCE: Final = bytes(FRAME_BYTES)
QUEUE_SECONDS: Final = 120.0
MARKS_LIMIT: Final = 256
CATCH_UP_SECONDS: Final = 0.1


class Holder(Enum):
    """Who holds the queue still."""

    BOT = "bot"
    """It waits to see whether the caller means to interrupt."""
    LINE = "line"
    """Nobody listens: the telephone is on hold."""


class PlayoutError(Exception):
    """The sender broke a rule of the queue: too many marks."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One frame to send now."""

    pcm: bytes
    """640 bytes of slin at 16 kHz."""
    heard: tuple[str, ...]
    """Marks that have been heard, in their order."""
    late_seconds: float
    """How long after its deadline the frame was taken."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a clear found."""

    played_seconds: float
    """Speech heard since the last mark that was heard, the last clear, or the start."""
    dropped_seconds: float
    """Speech that nobody will hear."""
    heard: tuple[str, ...]
    """Marks that turned out to have been heard."""


@dataclass(slots=True)
class PlayoutCounts:
    """What happened so far; only ever grows."""

    frames: int = 0
    late_frames: int = 0
    """Frames taken more than a frame after their deadline."""
    restarts: int = 0
    """Times the player was so late that a new row of deadlines began."""
    underruns: int = 0
    """Times the speech ran dry before its mark."""
    dropped_bytes: int = 0
    """Speech that did not fit."""


class Playout:
    """The playout queue of one call."""

    def __init__(self, queue_seconds: float = QUEUE_SECONDS) -> None:
        """Make an empty queue that holds at most `queue_seconds` of speech."""
        self._limit_bytes = int(queue_seconds * BYTES_PER_SECOND)
        self._pending = bytearray()
        self._pushed = 0
        """Position, in bytes since the start, of the end of what was pushed."""
        self._sent = 0
        """Position of the end of what was put into frames; what is between is pending."""
        self._heard_from = 0
        """Position from which `Cleared.played_seconds` counts."""
        self._marks: deque[tuple[int, str]] = deque()
        self._open_speech = False
        """True while the speech pushed last has no mark behind it."""
        self._holders: set[Holder] = set()
        self._deadline: float | None = None
        self.counts = PlayoutCounts()

    def start(self, now: float) -> None:
        """Begin the row of deadlines; the first frame is due at once."""
        self._deadline = now

    @property
    def deadline(self) -> float:
        """When the next frame is due.

        Raises:
            ValueError: not started.
        """
        if self._deadline is None:
            raise ValueError("playout has not started")
        return self._deadline

    @property
    def idle(self) -> bool:
        """True when nothing is queued and no mark waits: all that was pushed has been taken and reported."""
        return not self._pending and not self._marks

    @property
    def queued_seconds(self) -> float:
        """Speech that waits to be played."""
        return len(self._pending) / BYTES_PER_SECOND

    def push(self, pcm: bytes) -> int:
        """Queue speech; gives the number of bytes that did not fit and were dropped.

        Raises:
            ValueError: half a sample.
        """
        if len(pcm) % 2:
            raise ValueError("slin must be whole 16-bit samples")
        room = max(0, self._limit_bytes - len(self._pending))
        taken = pcm[:room]
        self._pending += taken
        self._pushed += len(taken)
        self._open_speech = self._open_speech or bool(taken)
        dropped = len(pcm) - len(taken)
        self.counts.dropped_bytes += dropped
        return dropped

    def mark(self, name: str) -> None:
        """Queue a mark behind the speech pushed so far.

        Raises:
            PlayoutError: too many marks wait.
        """
        if len(self._marks) >= MARKS_LIMIT:
            raise PlayoutError(f"more than {MARKS_LIMIT} marks wait to be heard")
        self._marks.append((self._pushed, name))
        self._open_speech = False

    def hold(self, holder: Holder = Holder.BOT) -> None:
        """Keep what is queued where it is."""
        self._holders.add(holder)

    def release(self, holder: Holder = Holder.BOT) -> None:
        """Go on where it was held, unless another holds it, too."""
        self._holders.discard(holder)

    def held_by(self, holder: Holder) -> bool:
        """Whether it is held still by `holder`."""
        return holder in self._holders

    def take(self, now: float) -> Tick:
        """The frame that is due; a new deadline begins.

        Raises:
            ValueError: not started.
        """
        late = max(0.0, now - self.deadline)
        heard = self._take_heard()
        pcm = b"" if self._holders else bytes(self._pending[:FRAME_BYTES])
        del self._pending[: len(pcm)]
        self._sent += len(pcm)
        if len(pcm) < FRAME_BYTES:
            if self._open_speech and not self._holders:
                self._open_speech = False
                self.counts.underruns += 1
            pcm += SILENCE[len(pcm) :]
        self.counts.frames += 1
        if late > FRAME_SECONDS:
            self.counts.late_frames += 1
        if late > CATCH_UP_SECONDS:
            self.counts.restarts += 1
            self._deadline = now + FRAME_SECONDS
        else:
            self._deadline = self.deadline + FRAME_SECONDS
        return Tick(pcm, heard, late)

    def clear(self) -> Cleared:
        """Drop what is queued (the caller has begun to speak)."""
        heard = self._take_heard()
        played = (self._sent - self._heard_from) / BYTES_PER_SECOND
        dropped = self.queued_seconds
        self._pending.clear()
        self._marks.clear()
        self._open_speech = False
        self._holders.discard(Holder.BOT)
        self._pushed = self._heard_from = self._sent
        return Cleared(played, dropped, heard)

    def _take_heard(self) -> tuple[str, ...]:
        heard = []
        while self._marks and self._marks[0][0] <= self._sent:
            position, name = self._marks.popleft()
            self._heard_from = position
            heard.append(name)
        return tuple(heard)
