"""How near a text is to each topic of a knowledge file, and to what is asked elsewhere. Pure numbers.

A topic is near as a whole (the vectors of its questions with its answer), piece by piece (what of the text
it covers, and what of its questions the text has; late interaction, as in Khattab and Zaharia's ColBERT,
2020), and word by word, each taken out of its sentence: what a caller wants to know and the topic does not
tell is often one word of many. Rare pieces and words count more (inverse document frequency).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Final

import numpy as np

from sipforge.engines.protocols import Encoded, Floats

SHARP: Final = 15.0
"""How much the least covered pieces count before the others (softmin)."""
LEAST: Final = 0.05
"""Weight of a piece that is everywhere, or has no letters or digits."""
OWN: Final = 0.75
"""Cosine to one of the office's questions from which a question of the background is no background to it."""
NO_BACKGROUND: Final = 0.5
"""How near what is asked elsewhere usually is, where there is no background to tell."""
LONG_WORDS: Final = 12
"""Words of an utterance from which it is a story,"""
LONGER_WORDS: Final = 8
"""and how many more still count."""


class Rarity:
    """How much each piece or word tells."""

    def __init__(self, texts: Iterable[Iterable[str]]) -> None:
        """`texts` are such as are usual."""
        seen = [set(text) for text in texts]
        self._count = len(seen) + 1
        self._in = Counter(piece for text in seen for piece in text)

    def of(self, pieces: Sequence[str]) -> Floats:
        """The weight of each of `pieces`."""
        tells = (self._count / (1 + self._in[one]) if any(map(str.isalnum, one)) else 1.0 for one in pieces)
        return np.array([max(LEAST, math.log(told)) for told in tells], np.float32)


class Texts:
    """Some texts, piece by piece."""

    def __init__(self, encoded: Sequence[Encoded], rarity: Rarity) -> None:
        self._states = np.concatenate([one.states for one in encoded])
        self._starts = _starts([one.pieces for one in encoded])
        self._weights = np.concatenate([rarity.of(one.pieces) for one in encoded])
        self._sums = np.add.reduceat(self._weights, self._starts)

    def compare(self, text: Encoded) -> tuple[Floats, Floats]:
        """How far each text has each piece of `text`, and how far that has the pieces of each.

        Returns: [pieces, texts] and [texts].
        """
        cosines = text.states @ self._states.T
        has = np.maximum.reduceat(cosines, self._starts, axis=1)
        had = np.add.reduceat(cosines.max(0) * self._weights, self._starts) / self._sums
        return np.asarray(has, np.float32), np.asarray(had, np.float32)


@dataclass(frozen=True, slots=True)
class TopicTexts:
    """One topic."""

    questions: Sequence[Encoded]
    told: Sequence[Encoded]
    """Its answer, and its title where it has one."""
    together: Floats
    """Of each question with the answer: [questions, dimensions]."""
    words: Floats
    """Of each of its words by itself: [words, dimensions], at least one."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a caller said."""

    text: Encoded
    words: Sequence[str]
    """Those that say something."""
    vectors: Floats
    """Of each of these by itself: [words, dimensions]."""
    length: int
    """In words of any kind."""


@dataclass(frozen=True, slots=True)
class Near:
    """How near what was said is."""

    topics: Floats
    """To each topic, in the file's order: [topics, features]."""
    elsewhere: Floats
    """To what is asked elsewhere, and how much was said: [features]."""


class Nearness:
    """One knowledge file."""

    def __init__(
        self, topics: Sequence[TopicTexts], background: Floats, pieces: Rarity, words: Rarity
    ) -> None:
        """Make it ready.

        Args:
            topics: of the file, at least one.
            background: questions that no office needs to know: [any number, dimensions].
            pieces: how much pieces tell.
            words: how much words tell.
        """
        self._pieces, self._words = pieces, words
        texts = [[*topic.questions, *topic.told] for topic in topics]
        self._texts = Texts(list(chain.from_iterable(texts)), pieces)
        self._starts = _starts(texts)
        self._asked = np.concatenate([[1.0] * len(t.questions) + [0.0] * len(t.told) for t in topics])
        self._questions = np.array([len(topic.questions) for topic in topics], np.float32)
        self._together = np.concatenate([topic.together for topic in topics])
        self._together_starts = _starts([topic.together for topic in topics])
        self._vocabulary = np.concatenate([topic.words for topic in topics])
        self._vocabulary_starts = _starts([topic.words for topic in topics])
        own = np.stack([question.vector for topic in topics for question in topic.questions])
        self._background = background[(background @ own.T).max(1, initial=0.0) < OWN]

    def near(self, said: Said) -> Near:
        """How near `said` is."""
        weights = self._pieces.of(said.text.pieces)
        has, had = self._texts.compare(said.text)
        covered = np.maximum.reduceat(has, self._starts, axis=1)
        least = -np.log(weights @ np.exp(-SHARP * covered) / weights.sum()) / SHARP
        recalled = np.add.reduceat(had * self._asked, self._starts) / self._questions
        cosines = self._together @ said.text.vector
        whole = np.add.reduceat(cosines, self._together_starts) / self._questions
        topics = np.stack([whole, least, recalled, -self._uncovered(said) / 10], axis=1)
        more = min(LONGER_WORDS, max(0, said.length - LONG_WORDS)) / LONGER_WORDS
        likest = (self._background @ said.text.vector).max() if len(self._background) else NO_BACKGROUND
        elsewhere = [likest, more, weights.sum() / 30]
        return Near(np.asarray(topics, np.float32), np.array(elsewhere, np.float32))

    def _uncovered(self, said: Said) -> Floats:
        """Weight of the words that each topic does not have."""
        if not said.words:
            return np.zeros(len(self._questions), np.float32)
        has = np.maximum.reduceat(said.vectors @ self._vocabulary.T, self._vocabulary_starts, axis=1)
        return np.asarray(self._words.of(said.words) @ (1 - has), np.float32)


def _starts(groups: Sequence[Sequence[object] | Floats]) -> list[int]:
    """Where each of `groups`, one behind the other, begins."""
    return [0, *accumulate(len(group) for group in groups[:-1])]
