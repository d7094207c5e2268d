"""The vectors of an office's texts: made once, and kept as long as texts and model stay the same."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from sipforge.engines.protocols import Floats, SentenceEncoding

_log = logging.getLogger(__name__)
_SUFFIX: Final = ".vectors.npy"


def kept_vectors(encoder: SentenceEncoding, texts: Sequence[str], cache: Path | None) -> Floats:
    """The vectors of `texts`, from the folder `cache` where they are there: [texts, dimensions].

    The file's name is the sha256 of model and texts, so a changed file is another one; the one before goes.
    """
    digest = hashlib.sha256("\n".join((encoder.identity, *texts)).encode()).hexdigest()
    path = None if cache is None else cache / f"{digest}{_SUFFIX}"
    if path is not None:
        with contextlib.suppress(OSError, ValueError):
            kept = np.load(path, allow_pickle=False)
            if kept.dtype == np.float32 and kept.ndim == 2 and len(kept) == len(texts):
                return np.asarray(kept, np.float32)
    made = encoder.vectors(texts)
    if path is not None:
        _keep(path, made)
    return made


def _keep(path: Path, vectors: Floats) -> None:
    """A full disk or a missing folder costs time at the next start, never a call."""
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        with part.open("wb") as stream:
            np.save(stream, vectors)
        part.replace(path)
        for other in path.parent.glob(f"*{_SUFFIX}"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("the vectors of the knowledge file could not be kept: %s", error)
