"""The arithmetic of letters, on small tables whose paths can be counted by hand."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from sipforge.engines.hearing.whisper.letter_words import best_words
from sipforge.engines.hearing.whisper.letters import (
    Layer,
    Letters,
    load_letters,
    path_scores,
    without_spaces,
)
from sipforge.engines.protocols import EngineError
from sipforge.text import kinyarwanda
from tests.engines import make_stt

ALPHABET = ("a", "n", "y", "ny", "r")


def layer(width: int, out: int, frames: int = 1, weight: float = 0.0) -> dict[str, np.ndarray]:
    """Its arrays in a file."""
    filled = np.full((frames * width, out), weight)
    return {"scale": np.ones(width), "shift": np.zeros(width), "weight": filled, "bias": np.zeros(out)}


def network(width: int = 2, **layers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """A file's arrays: the layers in, layer0 and out, where not given otherwise."""
    own = {"in": layer(width, 4), "layer0": layer(4, 4, 3), "out": layer(4, len(ALPHABET) + 2), **layers}
    arrays = {f"{name}.{part}": values for name, parts in own.items() for part, values in parts.items()}
    return {"letters": np.array(ALPHABET)} | {
        name: values.astype(np.float16) for name, values in arrays.items()
    }


def letters(path: Path, **layers: dict[str, np.ndarray]) -> Letters:
    np.savez(path / "letters.npz", **network(**layers))
    return load_letters(path / "letters.npz")


@pytest.mark.parametrize(
    ("text", "spelling"),
    [("nyana", (4, 1, 2, 1)), ("N'ya-na!", (4, 1, 2, 1)), ("lara", (5, 1, 5, 1)), ("?", ()), ("é", ())],
)
def test_spelling_takes_the_longest_letter(tmp_path: Path, text: str, spelling: tuple[int, ...]) -> None:
    assert letters(tmp_path).spell(text) == spelling


def test_words_are_spelt_with_a_space_between(tmp_path: Path) -> None:
    assert letters(tmp_path).spell_words("nya, ra ?") == (5, 2, 1, 6, 2)
    assert letters(tmp_path).spell_words("") == ()


def test_each_frame_is_a_distribution_that_its_neighbours_move(tmp_path: Path) -> None:
    middle, out = layer(4, 4, 3), layer(4, len(ALPHABET) + 2)
    middle["weight"][8:, :] = np.eye(4) * 3  # Only the frame after it is looked at.
    first = layer(2, 4)
    first["weight"][:, 1] = 5, -5
    out["weight"][1, 3] = 9
    network = letters(tmp_path, **{"in": first, "layer0": middle, "out": out})
    heard = network.hear(np.array([[0, 0], [0, 0], [1, 0], [0, 0]], np.float32))
    assert np.exp(heard).sum(axis=1) == pytest.approx([1, 1, 1, 1], abs=1e-5)
    assert heard[:, 3].argmax() in {1, 2}
    assert heard[1, 3] > heard[3, 3] + 1
    assert heard[0, 3] == pytest.approx(heard[3, 3])


def test_a_layer_is_normalised_linear_and_over_frames() -> None:
    random = np.random.default_rng(1)
    states = random.standard_normal((5, 3)).astype(np.float32)
    weight = random.standard_normal((9, 2)).astype(np.float32)
    found = Layer(np.ones(3, np.float32), np.zeros(3, np.float32), weight, np.ones(2, np.float32))(states)
    normal = (states - states.mean(1, keepdims=True)) / states.std(1, keepdims=True)
    around = np.pad(normal, ((1, 1), (0, 0)))
    expected = [np.concatenate(around[place : place + 3]) @ weight + 1 for place in range(5)]
    assert found == pytest.approx(np.array(expected), abs=1e-3)


def test_spaces_are_taken_for_blanks() -> None:
    heard = np.log(np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 1e-9]], np.float32))
    assert np.exp(without_spaces(heard)) == pytest.approx(np.array([[0.3, 0.7], [1.0, 0.0]]), abs=1e-6)


def test_states_of_another_model_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="2 wide, the model's are 768"):
        letters(tmp_path).hear(np.zeros((3, 768), np.float32))


def _by_counting(heard: np.ndarray, spelling: tuple[int, ...]) -> float:
    best = -np.inf
    for path in product(range(heard.shape[1]), repeat=len(heard)):
        joined = [
            letter for place, letter in enumerate(path) if letter and (not place or path[place - 1] != letter)
        ]
        if tuple(joined) == spelling:
            best = max(best, sum(frame[letter] for frame, letter in zip(heard, path, strict=True)))
    return best - heard.max(axis=1).sum()


def test_scores_are_those_of_the_best_of_all_paths() -> None:
    heard = np.log(np.random.default_rng(4).dirichlet(np.ones(4), 5)).astype(np.float32)
    spellings = [(1,), (2, 2), (1, 2, 3), (3, 1, 3, 1, 3), (2, 1, 1)]
    expected = [_by_counting(heard, spelling) for spelling in spellings]
    assert path_scores(heard, spellings) == pytest.approx(expected, abs=1e-4)


def test_what_is_too_long_for_the_sound_is_impossible() -> None:
    heard = np.log(np.full((3, 2), 0.5, np.float32))
    assert path_scores(heard, [(1, 1, 1), (1,)])[0] < -1e6


def test_letters_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "letters.npz"
    read = letters(tmp_path)
    assert (read.letters, read.width, len(read.middle), read.last.weight.dtype) == (
        *(ALPHABET, 2, 1, np.float32),
    )
    for wrong in (
        {"out": layer(4, 6)},
        {"layer0": layer(4, 5)},
        {"in": layer(3, 5)},
        {"layer0": {**layer(4, 4, 3), "weight": np.ones((13, 4))}},
        {"out": {**layer(4, 7), "bias": np.zeros(8)}},
        {"layer0": {**layer(4, 4, 3), "shift": np.zeros(3)}},
    ):
        with pytest.raises(EngineError, match="do not fit"):
            letters(tmp_path, **wrong)
    np.savez(path, **{name: array for name, array in network().items() if name != "out.bias"})
    with pytest.raises(EngineError, match="cannot be loaded"):
        load_letters(path)
    letters(tmp_path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(EngineError, match="cannot be loaded"):
        load_letters(path)
    with pytest.raises(EngineError, match="English has no letters"):
        make_stt("whisper-phrases", tmp_path, "sw", {}, language="english")


def test_the_letters_of_kinyarwanda_spell_every_sign() -> None:
    shipped = load_letters(Path(kinyarwanda.__file__).with_name("letters.npz"))
    assert shipped.width == 512
    for letter in "abcdefghijklmnopqrstuvwxyz":
        assert len(shipped.spell(letter)) == 1
    assert [shipped.letters[number - 1] for number in shipped.spell("Njyewe nshyira")] == [
        *("n", "jy", "e", "w", "e"),
        *("n", "sh", "y", "i", "r", "a"),
    ]


def test_words_in_a_row_are_those_of_the_best_of_all_paths() -> None:
    words = [(1,), (2, 3), (3, 1, 3)]
    for seed in range(12):
        heard = np.log(np.random.default_rng(seed).dirichlet(np.ones(4), 5)).astype(np.float32)
        rows = [row for count in range(1, 6) for row in product(range(3), repeat=count)]
        scores = {
            row: _by_counting(heard, tuple(letter for word in row for letter in words[word]))
            for row in rows
            if sum(len(words[word]) for word in row) <= 5
        }
        found, score = best_words(heard, words)
        assert score == pytest.approx(max(scores.values()), abs=1e-4)
        assert scores[found] == pytest.approx(score, abs=1e-4)
