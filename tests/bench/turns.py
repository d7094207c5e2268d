"""From a call's recordings to its turns: what was said when, and what was heard after it. Pure.

Segments are on one clock; `place` is the same stretch as a position in the recording of what was heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.stats import FAILED
from tests.phones.audio import Segment
from tests.phones.ear import Clock
from tests.phones.recording import Said

EARLY_SECONDS, LATE_SECONDS = 0.3, 0.6
"""How much earlier or later than the phone was told to speak, its speech may be found in the recording."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of speech that a caller heard."""

    at: Segment
    place: Segment


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that a caller said, and what was heard from its start to that of the next."""

    said: Segment
    during: tuple[Heard, ...]
    """What began to be heard while the caller spoke, from first to last sound."""
    after: tuple[Heard, ...]
    """What began to be heard when the caller had finished."""

    @property
    def was_cut(self) -> bool:
        """Whether the other side began to speak before the caller had finished."""
        return bool(self.during)

    @property
    def reply_seconds(self) -> float:
        """From the end of what was said to the reply's first sound; `FAILED`: none came, or it cut in."""
        if self.was_cut or not self.after:
            return FAILED
        return self.after[0].at.start - self.said.end

    @property
    def reply_place(self) -> Segment | None:
        """Of the whole reply in the recording of what was heard."""
        heard = [*self.during, *self.after]
        return Segment(heard[0].place.start, heard[-1].place.end) if heard else None


def turns(spoken: Sequence[Said], said: Sequence[Segment], heard: Sequence[Heard]) -> list[Turn | None]:
    """The turn of each thing spoken; None where the recording of what was said does not hold it.

    Args:
        spoken: what the phone was told to say, in order.
        said: speech in the recording of what was said.
        heard: speech in the recording of what was heard.
    """
    spans = [_span(one, said) for one in spoken]
    found: list[Turn | None] = []
    for index, span in enumerate(spans):
        if span is None:
            found.append(None)
            continue
        end = next((later.start for later in spans[index + 1 :] if later is not None), float("inf"))
        found.append(
            Turn(
                span,
                during=tuple(one for one in heard if span.start <= one.at.start < span.end),
                after=tuple(one for one in heard if span.end <= one.at.start < end),
            )
        )
    return found


def _span(one: Said, said: Sequence[Segment]) -> Segment | None:
    """From the first to the last sound of it, its inner pauses included."""
    first, last = one.instant - EARLY_SECONDS, one.instant + one.seconds + LATE_SECONDS
    own = [segment for segment in said if segment.start >= first and segment.end <= last]
    return Segment(own[0].start, own[-1].end) if own else None


def position(clock: Clock, instant: float) -> float:
    """Where in a recording an instant lies: the inverse of `Clock.instant`, refined once."""
    guess = instant - clock.instant(0.0)
    return instant - (clock.instant(guess) - guess)
