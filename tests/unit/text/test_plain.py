from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.text.plain import LONGEST_SENTENCE, finished_sentences, normalise, sentences, words


def test_words_drop_case_punctuation_and_accents() -> None:
    assert words("Café, it\u2019s 8 o'clock -- N'umwe?") == ["cafe", "it's", "8", "o'clock", "n'umwe"]


def test_sentences() -> None:
    assert sentences("One. Two? Three!  Four") == ["One.", "Two?", "Three!", "Four"]


def test_no_sentence_in_nothing() -> None:
    assert sentences("  ") == []


def test_long_sentences_are_cut_at_commas() -> None:
    text = ", ".join(["some words of about thirty letters"] * 8) + "."
    pieces = sentences(text)
    assert len(pieces) == 2
    assert all(len(piece) <= LONGEST_SENTENCE for piece in pieces)
    assert " ".join(pieces) == text


@given(st.text(max_size=400))
def test_sentences_lose_no_words(text: str) -> None:
    assert [word for piece in sentences(text) for word in words(piece)] == words(normalise(text))


@pytest.mark.parametrize(
    ("text", "whole", "rest"),
    [
        ("", [], ""),
        ("We open", [], "We open"),
        ("We open ", [], "We open "),
        ("We open at eight.", [], "We open at eight."),
        ("We open at eight. ", ["We open at eight."], ""),
        ("We open at eight. And", ["We open at eight."], "And"),
        ("Yes! We do. Come ", ["Yes!", "We do."], "Come "),
    ],
)
def test_sentences_that_are_whole_while_more_is_written(text: str, whole: list[str], rest: str) -> None:
    assert finished_sentences(text, sentences) == (whole, rest)
