"""A sentence encoder of BERT's kind, through CTranslate2: texts of one meaning have vectors that are near."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from sipforge.engines.protocols import EngineError, Floats, Stage
from sipforge.engines.runtime.ct2 import load, vocabulary

TOKENS: Final = 64
"""Longest sentence; what is longer is cut off. A caller's utterance has about 20."""
BATCH: Final = 4
"""Sentences encoded at once."""


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
        self._tokenizer.enable_truncation(TOKENS)
        known = len(vocabulary(Stage.DIALOGUE, directory))
        if self._tokenizer.get_vocab_size() != known:
            raise EngineError(Stage.DIALOGUE, f"the tokenizer in {directory} is another model's")
        try:
            with (directory / "model.bin").open("rb") as stream:
                self.identity = hashlib.file_digest(stream, "sha256").hexdigest()
            self._encode(["?"])
        except Exception as error:  # the library raises bare exceptions
            raise EngineError(
                Stage.DIALOGUE, f"the model in {directory} is no sentence encoder: {error}"
            ) from error

    def vectors(self, texts: Sequence[str]) -> Floats:
        """A vector of length 1 for each of `texts`, at least one: [texts, dimensions]."""
        # Sentences of about one length waste no time on padding.
        order = np.argsort([len(text) for text in texts])
        batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        made = np.concatenate([self._encode([texts[at] for at in batch]) for batch in batches])
        return made[np.argsort(order)]

    def _encode(self, texts: Sequence[str]) -> Floats:
        # What is no Unicode, such as half of a pair, the tokenizer takes for no text.
        known = [text.encode("utf-8", "replace").decode() for text in texts]
        tokens = [self._tokenizer.encode(text).ids for text in known]
        out: Any = self._model.forward_batch(tokens)
        if out.pooler_output is not None:
            vectors = np.asarray(out.pooler_output, np.float32)
        else:
            states = np.asarray(out.last_hidden_state, np.float32)
            lengths = np.array([len(sentence) for sentence in tokens])[:, None]
            spoken = np.arange(states.shape[1]) < lengths
            vectors = (states * spoken[:, :, None]).sum(1) / lengths
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
