"""What an encoder makes of an office's texts: made once, kept as long as texts and model stay the same."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from sipforge.engines.protocols import Encoded, Floats, SentenceEncoding

_log = logging.getLogger(__name__)
_SUFFIX: Final = ".encoded.npz"

Made = tuple[list[Encoded], Floats]
"""Texts piece by piece, and the vectors of others: [others, dimensions]."""


def kept(encoder: SentenceEncoding, texts: Sequence[str], others: Sequence[str], cache: Path | None) -> Made:
    """Each of `texts`, and the vectors of `others`, from the folder `cache` where they are there.

    The file's name is the sha256 of model and texts, so a changed file is another one; the one before goes.
    """
    told = "\n".join((encoder.identity, *texts, "", *others))
    path = None if cache is None else cache / f"{hashlib.sha256(told.encode()).hexdigest()}{_SUFFIX}"
    if path is not None:
        with contextlib.suppress(OSError, ValueError, KeyError, EOFError, BadZipFile):
            return _load(path, [encoder.pieces(text) for text in texts])
    made = encoder.encode(texts), np.stack([one.vector for one in encoder.encode(others)])
    if path is not None:
        _keep(path, *made)
    return made


def _load(path: Path, pieces: Sequence[tuple[str, ...]]) -> Made:
    """What is kept, of texts with these pieces.

    Raises:
        OSError, ValueError, KeyError, EOFError, BadZipFile: it is not there, not whole, or of other texts.
    """
    with np.load(path, allow_pickle=False) as stored:
        vectors, states, others = (
            stored[name].astype(np.float32) for name in ("vectors", "states", "others")
        )
    ends = np.cumsum([len(text) for text in pieces])
    if len(vectors) != len(pieces) or len(states) != ends[-1]:
        raise ValueError("it is of other texts")
    own = np.split(states, ends[:-1])
    return [Encoded(*one) for one in zip(vectors, pieces, own, strict=True)], others


def _keep(path: Path, texts: Sequence[Encoded], others: Floats) -> None:
    """A full disk or a missing folder costs time at the next start, never a call."""
    part = path.with_suffix(f".{os.getpid()}.part")
    vectors = np.stack([one.vector for one in texts])
    states = np.concatenate([one.states for one in texts])
    # As halves: the angle between two texts is the same to three digits.
    halves = {
        name: array.astype(np.float16)
        for name, array in (("vectors", vectors), ("states", states), ("others", others))
    }
    try:
        with part.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **halves)
        part.replace(path)
        for other in path.parent.glob(f"*{_SUFFIX}"):
            if other != path:
                other.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("what the encoder made of the knowledge file could not be kept: %s", error)
