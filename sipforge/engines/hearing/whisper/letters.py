"""Letters heard in an utterance, and how well given spellings fit them. Pure arithmetic.

Whisper's encoder hears sounds in any language; only its decoder knows no Kinyarwanda. One linear layer on
the encoder's states says, every 20 ms, which letter of the language is heard there, or none (the "blank"): a
connectionist temporal classification. A language that is written as it sounds needs no dictionary.

A spelling is scored along its best path through the frames, less the best path of any letters at all. That
is the logarithm of a ratio of likelihoods: 0 where nothing fits better than the spelling, and lower for each
letter that was heard otherwise; for other languages and noise far lower.

The layer's file (numpy's npz) has `weight` (letters + 1, three frames' states), `bias` and `letters`, of
which one may be written with several signs ("ny"). models/letters/train.py makes it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sipforge.engines.protocols import EngineError, Floats, Stage

Matrix = NDArray[np.float32]

_NEVER: Final = np.float32(-1e9)
_SAME_SOUND: Final = str.maketrans({"l": "r", "q": "k", "x": "z"})


@dataclass(frozen=True, slots=True)
class Letters:
    """The layer and its alphabet."""

    weight: Matrix
    """(1 + number of letters, frames · width of a state); row 0 is the blank."""
    bias: Matrix
    letters: tuple[str, ...]

    @property
    def width(self) -> int:
        """Width of the states that it was made for, with three frames in view."""
        return int(self.weight.shape[1]) // 3

    def hear(self, states: Matrix) -> Matrix:
        """Log probabilities (frames, 1 + letters) of an utterance's encoder states (frames, width).

        Raises:
            EngineError: the states are another model's.
        """
        if states.shape[1] != self.width:
            message = f"the letters are for states {self.width} wide, the model's are {states.shape[1]}"
            raise EngineError(Stage.STT, message)
        around = np.pad(states, ((1, 1), (0, 0)))
        seen = np.concatenate([around[:-2], states, around[2:]], axis=1)
        scores = seen @ self.weight.T + self.bias
        scores -= scores.max(axis=1, keepdims=True)
        heard: Matrix = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return heard

    def spell(self, text: str) -> tuple[int, ...]:
        """`text` as numbers of letters, the longest first; signs that are none are passed over."""
        longest_first = sorted(self.letters, key=len, reverse=True)
        plain = "".join(sign for sign in text.lower().translate(_SAME_SOUND) if sign.isalpha())
        return tuple(self.letters.index(found) + 1 for found in re.findall("|".join(longest_first), plain))


def load_letters(path: Path) -> Letters:
    """Read a layer's file.

    Raises:
        EngineError: it is missing or wrong.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            weight, bias = file["weight"].astype(np.float32), file["bias"].astype(np.float32)
            letters = tuple(str(letter) for letter in file["letters"])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EngineError(Stage.STT, f"the letters in {path} cannot be loaded: {error}") from error
    if weight.shape[0] != len(letters) + 1 or bias.shape != weight.shape[:1] or weight.shape[1] % 3:
        raise EngineError(Stage.STT, f"the letters in {path} do not fit their table of {weight.shape}")
    return Letters(weight, bias, letters)


def path_scores(heard: Matrix, spellings: Sequence[Sequence[int]]) -> Floats:
    """For each spelling, the log probability of its best path less that of the best path of any letters.

    Args:
        heard: log probabilities (frames, 1 + letters).
        spellings: numbers of letters, none empty.
    """
    # Places: blank, letter, blank, letter ... blank. From each to itself and the next, and over a blank.
    places = np.zeros((len(spellings), 2 * max(map(len, spellings)) + 1), np.intp)
    for row, spelling in zip(places, spellings, strict=True):
        row[1 : 2 * len(spelling) : 2] = spelling
    doubled = places[:, 2:] == places[:, :-2]
    best = np.full(places.shape, _NEVER, np.float32)
    best[:, :2] = heard[0][places[:, :2]]
    for frame in heard[1:]:
        moved = best.copy()
        np.maximum(moved[:, 1:], best[:, :-1], out=moved[:, 1:])
        np.maximum(moved[:, 2:], np.where(doubled, _NEVER, best[:, :-2]), out=moved[:, 2:])
        best = moved + frame[places]
    rows, ends = np.arange(len(spellings)), np.array([2 * len(spelling) for spelling in spellings])
    scores: Floats = np.maximum(best[rows, ends], best[rows, ends - 1]) - heard.max(axis=1).sum()
    return scores
