"""Speech to text around a closed set: which of the expected phrases was said, or else what it sounded like.

For a language that Whisper never learnt, what it writes is useless, but its encoder hears the sounds. The
letters heard (see `letters` beside this) are compared with the spelling of each phrase. A phrase is believed
only if it fits, letter by letter, hardly worse than any letters at all would, and if no phrase of another
meaning comes near it: doubt must lead to a question, never to a wrong answer.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sipforge.engines.hearing.piecewise import Piece
from sipforge.engines.hearing.whisper.letter_text import SpellingModel, write
from sipforge.engines.hearing.whisper.letter_words import best_words
from sipforge.engines.hearing.whisper.letters import (
    Letters,
    Matrix,
    load_letters,
    path_scores,
    without_spaces,
)
from sipforge.engines.hearing.whisper.model import Encoded, WhisperModel
from sipforge.engines.hearing.whisper.shared import SharedWhisper
from sipforge.engines.protocols import EngineError, Floats, Stage, Transcript
from sipforge.engines.registry import HearingNeeds

WINDOW_SECONDS: Final = 8.0
"""Least encoder window. Phrases were told as well in 4 s, languages were not."""
SURE: Final = -2.9
"""Fit from which a phrase is believed; SURE_SHORT for one of fewer than SHORT_LETTERS, where a single letter
decides ("muraho", "murabeho"). Of pieces of sentences that a man read and the network had not learnt, in
changed voices over lines of all kinds, 95 % fit their words so well, of the short ones 87 %. With AHEAD, none
of 520 single English words, 450 coughs, 195 noises and 1,164 of his sentences was taken for one of 375
phrases, and 3 of 900 pieces were. The plain espeak-ng voice, which was not learnt, was right in 336 of 336
questions, clean and in noise of 20 and 12 dB. Other people are not known yet."""
SURE_SHORT: Final = -2.5
SHORT_LETTERS: Final = 10
SURE_ROW: Final = -2.0
"""The same for words in a row, of which some always fit a little. Of 62 strings of 1 to 10 digits, 36 of them
in noise, 56 were right and 3 wrong: to be asked back, and only listened for where they are expected."""
AHEAD: Final = 12.0
"""How far ahead of any phrase of another meaning it must be. Chosen with SURE."""
EXPECTED: Final = 3
"""How often each expected phrase is read for the spelling, beside the sentences of people."""
LEAST_LETTERS: Final = 4
LEAST_SURE: Final = -0.7
"""Log probability of the sound per letter, from which writing is believed: 85 % of 362 such pieces were, and
52 of 520 English words; of orders and coughs, which the network had learnt to pass over, none."""
_NOTHING: Final = Piece("", -math.inf)
_AFTER_SECONDS: Final = 0.3
_FRAMES_PER_SECOND: Final = 50


def make(needs: HearingNeeds) -> WhisperPhrasesStt:
    """See sipforge.engines.registry; what callers are expected to say is heard best.

    Raises:
        EngineError: the language has no letters, too.
    """
    if needs.language.letters is None:
        raise EngineError(Stage.STT, f"{needs.language.name} has no letters, which whisper-phrases needs")
    asked = needs.questions.items()
    greeted = {f"{hello}, {said}": topic for hello in needs.greetings for said, topic in asked}
    letters = load_letters(needs.language.letters)
    expected = {**needs.questions, **needs.intents}
    spelling = None
    if needs.writes:
        texts = [*needs.language.sentences_said, *(text for text in expected for _ in range(EXPECTED))]
        spelling = SpellingModel(map(letters.spell_words, texts), letters.symbols)
    model = WhisperModel(needs.directory, needs.token, needs.threads, WINDOW_SECONDS, needs.at_once)
    phrases = {**expected, **greeted}
    return WhisperPhrasesStt(
        model, letters, phrases, spelling=spelling, at_once=needs.at_once, names=needs.names
    )


@dataclass(frozen=True, slots=True)
class PhraseMatch:
    """The phrase that fits best."""

    text: str
    """A phrase, or words in a row."""
    meaning: str
    """Of a phrase."""
    fit: float
    """Mean over its letters of the log of the likelihood ratio to the best letters: at most 0."""
    ahead: float
    """Log of how much likelier than the best phrase of another meaning."""
    least_fit: float
    """How well it must fit to be believed."""

    @property
    def sure(self) -> bool:
        """Whether the phrase should be believed."""
        return self.fit >= self.least_fit and self.ahead >= AHEAD


def hear(letters: Letters, encoded: Encoded) -> Matrix:
    """The letters of an utterance: log probabilities (frames, symbols)."""
    frames = max(1, int((encoded.seconds + _AFTER_SECONDS) * _FRAMES_PER_SECOND))
    return letters.hear(encoded.states[0, :frames])


class PhraseSet:
    """The phrases that may be said; methods block."""

    def __init__(self, letters: Letters, phrases: Mapping[str, str], words: Sequence[str] = ()) -> None:
        """Spell what may be said.

        Args:
            letters: those of the language.
            phrases: phrase → its meaning; phrases of one meaning do not compete.
            words: what may be said in a row of any length, such as digits.

        Raises:
            EngineError: there are fewer than two phrases, or one has no letter.
        """
        self._letters = letters
        self._phrases = tuple(phrases)
        self._meanings = tuple(phrases.values())
        self._spellings = [letters.spell(phrase) for phrase in self._phrases]
        self._words = tuple(words)
        self._word_spellings = [letters.spell(word) for word in words]
        if len(self._phrases) < 2 or not all(self._spellings) or not all(self._word_spellings):
            raise EngineError(Stage.STT, "a closed set needs two phrases or more, all of letters")

    def match(self, heard: Matrix) -> PhraseMatch:
        """The phrase that fits the letters of an utterance best."""
        heard = without_spaces(heard)
        scores = path_scores(heard, self._spellings)
        best = int(scores.argmax())
        row, row_score = best_words(heard, self._word_spellings) if self._words else ((), -math.inf)
        if row_score > scores[best]:
            length = sum(len(self._word_spellings[word]) for word in row)
            text = " ".join(self._words[word] for word in row)
            return PhraseMatch(text, "", row_score / length, row_score - float(scores[best]), SURE_ROW)
        others = [
            float(score)
            for score, meaning in zip(scores, self._meanings, strict=True)
            if meaning != self._meanings[best]
        ]
        length = len(self._spellings[best])
        ahead = float(scores[best]) - max([row_score, *others])
        least_fit = SURE_SHORT if length < SHORT_LETTERS else SURE
        return PhraseMatch(
            self._phrases[best], self._meanings[best], float(scores[best]) / length, ahead, least_fit
        )


class WhisperPhrasesStt(SharedWhisper):
    """A closed set as a recogniser; one model for all calls."""

    def __init__(
        self,
        model: WhisperModel,
        letters: Letters,
        phrases: Mapping[str, str],
        words: Sequence[str] = (),
        *,
        spelling: SpellingModel | None = None,
        at_once: int = 1,
        names: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """A recogniser.

        Args:
            model: loaded for `at_once` utterances at a time.
            letters: those of the language.
            phrases: as for PhraseSet.
            words: as for PhraseSet.
            spelling: with it, what is not in the set is written down.
            at_once: how many utterances it works on at the same time.
            names: further phrases, as they are at the moment; the same object while they do not change.
        """
        super().__init__(model, at_once)
        self._letters = letters
        self._spelling = spelling
        self._phrases, self._words, self._names = phrases, words, names
        self._sets: tuple[Mapping[str, str], PhraseSet] = ({}, PhraseSet(letters, phrases, words))

    async def transcribe(self, samples: Floats) -> Transcript:
        """The phrase that was said in at most 30 s, or else what was said, less surely; or nothing.

        Raises:
            EngineError: the queue is full (retryable) or the model failed.
        """
        begun = time.monotonic()
        match, written = await self._worker.run(lambda: self._hear(samples))
        seconds = time.monotonic() - begun
        if match.sure:
            confidence = 1 / (1 + math.exp(min(50.0, 2 * (match.least_fit - match.fit))))
            return Transcript(match.text, confidence, seconds, match.meaning)
        return Transcript(written.text, math.exp(min(0.0, written.mean_log_probability)), seconds, "")

    def _set(self) -> PhraseSet:
        """With the names of the moment; those that have no letters here cannot be heard."""
        known, phrases = self._sets
        names = self._names()
        if names and names is not known:
            spelt = {name: meaning for name, meaning in names.items() if self._letters.spell(name)}
            phrases = PhraseSet(self._letters, {**spelt, **self._phrases}, self._words)
            self._sets = (names, phrases)
        return phrases

    def _hear(self, samples: Floats) -> tuple[PhraseMatch, Piece]:
        heard = hear(self._letters, self._encode(samples))
        match = self._set().match(heard)
        if match.sure or self._spelling is None:
            return match, _NOTHING
        written = write(heard, self._spelling, self._letters.letters)
        return match, written if believed(written) else _NOTHING


def believed(written: Piece) -> bool:
    """Whether it is Kinyarwanda, and not what coughs and other languages sound like in its letters."""
    letters = sum(map(str.isalpha, written.text))
    return letters >= LEAST_LETTERS and written.mean_log_probability >= LEAST_SURE
