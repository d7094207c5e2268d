"""Letters heard in an utterance, and how well given spellings fit them. Pure arithmetic.

Whisper's encoder hears sounds in any language; only its decoder knows no Kinyarwanda. A small network on the
encoder's states says, every 20 ms, which letter of the language is heard there, or the space between two
words, or nothing (the "blank"): a connectionist temporal classification. A language that is written as it
sounds needs no dictionary.

A spelling is scored along its best path through the frames, less the best path of any letters at all. That is
the logarithm of a ratio of likelihoods: 0 where nothing fits better than the spelling, and lower for each
letter that was heard otherwise; for other languages and noise far lower. Where words end is written one way
and said another, so that for spellings a space is as good as a blank.

The network's file (numpy's npz, 16-bit) has `letters`, of which one may be written with several signs ("ny"),
and of each layer its weights: `in` from the states, normalised, to the network's width; `layer0`, `layer1`
..., each a normalisation, a convolution over a few frames and a GELU, added to what comes in; `out`,
normalised, to blank, space and letters. models/letters/train.py makes it.
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

SPACE: Final = 1
"""Number of the symbol; blank is 0, letters follow."""
_NEVER: Final = np.float32(-1e9)
_EPSILON: Final = np.float32(1e-5)
_PARTS: Final = ("scale", "shift", "weight", "bias")
_SAME_SOUND: Final = str.maketrans({"l": "r", "q": "k", "x": "z"})


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights of one layer."""

    scale: Matrix
    """Of the normalisation before it, as `shift`: (width in,)."""
    shift: Matrix
    weight: Matrix
    """(frames · width in, width out)"""
    bias: Matrix

    def __call__(self, states: Matrix) -> Matrix:
        """From (frames, width in) to (frames, width out)."""
        centred = states - states.mean(axis=1, keepdims=True)
        deviation = np.sqrt((centred * centred).mean(axis=1, keepdims=True) + _EPSILON)
        seen = centred / deviation * self.scale + self.shift
        frames = self.weight.shape[0] // seen.shape[1]
        if frames > 1:
            padded = np.pad(seen, ((frames // 2, frames // 2), (0, 0)))
            windows = np.lib.stride_tricks.sliding_window_view(padded, frames, axis=0)
            seen = windows.transpose(0, 2, 1).reshape(len(seen), -1)
        out: Matrix = seen @ self.weight + self.bias
        return out


@dataclass(frozen=True, slots=True)
class Letters:
    """The network and its alphabet."""

    first: Layer
    middle: tuple[Layer, ...]
    last: Layer
    letters: tuple[str, ...]

    @property
    def width(self) -> int:
        """Width of the states that it was made for."""
        return len(self.first.scale)

    def hear(self, states: Matrix) -> Matrix:
        """Log probabilities (frames, 2 + letters) of blank, space and letters in states (frames, width).

        Raises:
            EngineError: the states are another model's.
        """
        if states.shape[1] != self.width:
            message = f"the letters are for states {self.width} wide, the model's are {states.shape[1]}"
            raise EngineError(Stage.STT, message)
        seen = self.first(states)
        for layer in self.middle:
            seen = seen + _gelu(layer(seen))
        scores = self.last(seen)
        scores -= scores.max(axis=1, keepdims=True)
        heard: Matrix = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return heard

    @property
    def symbols(self) -> int:
        """How many there are: blank, space and letters."""
        return len(self.letters) + 2

    def spell_words(self, text: str) -> tuple[int, ...]:
        """`text` as numbers of symbols, with spaces."""
        words = [[letter + 1 for letter in self.spell(word)] for word in text.split()]
        return tuple(number for word in words if word for number in (*word, SPACE))[:-1]

    def spell(self, text: str) -> tuple[int, ...]:
        """`text` as numbers of letters, the longest first; signs that are none are passed over."""
        longest_first = sorted(self.letters, key=len, reverse=True)
        plain = "".join(sign for sign in text.lower().translate(_SAME_SOUND) if sign.isalpha())
        return tuple(self.letters.index(found) + 1 for found in re.findall("|".join(longest_first), plain))


def without_spaces(heard: Matrix) -> Matrix:
    """(frames, 1 + letters): as `Letters.hear` tells, with spaces taken for blanks."""
    blank = np.logaddexp(heard[:, :1], heard[:, 1:2])
    return np.concatenate([blank, heard[:, 2:]], axis=1)


def load_letters(path: Path) -> Letters:
    """Read a network's file.

    Raises:
        EngineError: it is missing or wrong.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            count = sum(name.startswith("layer") and name.endswith(".weight") for name in file.files)
            names = ("in", *(f"layer{number}" for number in range(count)), "out")
            layers = [
                Layer(*(file[f"{name}.{part}"].astype(np.float32) for part in _PARTS)) for name in names
            ]
            letters = tuple(str(letter) for letter in file["letters"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise EngineError(Stage.STT, f"the letters in {path} cannot be loaded: {error}") from error
    widths = [len(layer.scale) for layer in layers[1:]] + [len(letters) + 2]
    for layer, width in zip(layers, widths, strict=True):
        shapes = layer.shift.shape == layer.scale.shape and layer.bias.shape == (width,)
        fits = layer.weight.shape[1:] == (width,) and len(layer.weight) % max(1, len(layer.scale)) == 0
        if not (shapes and fits):
            raise EngineError(Stage.STT, f"the letters in {path} do not fit their network")
    return Letters(layers[0], tuple(layers[1:-1]), layers[-1], letters)


def _gelu(values: Matrix) -> Matrix:
    """By Hendrycks and Gimpel's approximation with the hyperbolic tangent (arXiv 1606.08415)."""
    curved: Matrix = 0.5 * values * (1 + np.tanh(0.7978845608 * (values + 0.044715 * values**3)))
    return curved


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
