from __future__ import annotations

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest

from sipforge.engines.hearing.wav2vec2_bert.ctc import (
    WORD_BONUS,
    Alphabet,
    Lexicon,
    beam_search,
    greedy,
    log_softmax,
)
from sipforge.engines.protocols import Floats

ALPHABET = Alphabet(("", "a", "b", "k", " "), blank=0)
NOTHING = Lexicon(())


def frames(*rows: dict[str, float]) -> Floats:
    """Log probabilities: of "_" (blank) and letters by name, what is left shared by the others."""
    matrix = np.zeros((len(rows), len(ALPHABET.symbols)))
    for row, given in zip(matrix, rows, strict=True):
        row[:] = max(1 - sum(given.values()), 1e-9) / (row.size - len(given))
        for symbol, chance in given.items():
            row[0 if symbol == "_" else ALPHABET.symbols.index(symbol)] = chance
    return np.log(matrix).astype(np.float32)


def path(letters: str) -> Floats:
    return frames(*({letter: 0.96} for letter in letters))


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("aab", "ab"),
        ("a_a", "aa"),
        ("_aa__b_", "ab"),
        ("ab  ka", "ab ka"),
        ("___", ""),
        ("  ab _ k ", "ab k"),
    ],
)
def test_repetitions_are_merged_and_blanks_taken_out(said: str, text: str) -> None:
    assert greedy(path(said), ALPHABET).text == text
    assert beam_search(path(said), ALPHABET, NOTHING).text == text


def test_no_frames_are_no_text() -> None:
    empty = np.zeros((0, 5), np.float32)
    assert greedy(empty, ALPHABET).text == beam_search(empty, ALPHABET, NOTHING).text == ""


def test_greedy_is_as_sure_as_its_symbols() -> None:
    read = greedy(frames({"_": 0.5}, {"a": 0.8}, {"a": 0.6}, {"_": 0.9}), ALPHABET)
    assert read.mean_log_probability == pytest.approx((math.log(0.8) + math.log(0.6)) / 2)


def test_beam_search_adds_up_the_paths_of_a_text() -> None:
    """The best path is blank blank (0.36), but the paths a_, _a and aa together are likelier (0.64)."""
    likely = frames({"_": 0.6, "a": 0.4}, {"_": 0.6, "a": 0.4})
    assert greedy(likely, ALPHABET).text == ""
    read = beam_search(likely, ALPHABET, NOTHING)
    assert read.text == "a"
    assert read.mean_log_probability == pytest.approx(math.log(0.64), abs=1e-4)


@pytest.mark.parametrize("seed", range(5))
def test_beam_search_finds_what_trying_all_paths_finds(seed: int) -> None:
    alphabet = Alphabet(("", "a", "b"), blank=0)
    likely = log_softmax(2 * np.random.default_rng(seed).standard_normal((5, 3)).astype(np.float32))
    chances: dict[str, float] = defaultdict(float)
    for trail in itertools.product(range(3), repeat=5):
        text = "".join(alphabet.symbols[index] for index, _ in itertools.groupby(trail))
        chances[text] += math.exp(sum(float(likely[at, index]) for at, index in enumerate(trail)))
    assert sum(chances.values()) == pytest.approx(1, abs=1e-4)
    best = max(chances, key=lambda text: chances[text])
    read = beam_search(likely, alphabet, NOTHING, beam=100)
    assert read.text == best
    assert read.mean_log_probability * max(1, len(best)) == pytest.approx(math.log(chances[best]), abs=1e-4)


UNCLEAR = frames({"b": 0.9}, {"a": 0.9}, {"k": 0.6, "b": 0.3}, {"a": 0.9})
"""Perhaps baka, perhaps baba."""


def test_what_is_open_becomes_a_word_of_the_list() -> None:
    assert beam_search(UNCLEAR, ALPHABET, NOTHING).text == "baka"
    assert beam_search(UNCLEAR, ALPHABET, Lexicon(["baba"])).text == "baba"


def test_an_unknown_word_that_is_clear_stays() -> None:
    clear = frames({"b": 0.99}, {"a": 0.99}, {"k": 0.99}, {"a": 0.99})
    assert beam_search(clear, ALPHABET, Lexicon(["baba"])).text == "baka"


def test_a_beginning_gains_nothing_if_the_word_does_not_come() -> None:
    """With "ba" as all of a word of the list, its letters give no help to what ends otherwise."""
    sharp = frames({"b": 0.9}, {"a": 0.9}, {"k": 0.5, "b": 0.49})
    lexicon = Lexicon(["babakab"])
    assert beam_search(sharp, ALPHABET, NOTHING).text == beam_search(sharp, ALPHABET, lexicon).text == "bak"


def test_words_after_each_other_are_favoured_each() -> None:
    two = np.concatenate([UNCLEAR, frames({" ": 0.95}), UNCLEAR])
    assert beam_search(two, ALPHABET, Lexicon(["baba"])).text == "baba baba"


def test_long_words_are_not_favoured_without_end() -> None:
    word = "ab" * 20
    assert Lexicon([word]).ended(word) == WORD_BONUS
    assert Lexicon([word]).ended(word[:-1]) == 0.0
    assert Lexicon([word]).begun("abk") == 0.0


def test_log_softmax_of_large_numbers() -> None:
    likely = log_softmax(np.array([[1000.0, 1000.0]], np.float32))
    np.testing.assert_allclose(likely, math.log(0.5), rtol=1e-6)
