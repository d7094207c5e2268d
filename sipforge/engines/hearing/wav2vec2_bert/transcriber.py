"""Speech to text by Wav2Vec2-BERT: letters as they sound, with the words that an office's callers use
favoured.

It writes lower-case words without punctuation. It cannot tell languages apart.
"""

from __future__ import annotations

from collections.abc import Iterable

from sipforge.engines.hearing.piecewise import Piece, Piecewise
from sipforge.engines.hearing.wav2vec2_bert.ctc import Lexicon, beam_search, greedy
from sipforge.engines.hearing.wav2vec2_bert.model import Wav2Vec2BertModel
from sipforge.engines.protocols import Floats, Stage, Transcript
from sipforge.engines.registry import HearingNeeds
from sipforge.engines.runtime.worker import Worker
from sipforge.text.plain import words


def make(needs: HearingNeeds) -> Wav2Vec2BertStt:
    """See sipforge.engines.registry; words that callers are expected to say are likelier."""
    model = Wav2Vec2BertModel(needs.directory, needs.threads, needs.at_once)
    return Wav2Vec2BertStt(model, {**needs.questions, **needs.intents}, needs.at_once)


class Wav2Vec2BertStt:
    """One model for all calls."""

    def __init__(self, model: Wav2Vec2BertModel, expected: Iterable[str] = (), at_once: int = 1) -> None:
        """A recogniser.

        Args:
            model: loaded for `at_once` utterances at a time.
            expected: what callers say, whose words are favoured; nothing: the likeliest letters are taken.
            at_once: how many utterances it works on at the same time.
        """
        self._model = model
        known = {word for text in expected for word in words(text)}
        self._lexicon = Lexicon(known) if known else None
        self._worker = Worker(Stage.STT, at_once)
        self._pieces = Piecewise(self._worker, self._write)

    @property
    def expected_wait_seconds(self) -> float:
        """How long an utterance given now will probably wait before it is heard."""
        return self._worker.expected_wait_seconds

    async def transcribe(self, samples: Floats) -> Transcript:
        """Write down `samples`, of which the first two minutes are heard.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        return await self._pieces.transcribe(samples)

    async def hear_ahead(self, samples: Floats) -> None:
        """See `sipforge.engines.protocols.HearsAhead`."""
        await self._pieces.hear_ahead(samples)

    def _write(self, piece: Floats) -> Piece:
        likely = self._model.log_probabilities(piece)
        if self._lexicon is None:
            return greedy(likely, self._model.alphabet)
        return beam_search(likely, self._model.alphabet, self._lexicon)
