"""Writing from letters, on small tables whose texts can be counted by hand."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest

from sipforge.engines.hearing.whisper import letter_text
from sipforge.engines.hearing.whisper.letter_text import LONGER, SPELLING, SpellingModel, write
from sipforge.engines.hearing.whisper.letters import SPACE, Matrix

LETTERS = ("a", "b")
A, B = 2, 3


def flat() -> SpellingModel:
    """One that has read nothing: all letters are as likely."""
    return SpellingModel([], len(LETTERS) + 2)


def table(seed: int, frames: int = 5) -> Matrix:
    return np.log(np.random.default_rng(seed).dirichlet(np.ones(4), frames)).astype(np.float32)


def by_counting(heard: Matrix) -> str:
    """The text whose paths, all together, are the likeliest."""
    worth: dict[tuple[int, ...], float] = {}
    for path in product(range(4), repeat=len(heard)):
        text = tuple(one for at, one in enumerate(path) if one and (not at or path[at - 1] != one))
        chance = math.exp(sum(frame[one] for frame, one in zip(heard, path, strict=True)))
        worth[text] = worth.get(text, 0.0) + chance
    gained = SPELLING * math.log(1 / 4) + LONGER
    best = max(worth, key=lambda text: math.log(worth[text]) + gained * len(text))
    return " ".join("".join(" " if one == SPACE else LETTERS[one - 2] for one in best).split())


@pytest.mark.parametrize("seed", range(12))
def test_the_text_is_the_likeliest_of_all(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letter_text, "BEAM", 10_000)
    assert write(table(seed), flat(), LETTERS).text == by_counting(table(seed))


def test_spelling_decides_where_the_sound_does_not() -> None:
    even = np.log(np.array([[0.02, 0.02, 0.48, 0.48]] * 2, np.float32))
    heard = np.stack([even[0], np.log(np.array([0.94, 0.02, 0.02, 0.02], np.float32)), even[1]])
    assert write(heard, SpellingModel([(A, B)] * 5, 4), LETTERS).text == "ab"
    assert write(heard, SpellingModel([(B, A)] * 5, 4), LETTERS).text == "ba"
    clear = np.log(np.array([[0.01, 0.01, 0.97, 0.01]], np.float32))
    assert write(clear, SpellingModel([(B,)] * 5, 4), LETTERS).text == "a"


def test_a_letter_twice_needs_a_blank_between() -> None:
    a, blank = [0.01, 0.01, 0.97, 0.01], [0.97, 0.01, 0.01, 0.01]
    assert write(np.log(np.array([a, a], np.float32)), flat(), LETTERS).text == "a"
    assert write(np.log(np.array([a, blank, a], np.float32)), flat(), LETTERS).text == "aa"


def test_nothing_is_written_of_silence() -> None:
    silence = np.log(np.array([[0.97, 0.01, 0.01, 0.01]] * 9, np.float32))
    assert write(silence, flat(), LETTERS) == write(silence[:0], flat(), LETTERS)
    assert (write(silence, flat(), LETTERS).text, write(silence, flat(), LETTERS).mean_log_probability) == (
        "",
        0,
    )


def test_what_follows_is_learnt_and_sums_to_one() -> None:
    spelling = SpellingModel([(A, B, SPACE, A, B), (A, A)], 4)
    for before in ("", chr(A), chr(A) + chr(B), chr(B) * 3, "ab"):
        chances = [math.exp(spelling.log_probability(before, sign)) for sign in map(chr, range(4))]
        assert sum(chances) == pytest.approx(1)
    after_a = [spelling.log_probability(chr(A), chr(one)) for one in (A, B)]
    assert after_a[1] > after_a[0]
