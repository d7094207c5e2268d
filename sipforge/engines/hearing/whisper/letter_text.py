"""Anything that was said, written down from the letters that were heard. Pure.

A beam search over the letters (Hannun et al. 2014) adds up all paths of a text, and weighs it by how words
are spelt: a model of the next letter, learnt from sentences of the language and from what callers are
expected to say (Witten and Bell 1991). It knows words that it has read, and the prefixes, stems and ends of
those that it has not: in a language whose words are made of such pieces no list of words is ever long enough.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sipforge.engines.hearing.piecewise import Piece
from sipforge.engines.hearing.wav2vec2_bert.ctc import log_add
from sipforge.engines.hearing.whisper.letters import SPACE, Matrix

ORDER: Final = 6
"""Letters that are looked at, the next one included."""
SPELLING: Final = 0.5
"""How much the spelling weighs beside the sound."""
LONGER: Final = 0.5
"""What each letter gains: without it, the more letters the less likely, and short texts win."""
BEAM: Final = 16
_UNLIKELY: Final = -7.0
"""Log probability below which a letter is not tried in a frame."""
_NEVER: Final = -math.inf
_EDGE: Final = "\0"
"""Before the first letter and after the last one; other symbols are the characters of their numbers."""


class SpellingModel:
    """Which letter comes next."""

    def __init__(self, texts: Iterable[Sequence[int]], symbols: int, order: int = ORDER) -> None:
        """Learn from `texts`, as symbols with SPACE between words, of which there are `symbols`."""
        self._order = order
        self._even = 1.0 / symbols
        self._next: dict[str, dict[str, int]] = {}
        self._known: dict[tuple[str, str], float] = {}
        for text in texts:
            line = _EDGE + "".join(map(chr, text)) + _EDGE
            for at in range(1, len(line)):
                for start in range(max(0, at - order + 1), at + 1):
                    counts = self._next.setdefault(line[start:at], {})
                    counts[line[at]] = counts.get(line[at], 0) + 1

    def log_probability(self, before: str, letter: str) -> float:
        """Natural logarithm of how likely `letter` is after the text `before`."""
        return math.log(self._probability((_EDGE + before)[1 - self._order :], letter))

    def _probability(self, before: str, letter: str) -> float:
        found = self._known.get((before, letter))
        if found is None:
            found = self._probability(before[1:], letter) if before else self._even
            if (counts := self._next.get(before)) is not None:
                kinds = len(counts)
                found = (counts.get(letter, 0) + kinds * found) / (sum(counts.values()) + kinds)
            self._known[before, letter] = found
        return found


@dataclass(slots=True)
class _Text:
    """What is known of the texts that begin so; natural logarithms, of all paths so far."""

    blank: float
    """Of those that end in a blank."""
    letter: float
    """Of those that end in the text's last letter."""
    spelling: float

    @property
    def heard(self) -> float:
        return log_add(self.blank, self.letter)

    @property
    def worth(self) -> float:
        return self.heard + self.spelling


def write(heard: Matrix, spelling: SpellingModel, letters: Sequence[str]) -> Piece:
    """The likeliest text.

    Args:
        heard: log probabilities (frames, 2 + letters) of blank, space and `letters`.
        spelling: the language's.
        letters: how each is written.

    Returns:
        The text, and per letter the logarithm of how likely the sound is if that was said.
    """
    texts = {"": _Text(0.0, _NEVER, 0.0)}
    for frame in heard:
        tried = [chr(number) for number in np.flatnonzero(frame > _UNLIKELY) if number]
        grown = _grown(texts, frame.tolist(), tried, spelling)
        ranked = sorted(grown.items(), key=lambda one: one[1].worth, reverse=True)
        texts = dict(ranked[:BEAM])
    best, found = max(
        texts.items(), key=lambda one: one[1].worth + SPELLING * spelling.log_probability(one[0], _EDGE)
    )
    written = "".join(" " if ord(sign) == SPACE else letters[ord(sign) - SPACE - 1] for sign in best)
    return Piece(" ".join(written.split()), found.heard / len(best) if best else 0.0)


def _grown(
    texts: dict[str, _Text], frame: Sequence[float], tried: Sequence[str], spelling: SpellingModel
) -> dict[str, _Text]:
    """What `texts` can become with the next frame."""
    grown: dict[str, _Text] = {}
    for text, before in texts.items():
        same = grown.setdefault(text, _Text(_NEVER, _NEVER, before.spelling))
        same.blank = log_add(same.blank, before.heard + frame[0])
        if text:
            same.letter = log_add(same.letter, before.letter + frame[ord(text[-1])])
        for sign in tried:
            # A letter can only come twice in a text where a blank was between.
            reached = (before.blank if text[-1:] == sign else before.heard) + frame[ord(sign)]
            if reached == _NEVER:
                continue
            longer = grown.get(text + sign)
            if longer is None:
                spelt = before.spelling + SPELLING * spelling.log_probability(text, sign) + LONGER
                longer = grown[text + sign] = _Text(_NEVER, _NEVER, spelt)
            longer.letter = log_add(longer.letter, reached)
    return grown
