"""Speech to text by Wav2Vec2-BERT: letters as they sound, with the words that an office's callers use
favoured.

It writes lower-case words without punctuation. It cannot tell languages apart.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from typing import Final, Protocol

from sipforge.core.pieces import pieces
from sipforge.engines.ctc import Alphabet, Decoded, Lexicon, beam_search, greedy
from sipforge.engines.protocols import RATE_HZ, Floats, Stage, Transcript
from sipforge.engines.recent import Recent
from sipforge.engines.worker import Worker
from sipforge.text.plain import words

PIECE_SECONDS: Final = 12.0
"""The time that attention takes grows with the square of the length, and a piece holds others up until it
is done."""
LONGEST_SECONDS: Final = 120.0
"""What is said after so long is not heard."""
_REMEMBERED: Final = 32


class Listener(Protocol):
    """What recognition needs; sipforge.engines.wav2vec2_bert_model.Wav2Vec2BertModel has it."""

    @property
    def alphabet(self) -> Alphabet:
        """What the outputs stand for."""
        ...

    def log_probabilities(self, samples: Floats) -> Floats:
        """(frames, symbols) of an utterance at 16 kHz."""
        ...


class Wav2Vec2BertStt:
    """One model for all calls; one piece at a time, since each uses all the model's threads."""

    def __init__(self, model: Listener, expected: Iterable[str] = ()) -> None:
        """`expected`: what callers say, whose words are favoured; nothing: the likeliest letters are
        taken."""
        self._model = model
        known = {word for text in expected for word in words(text)}
        self._lexicon = Lexicon(known) if known else None
        self._worker = Worker(Stage.STT)
        self._finished: Recent[Decoded] = Recent(_REMEMBERED)

    @property
    def expected_wait_seconds(self) -> float:
        """How long an utterance given now will probably wait before it is heard."""
        return self._worker.expected_wait_seconds

    async def transcribe(self, samples: Floats, *, urgent: bool = True) -> Transcript:
        """Write down `samples`, of which the first two minutes are heard.

        Args:
            samples: the utterance.
            urgent: False for a speculation, which others whose turn is over may overtake.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        begun = time.monotonic()
        heard = samples[: int(LONGEST_SECONDS * RATE_HZ)]
        written = [await self._write(piece, urgent) for piece in pieces(heard, RATE_HZ, PIECE_SECONDS)]
        kept = [part for part in written if part.text]
        sure = min((part.mean_log_probability for part in kept), default=-math.inf)
        text = " ".join(part.text for part in kept)
        return Transcript(text, math.exp(min(0.0, sure)), time.monotonic() - begun)

    async def _write(self, piece: Floats, urgent: bool) -> Decoded:
        """`piece` as text; a caller who goes on after a pause sends the pieces before it again."""
        decoded = self._finished.find(piece)
        if decoded is None:
            decoded = await self._worker.run(lambda: self._read(piece), urgent=urgent)
            self._finished.keep(piece, decoded)
        return decoded

    def _read(self, piece: Floats) -> Decoded:
        likely = self._model.log_probabilities(piece)
        if self._lexicon is None:
            return greedy(likely, self._model.alphabet)
        return beam_search(likely, self._model.alphabet, self._lexicon)
