"""Long utterances written down piece by piece, each taking its own turn in the recogniser's queue.

So one caller who talks for a minute does not hold up the others. Where a piece ends is settled as soon as
`PIECE_SECONDS` from its beginning have been heard, whatever comes after, and a piece that was written is
remembered. Whoever tells now and then what there is of a long utterance (`Piecewise.hear_ahead`) has most of
it written when it is over: what is left is one piece.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from sipforge.core.audio.cutting import pieces
from sipforge.engines.hearing.recent import Recent
from sipforge.engines.protocols import RATE_HZ, Floats, Transcript
from sipforge.engines.runtime.worker import Worker

LONGEST_SECONDS: Final = 120.0
"""What is said after so long is not heard."""
PIECE_SECONDS: Final = 12.0
"""Far below Whisper's 30 s: of a minute of short sentences it left whole ones out in pieces of up to 28 s
(6.2 % wrong over five voices, 4.0 % at 15 s, 3.3 % at 12 s), the end of a short piece is there sooner, and
the time that attention takes grows with the square of the length."""
_REMEMBERED: Final = 128
"""Pieces: texts only, of a dozen callers who talk for two minutes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What a recogniser made of one piece."""

    text: str
    """Its words, with single spaces; empty: none."""
    mean_log_probability: float
    """Natural logarithm, mean over what the text was made of; 0 for no text."""


Part = TypeVar("Part", bound=Piece)


class Piecewise(Generic[Part]):
    """One recogniser's pieces."""

    def __init__(
        self,
        worker: Worker,
        write: Callable[[Floats], Part],
        believed: Callable[[Part], bool] = lambda part: bool(part.text),
    ) -> None:
        """Write with `write`, a piece to what was said, in `worker`; `believed`: whether that counts."""
        self._worker = worker
        self._write = write
        self._believed = believed
        self._written: Recent[Part] = Recent(_REMEMBERED)

    async def hear_ahead(self, samples: Floats) -> None:
        """See `sipforge.engines.protocols.HearsAhead`."""
        for piece in _cut(samples)[:-1]:
            await self._write_once(piece)

    async def transcribe(self, samples: Floats) -> Transcript:
        """Write down `samples`, of which the first two minutes are heard.

        Raises:
            EngineError: as `write`, or the queue is full (retryable).
        """
        begun = time.monotonic()
        written = [await self._write_once(piece) for piece in _cut(samples)]
        kept = [part for part in written if self._believed(part)]
        # The least sure piece is what the whole is worth; of nothing, nothing.
        sure = min((part.mean_log_probability for part in kept), default=-math.inf)
        text = " ".join(part.text for part in kept)
        return Transcript(text, math.exp(min(0.0, sure)), time.monotonic() - begun)

    async def _write_once(self, piece: Floats) -> Part:
        if (found := self._written.find(piece)) is not None:
            return found
        # Kept by the thread that writes it, so that what nobody awaits any more is not written again.
        return await self._worker.run(lambda: self._written.once(piece, self._write))


def _cut(samples: Floats) -> list[Floats]:
    return pieces(samples[: int(LONGEST_SECONDS * RATE_HZ)], RATE_HZ, PIECE_SECONDS)
