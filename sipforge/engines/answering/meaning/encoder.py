"""A sentence encoder of BERT's kind, through CTranslate2: texts of one meaning have vectors that are near."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from sipforge.engines.protocols import Encoded, EngineError, Floats, Stage
from sipforge.engines.runtime.ct2 import load, vocabulary

PIECES: Final = 128
"""Longest text; what is longer is cut off. A caller's utterance has about 20."""
BATCH: Final = 4
"""Texts encoded at once."""


def make(directory: Path) -> SentenceEncoder:
    """See sipforge.engines.registry."""
    return SentenceEncoder(directory)


class SentenceEncoder:
    """A model, shared by all calls."""

    def __init__(self, directory: Path) -> None:
        """Load the model in `directory`.

        Raises:
            EngineError: a file is missing or broken, or it is a model of another kind.
        """
        self._model, self._tokenizer = load(Stage.DIALOGUE, "Encoder", directory, threads=1)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(PIECES)
        known = len(vocabulary(Stage.DIALOGUE, directory))
        if self._tokenizer.get_vocab_size() != known:
            raise EngineError(Stage.DIALOGUE, f"the tokenizer in {directory} is another model's")
        try:
            with (directory / "model.bin").open("rb") as stream:
                self.identity = hashlib.file_digest(stream, "sha256").hexdigest()
            self.encode(["?"])
        except Exception as error:  # the library raises bare exceptions
            raise EngineError(
                Stage.DIALOGUE, f"the model in {directory} is no sentence encoder: {error}"
            ) from error

    def pieces(self, text: str) -> tuple[str, ...]:
        """How `text` is cut."""
        return tuple(self._cut(text).tokens[1:-1])

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        """Each of `texts`."""
        # Texts of about one length waste no time on padding.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        made: dict[int, Encoded] = {}
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            made |= zip(batch, self._encode([self._cut(texts[at]) for at in batch]), strict=True)
        return [made[at] for at in range(len(texts))]

    def _cut(self, text: str) -> Any:
        # What is no Unicode, such as half of a pair, the tokenizer takes for no text.
        return self._tokenizer.encode(text.encode("utf-8", "replace").decode())

    def _encode(self, cut: Sequence[Any]) -> list[Encoded]:
        out: Any = self._model.forward_batch([text.ids for text in cut])
        states = np.asarray(out.last_hidden_state, np.float32)
        pooled = None if out.pooler_output is None else np.asarray(out.pooler_output, np.float32)
        made = []
        for at, text in enumerate(cut):
            own = states[at, : len(text.ids)]
            vector = own.mean(0) if pooled is None else pooled[at]
            # Between the marks of beginning and end.
            made.append(Encoded(_unit(vector), tuple(text.tokens[1:-1]), _unit(own[1:-1])))
        return made


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)
