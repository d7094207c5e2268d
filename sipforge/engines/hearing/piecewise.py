"""Long utterances written down piece by piece, each taking its own turn in the recogniser's queue.

So one caller who talks for a minute does not hold up the others. Pieces are remembered: when the caller goes
on, only what is new is written.
"""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from sipforge.core.audio.cutting import pieces
from sipforge.engines.hearing.recent import Recent
from sipforge.engines.protocols import RATE_HZ, Floats, Transcript

LONGEST_SECONDS: Final = 120.0
"""What is said after so long is not heard."""
PIECE_SECONDS: Final = 12.0
"""Far below Whisper's 30 s: of a minute of short sentences it left whole ones out in pieces of up to 28 s
(6.2 % wrong over five voices, 4.0 % at 15 s, 3.3 % at 12 s), the end of a short piece is there sooner, and
the time that attention takes grows with the square of the length."""
_REMEMBERED: Final = 32


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
        write: Callable[[Floats], Awaitable[Part]],
        believed: Callable[[Part], bool] = lambda part: bool(part.text),
    ) -> None:
        """`write`: a piece to what was said; `believed`: whether that counts."""
        self._write = write
        self._believed = believed
        self._written: Recent[Part] = Recent(_REMEMBERED)

    async def transcribe(self, samples: Floats) -> Transcript:
        """Write down `samples`, of which the first two minutes are heard.

        Raises:
            EngineError: as `write`.
        """
        begun = time.monotonic()
        heard = samples[: int(LONGEST_SECONDS * RATE_HZ)]
        written = [await self._write_once(piece) for piece in pieces(heard, RATE_HZ, PIECE_SECONDS)]
        kept = [part for part in written if self._believed(part)]
        # The least sure piece is what the whole is worth; of nothing, nothing.
        sure = min((part.mean_log_probability for part in kept), default=-math.inf)
        text = " ".join(part.text for part in kept)
        return Transcript(text, math.exp(min(0.0, sure)), time.monotonic() - begun)

    async def _write_once(self, piece: Floats) -> Part:
        return self._written.find(piece) or self._written.keep(piece, await self._write(piece))
