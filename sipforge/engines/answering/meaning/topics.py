"""What an office's callers may mean: its knowledge file, as a sentence encoder sees it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from sipforge.engines.answering.knowledge import Knowledge
from sipforge.engines.answering.meaning.nearness import Near, Nearness
from sipforge.engines.answering.meaning.vectors import kept_vectors
from sipforge.engines.protocols import SentenceEncoding


class Topics:
    """The topics of one knowledge file, by their meaning."""

    def __init__(
        self,
        encoder: SentenceEncoding,
        knowledge: Knowledge,
        background: Sequence[str] = (),
        cache: Path | None = None,
    ) -> None:
        """Encode a knowledge file, or take what is kept of it.

        Args:
            encoder: the model.
            knowledge: the file.
            background: what is asked elsewhere, in its language.
            cache: folder to keep vectors in; None: they are made anew each time.
        """
        self._encoder = encoder
        groups = [*(topic.questions for topic in knowledge.topics), knowledge.answers(), background]
        vectors = kept_vectors(encoder, [text for group in groups for text in group], cache)
        ends = np.cumsum([0, *map(len, groups)])
        *questions, answers, elsewhere = (vectors[start:end] for start, end in pairwise(ends))
        self._nearness = Nearness(questions, answers, elsewhere)

    def near(self, text: str) -> Near:
        """How near `text` is to each topic."""
        return self._nearness.near(self._encoder.vectors([text])[0])
