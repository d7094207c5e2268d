"""Speech to text that writes down anything: Whisper, greedy, in a window cut to the utterance."""

from __future__ import annotations

import math
import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from sipforge.engines.hearing.piecewise import PIECE_SECONDS, Piecewise
from sipforge.engines.hearing.whisper.model import WhisperModel, Written
from sipforge.engines.hearing.whisper.shared import SharedWhisper
from sipforge.engines.protocols import RATE_HZ, Alternative, Floats, Transcript
from sipforge.engines.registry import HearingNeeds
from sipforge.text.plain import words

WINDOW_SECONDS: Final = 12.0
"""Least encoder window. In a shorter one the model writes short words again and again: of 150 single words of
people, over a gentle telephone line, 95 were right and 5 repeated at 8 s, 104 and 1 at 12 s; 16 s gave no
more."""
SLOWER: Final = 1.12
"""How much longer the same speech lasts for the last look."""
BEAM: Final = 5
"""How many alternatives each further look gives. Of 80 questions without an answer at first 43 got the right
one, as with 8 in the first of the looks, in four fifths of its time; with 4, 42; with 3, 39."""


def make(needs: HearingNeeds) -> WhisperStt:
    """See sipforge.engines.registry; what callers are expected to say is a hint."""
    expected = {**needs.questions, **needs.intents}
    # One phrasing of each thing is enough of a hint.
    context = " ".join({meaning: phrase for phrase, meaning in reversed(expected.items())}.values())
    model = WhisperModel(needs.directory, needs.token, needs.threads, WINDOW_SECONDS, needs.at_once)
    return WhisperStt(model, context, needs.at_once)


_NO_SPEECH: Final = 0.45
_FAIRLY_SURE: Final = -0.7
_SENTENCE_WORDS: Final = 3
_SENTENCE_UNSURE: Final = -0.9
_DICTATION_UNSURE: Final = -1.3
"""Noise hardly ever becomes digits, and what was dictated is worth hearing when it is only nearly right."""
_WORD_UNSURE: Final = -3.2
_SUSPICIOUS: Final = 0.3
_REPEATED: Final = 3
_LOOPS: Final = 4
"""Times that the last words are said: no more is somebody's impatience."""
_INVENTED: Final = frozenset(
    (
        *("you", "thank you", "thank you very much", "thanks for watching", "thank you for watching", "the"),
        *("i'm sorry", "i'm", "i", "oh", "bye", "bye bye", "so", "beep", "please subscribe", "the end", "up"),
    )
)
"""What Whisper writes for silence and noise, over telephone lines and elsewhere."""
_WORD: Final = re.compile(r"\S+")
_RESTARTED_WORDS: Final = 3
"""Fewer are said twice by people, too."""


def heard_nothing(written: Written) -> bool:
    """Whether what the model wrote should be taken for its imagination.

    It invents for noise, but doubts it: its no-speech probability was 0.5 and more on 65 noises. On 1,700
    spoken sentences and words it was above 0.45 only where noise had spoilt most words, or where the model
    was sure. Below the mean log probabilities here next to nothing was right. A prompt of the office's words
    would take all this away: fewer words were wrong, but noise became questions.
    """
    said = words(written.text)
    if not said:
        return True
    no_speech, sure = written.no_speech_probability, written.mean_log_probability
    if not written.ended or loops(said):
        return True
    signs = all(len(word) == 1 or word.isdigit() for word in said)
    long_unsure = _DICTATION_UNSURE if signs else _SENTENCE_UNSURE
    if sure < (long_unsure if len(said) >= _SENTENCE_WORDS else _WORD_UNSURE):
        return True
    if no_speech > _NO_SPEECH and sure < _FAIRLY_SURE:
        return True
    again = len(said) >= _REPEATED and len(set(said)) == 1
    return no_speech > _SUSPICIOUS and (again or " ".join(said) in _INVENTED)


def loops(said: Sequence[str]) -> bool:
    """Whether `said` ends in the same few words, no digits, over and over: only the model says them."""
    return any(
        not any(map(str.isdigit, said[-length:]))
        and list(said[-_LOOPS * length :]) == list(said[-length:]) * _LOOPS
        for length in range(1, len(said) // _LOOPS + 1)
    )


class WhisperStt(SharedWhisper):
    """One model for all calls."""

    def __init__(self, model: WhisperModel, context: str = "", at_once: int = 1) -> None:
        """A recogniser.

        Args:
            model: loaded for `at_once` utterances at a time.
            context: things that callers say; see `reconsider`.
            at_once: how many utterances it works on at the same time.
        """
        super().__init__(model, at_once)
        self._model = model
        self._context = context
        self._pieces = Piecewise(self._worker, self._write, lambda written: not heard_nothing(written))

    async def transcribe(self, samples: Floats) -> Transcript:
        """Write down `samples`, of which the first two minutes are heard.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        return await self._pieces.transcribe(samples)

    async def hear_ahead(self, samples: Floats) -> None:
        """See `sipforge.engines.protocols.HearsAhead`."""
        await self._pieces.hear_ahead(samples)

    async def reconsider(self, samples: Floats) -> AsyncGenerator[tuple[Alternative, ...]]:
        """What `samples` (at most 12 s) may have been, to somebody who expects what callers here say.

        For speech that made no sense at first. Noise is not to be heard like this: it becomes questions.
        The second such look is at the same speech said slower, which the model hears with other mistakes.

        Raises:
            EngineError: as for `transcribe`.
        """
        if not self._context or not 0 < samples.size <= PIECE_SECONDS * RATE_HZ:
            return
        for sound in (samples, _slower(samples)):
            look = partial(self._look, sound, self._context)
            yield likeliest(await self._worker.run(look))

    async def expecting(self, samples: Floats, text: str) -> tuple[Alternative, ...]:
        """See `sipforge.engines.protocols.Expecting`."""
        if not 0 < samples.size <= PIECE_SECONDS * RATE_HZ:
            return ()
        return likeliest(await self._worker.run(lambda: self._look(samples, text)))

    def _look(self, samples: Floats, context: str) -> list[Written]:
        found = self._model.alternatives(self._encode(samples), context, BEAM)
        return [_once(written) for written in found]

    def _write(self, piece: Floats) -> Written:
        return _once(self._model.write(self._encode(piece)))


def _once(written: Written) -> Written:
    return replace(written, text=without_restart(written.text))


def without_restart(text: str) -> str:
    """`text` without further beginnings of itself, which Whisper writes into a silence at times."""
    shorter = _restart_cut(text)
    while shorter != text:
        text, shorter = shorter, _restart_cut(shorter)
    return text


def _restart_cut(text: str) -> str:
    said = [(match, word) for match in _WORD.finditer(text) for word in words(match[0])]
    whole = [word for _, word in said]
    for at in range((len(whole) + 1) // 2, len(whole) - _RESTARTED_WORDS + 1):
        again = whole[at:]
        # Digits are dictated as they come, and one word again and again is for others to judge.
        if again == whole[: len(again)] and len(set(again)) > 1 and not any(map(str.isdigit, again)):
            return text[: said[at][0].start()].rstrip()
    return text


def _slower(samples: Floats) -> Floats:
    places = np.arange(0, samples.size - 1, 1 / SLOWER)
    slower: Floats = np.interp(places, np.arange(samples.size), samples).astype(np.float32)
    return slower


def likeliest(written: Sequence[Written]) -> tuple[Alternative, ...]:
    """The different texts of `written`, the likeliest first."""
    found: dict[tuple[str, ...], Written] = {}
    for one in sorted(written, key=_likelihood, reverse=True):
        if said := tuple(words(one.text)):
            found.setdefault(said, one)
    best = max(map(_likelihood, found.values()), default=0.0)
    likely = [math.exp(_likelihood(one) - best) for one in found.values()]
    return tuple(
        Alternative(one.text, math.exp(min(0.0, one.mean_log_probability)), share / sum(likely))
        for one, share in zip(found.values(), likely, strict=True)
    )


def _likelihood(written: Written) -> float:
    """Natural logarithm of its probability."""
    return written.mean_log_probability * written.tokens
