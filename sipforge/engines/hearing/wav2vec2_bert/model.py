"""Wav2Vec2-BERT through CTranslate2: what each 25th of a second of an utterance may be, letter by letter.

A model is a folder with CTranslate2's model.bin and config.json, and vocab.json (symbol → number) and,
where there is one, tokenizer_config.json of the checkpoint. CTranslate2 4.8.5 leaves the feed-forward block
of the adapter out: it adds the block's input where the block's output belongs, which moved the outputs of a
random model by more than their own size. So models/w2v-bert-ct2/convert.py puts that block and the last
layer into head.npz, and they are computed here. A folder without head.npz is taken as it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np

from sipforge.engines.hearing.wav2vec2_bert.ctc import Alphabet, log_softmax
from sipforge.engines.hearing.wav2vec2_bert.fbank import normalised_fbank
from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Stage
from sipforge.engines.runtime.ct2 import load_model, view

_AGAIN: Final = "install the model again"
_BLANKS: Final = ("[PAD]", "<pad>")
_EPSILON: Final = 1e-5
_TRIAL_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Head:
    """What follows CTranslate2's part: states + feed-forward(norm(states)), then one number for each
    symbol."""

    gamma: Floats
    beta: Floats
    inner_weight: Floats
    inner_bias: Floats
    outer_weight: Floats
    outer_bias: Floats
    symbols_weight: Floats
    symbols_bias: Floats

    def __call__(self, states: Floats) -> Floats:
        """Logits (frames, symbols) of `states` (frames, width)."""
        centred = states - states.mean(axis=-1, keepdims=True)
        normal = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + _EPSILON)
        inner = np.maximum((normal * self.gamma + self.beta) @ self.inner_weight.T + self.inner_bias, 0.0)
        states = states + inner @ self.outer_weight.T + self.outer_bias
        logits: Floats = states @ self.symbols_weight.T + self.symbols_bias
        return logits


class Wav2Vec2BertModel:
    """A fine-tuned Wav2Vec2-BERT with CTC outputs, int8; its methods block, from any thread."""

    def __init__(self, directory: Path, threads: int = 1, at_once: int = 1) -> None:
        """Load the model in `directory`, and try it; `threads` and `at_once` as for `ct2.load_model`.

        Raises:
            EngineError: a file is missing, broken or of another model.
        """
        self.alphabet = _read_alphabet(directory)
        self._head = _read_head(directory / "head.npz")
        self._model = load_model(Stage.STT, "Wav2Vec2Bert", directory, threads, at_once)
        noise = np.random.default_rng(0).standard_normal(int(_TRIAL_SECONDS * RATE_HZ)).astype(np.float32)
        try:
            tried = self.log_probabilities(noise)
        except (RuntimeError, ValueError) as error:
            raise _wrong(directory, f"its files do not belong together ({error})") from error
        if tried.shape[1] < len(self.alphabet.symbols):
            raise _wrong(directory, f"it tells {tried.shape[1]} symbols apart, and vocab.json has more")
        if not np.isfinite(tried).all():
            raise _wrong(directory, "its weights are damaged")
        beyond = ("",) * (tried.shape[1] - len(self.alphabet.symbols))
        self.alphabet = Alphabet(self.alphabet.symbols + beyond, self.alphabet.blank)

    def log_probabilities(self, samples: Floats) -> Floats:
        """(frames, symbols), natural logarithms, of `samples` (16 kHz); no frames for less than 35 ms."""
        features = normalised_fbank(samples)
        if not features.shape[0]:
            return np.zeros((0, len(self.alphabet.symbols)), np.float32)
        output: Floats = np.array(self._model.encode(view(features[None]), to_cpu=True))[0]
        return log_softmax(output if self._head is None else self._head(output))


def _read_alphabet(directory: Path) -> Alphabet:
    """The symbols of vocab.json in a tokenizer's spelling: "|" for the space, the padding mark for the
    blank."""
    vocabulary = _read_json(directory, "vocab.json")
    marks = _read_json(directory, "tokenizer_config.json") if _has_marks(directory) else {}
    numbers = vocabulary.values()
    if not vocabulary or not all(isinstance(number, int) for number in numbers):
        raise _wrong(directory, "vocab.json is not a table of symbols")
    if sorted(numbers) != list(range(len(vocabulary))):
        raise _wrong(directory, "the numbers in vocab.json have gaps")
    blank = next((mark for mark in (marks.get("pad_token"), *_BLANKS) if mark in vocabulary), None)
    if blank is None:
        raise _wrong(directory, "vocab.json has no blank ([PAD])")
    space = marks.get("word_delimiter_token", "|")
    by_number = sorted(vocabulary, key=lambda symbol: int(vocabulary[symbol]))
    symbols = (" " if symbol == space else symbol for symbol in by_number)
    return Alphabet(
        tuple(symbol if len(symbol) == 1 and symbol != blank else "" for symbol in symbols), vocabulary[blank]
    )


def _has_marks(directory: Path) -> bool:
    return (directory / "tokenizer_config.json").is_file()


def _read_json(directory: Path, name: str) -> dict[str, Any]:
    try:
        found = json.loads((directory / name).read_text(encoding="utf-8"))
    except OSError as error:
        raise _wrong(directory, f"{name}: {error.strerror}") from error
    except ValueError as error:
        raise _wrong(directory, f"{name} is damaged") from error
    if not isinstance(found, dict):
        raise _wrong(directory, f"{name} is not a table")
    return found


def _read_head(path: Path) -> Head | None:
    if not path.is_file():
        return None
    names = Head.__dataclass_fields__
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return Head(**{name: arrays[name].astype(np.float32) for name in names})
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise _wrong(path.parent, "head.npz is damaged") from error


def _wrong(directory: Path, why: str) -> EngineError:
    return EngineError(Stage.STT, f"the model in {directory} cannot be loaded: {why}; {_AGAIN}")
