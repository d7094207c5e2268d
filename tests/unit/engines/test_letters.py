"""The arithmetic of letters, on small tables whose paths can be counted by hand."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from sipforge.engines.hearing.whisper.letter_words import best_words
from sipforge.engines.hearing.whisper.letters import Letters, load_letters, path_scores
from sipforge.engines.protocols import EngineError
from sipforge.text import kinyarwanda
from tests.engines import make_stt

ALPHABET = ("a", "n", "y", "ny", "r")


def letters(width: int = 2) -> Letters:
    return Letters(np.zeros((6, 3 * width), np.float32), np.zeros(6, np.float32), ALPHABET)


@pytest.mark.parametrize(
    ("text", "spelling"),
    [("nyana", (4, 1, 2, 1)), ("N'ya-na!", (4, 1, 2, 1)), ("lara", (5, 1, 5, 1)), ("?", ()), ("é", ())],
)
def test_spelling_takes_the_longest_letter(text: str, spelling: tuple[int, ...]) -> None:
    assert letters().spell(text) == spelling


def test_three_frames_are_seen_and_each_is_a_distribution() -> None:
    weight = np.zeros((6, 6), np.float32)
    weight[1, 4] = 9.0
    heard = Letters(weight, np.zeros(6, np.float32), ALPHABET).hear(
        np.array([[0, 0], [1, 0], [0, 0]], np.float32)
    )
    assert heard.argmax(axis=1).tolist() == [1, 0, 0]
    assert np.exp(heard).sum(axis=1) == pytest.approx([1, 1, 1])


def test_states_of_another_model_are_refused() -> None:
    with pytest.raises(EngineError, match="2 wide, the model's are 768"):
        letters().hear(np.zeros((3, 768), np.float32))


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
    np.savez(
        path, weight=np.ones((6, 6), np.float16), bias=np.zeros(6, np.float16), letters=np.array(ALPHABET)
    )
    read = load_letters(path)
    assert (read.letters, read.width, read.weight.dtype) == (ALPHABET, 2, np.float32)
    np.savez(
        path, weight=np.ones((5, 6), np.float16), bias=np.zeros(5, np.float16), letters=np.array(ALPHABET)
    )
    with pytest.raises(EngineError, match="do not fit"):
        load_letters(path)
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
