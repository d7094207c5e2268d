"""How near a text is to each topic of a knowledge file, and to what is asked elsewhere. Pure numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sipforge.engines.protocols import Floats

BEST: Final = 0.6
"""Weight, in a topic's score, of its nearest question,"""
FEW: Final = 0.2
"""of the mean of its `NEAREST`,"""
ANSWER: Final = 0.4
"""and of its written answer."""
NEAREST: Final = 3
"""Of a topic's questions."""
OWN: Final = 0.75
"""Score from which a question of the background is the office's own, and no background to it."""


@dataclass(frozen=True, slots=True)
class Near:
    """How near one text is."""

    scores: Floats
    """Of each topic, in the file's order; at most the sum of the weights."""
    background: float
    """Cosine of the nearest question of the background; 0 without one."""


class Nearness:
    """One knowledge file."""

    def __init__(self, questions: Sequence[Floats], answers: Floats, background: Floats) -> None:
        """From vectors of length 1.

        Args:
            questions: of each topic: [its questions, dimensions].
            answers: of all topics: [topics, dimensions].
            background: questions that no office needs to know: [any number, dimensions].
        """
        self._questions = np.concatenate(questions)
        self._starts = np.cumsum([0, *(len(one) for one in questions[:-1])])
        self._answers = answers
        self._background = background
        own = [float(self._scores(one).max()) >= OWN for one in background]
        self._background = background[~np.array(own, bool)]

    def near(self, vector: Floats) -> Near:
        """How near the text of `vector` is: [dimensions]."""
        elsewhere = self._background @ vector
        return Near(self._scores(vector), float(elsewhere.max()) if len(elsewhere) else 0.0)

    def _scores(self, vector: Floats) -> Floats:
        cosines = self._questions @ vector
        few = [np.sort(own)[-NEAREST:].mean() for own in np.split(cosines, self._starts[1:])]
        best = np.maximum.reduceat(cosines, self._starts)
        scores = BEST * best + FEW * np.array(few) + ANSWER * (self._answers @ vector)
        return np.asarray(scores, np.float32)
