"""Loads models in CTranslate2's format, with their tokenizers. Owns: ctranslate2, tokenizers.

CT2_USE_MKL must stay unset: setting it makes decoding many times slower.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import ctranslate2
import numpy as np
import tokenizers
from numpy.typing import NDArray

from sipforge.engines.protocols import EngineError, Stage

_FILES: Final = ("model.bin", "config.json")
_TOKENIZER: Final = "tokenizer.json"
_CPU: Final = Path("/proc/cpuinfo")


def compute_type(kind: str) -> str:
    """What a model of `kind` is run in: int8, or float32 for a chat model where sums of bytes saturate.

    There, in oneDNN on x86 without VNNI, Whisper had as few word errors as in float32 (6.2 %), in two thirds
    of the time, while a chat model of 135 million parameters wrote nonsense.
    """
    if kind != "Generator" or not _CPU.exists():
        return "int8"
    return "float32" if saturates(_CPU.read_text(encoding="utf-8", errors="replace")) else "int8"


def saturates(cpu: str) -> bool:
    """Whether the processor that /proc/cpuinfo describes so is an x86 without VNNI."""
    flags = next((line for line in cpu.splitlines() if line.startswith("flags")), "").split()
    return bool(flags) and not {"avx512_vnni", "avx_vnni"} & set(flags)


def load(
    stage: Stage,
    kind: Literal["Encoder", "Generator", "Whisper"],
    directory: Path,
    threads: int,
    at_once: int = 1,
) -> tuple[Any, tokenizers.Tokenizer]:
    """The model in `directory`, as by `load_model`, and its tokenizer.

    Raises:
        EngineError: a file is missing or broken, or the model is not of this kind.
    """
    model = load_model(stage, kind, directory, threads, at_once, files=(*_FILES, _TOKENIZER))
    try:
        return model, tokenizers.Tokenizer.from_file(str(directory / _TOKENIZER))
    except Exception as error:  # the library raises bare exceptions
        raise _wrong(stage, directory, error) from error


def load_model(
    stage: Stage,
    kind: str,
    directory: Path,
    threads: int,
    at_once: int = 1,
    *,
    files: Sequence[str] = _FILES,
) -> Any:
    """A model of any kind, run in its `compute_type`, without a tokenizer.

    Args:
        stage: of the errors.
        kind: a class of ctranslate2, or of ctranslate2.models.
        directory: folder of the model.
        threads: CPU threads for one request.
        at_once: how many requests are worked on at the same time; they share the weights.
        files: what must be there.

    Raises:
        EngineError: a file is missing or broken, or the model is not of this kind.
    """
    missing = [name for name in files if not (directory / name).is_file()]
    if missing:
        raise _wrong(stage, directory, f"it lacks {', '.join(missing)}")
    make = getattr(ctranslate2, kind, None) or getattr(ctranslate2.models, kind)
    try:
        return make(
            str(directory),
            device="cpu",
            compute_type=compute_type(kind),
            intra_threads=threads,
            inter_threads=at_once,
        )
    except Exception as error:  # the library raises bare exceptions
        raise _wrong(stage, directory, error) from error


def vocabulary(stage: Stage, directory: Path) -> list[str]:
    """The tokens of the model in `directory`, by number, as its conversion wrote them down.

    Raises:
        EngineError: they are missing or broken.
    """
    for name in ("vocabulary", "shared_vocabulary"):
        path = directory / f"{name}.json"
        # Conversions before 2023 wrote lines.
        lines = path.with_suffix(".txt")
        try:
            if path.is_file():
                return [str(token) for token in json.loads(path.read_text(encoding="utf-8"))]
            if lines.is_file():
                return lines.read_text(encoding="utf-8").removesuffix("\n").split("\n")
        except (OSError, ValueError) as error:
            raise _wrong(stage, directory, error) from error
    raise _wrong(stage, directory, "it lacks its vocabulary")


def view(array: NDArray[np.float32]) -> Any:
    """`array` as models take it."""
    return ctranslate2.StorageView.from_array(np.ascontiguousarray(array, np.float32))


def _wrong(stage: Stage, directory: Path, why: object) -> EngineError:
    return EngineError(stage, f"the model in {directory} cannot be loaded: {why}; install the model again")
