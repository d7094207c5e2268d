"""Loads models in CTranslate2's format, with their tokenizers. Owns: ctranslate2, tokenizers.

CT2_USE_MKL must stay unset: setting it makes decoding many times slower.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Literal

import ctranslate2
import numpy as np
import tokenizers
from numpy.typing import NDArray

from sipforge.engines.protocols import EngineError, Stage

_FILES: Final = ("model.bin", "config.json", "tokenizer.json")


def load(
    stage: Stage, kind: Literal["Generator", "Whisper"], directory: Path, threads: int
) -> tuple[Any, tokenizers.Tokenizer]:
    """The model in `directory` for the CPU, run in int8 on `threads` threads, and its tokenizer.

    Raises:
        EngineError: a file is missing or broken, or the model is not of this kind.
    """
    missing = [name for name in _FILES if not (directory / name).is_file()]
    if missing:
        raise _wrong(stage, directory, f"it lacks {', '.join(missing)}")
    kinds = {"Generator": ctranslate2.Generator, "Whisper": ctranslate2.models.Whisper}
    try:
        model = kinds[kind](
            str(directory), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1
        )
        tokenizer = tokenizers.Tokenizer.from_file(str(directory / "tokenizer.json"))
    except Exception as error:  # both libraries raise bare exceptions
        raise _wrong(stage, directory, error) from error
    return model, tokenizer


def view(array: NDArray[np.float32]) -> Any:
    """`array` as models take it."""
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(array, np.float32))


def load_wav2vec2_bert(stage: Stage, directory: Path, threads: int) -> Any:
    """The Wav2Vec2-BERT encoder in `directory` for the CPU, run in int8 on `threads` threads.

    Raises:
        EngineError: a file is missing or broken, or the model is not of this kind.
    """
    try:
        return ctranslate2.models.Wav2Vec2Bert(
            str(directory), device="cpu", compute_type="int8", intra_threads=threads, inter_threads=1
        )
    except Exception as error:  # it raises bare exceptions
        raise _wrong(stage, directory, error) from error


def _wrong(stage: Stage, directory: Path, why: object) -> EngineError:
    return EngineError(stage, f"the model in {directory} cannot be loaded: {why}; install the model again")
