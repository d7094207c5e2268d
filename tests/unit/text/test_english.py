from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.text.english.normalisation import cardinal, normalise, ordinal, sentences


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety-nine"),
        (100, "one hundred"),
        (123, "one hundred and twenty-three"),
        (1001, "one thousand and one"),
        (20000, "twenty thousand"),
        (1_000_500, "one million five hundred"),
        (
            999_999_999_999,
            "nine hundred and ninety-nine billion nine hundred and ninety-nine million "
            "nine hundred and ninety-nine thousand nine hundred and ninety-nine",
        ),
    ],
)
def test_cardinal(number: int, said: str) -> None:
    assert cardinal(number) == said


@pytest.mark.parametrize("number", [-1, 10**12])
def test_cardinal_out_of_range(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        cardinal(number)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1, "first"),
        (2, "second"),
        (12, "twelfth"),
        (20, "twentieth"),
        (21, "twenty-first"),
        (100, "one hundredth"),
        (101, "one hundred and first"),
        (110, "one hundred and tenth"),
        (13, "thirteenth"),
        (4, "fourth"),
    ],
)
def test_ordinal(number: int, said: str) -> None:
    assert ordinal(number) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("We open at 8:00.", "We open at eight in the morning."),
        ("17:30", "five thirty in the afternoon"),
        ("12:00", "midday"),
        ("12:05", "twelve oh five in the afternoon"),
        ("8 am to 5pm", "eight in the morning to five in the afternoon"),
        ("8.30 p.m. today", "eight thirty in the evening today"),
        ("0788 123 456", "zero seven eight eight, one two three, four five six"),
        ("0788123456", "zero seven eight eight, one two three, four five six"),
        ("+250 788 123 456", "plus two five zero, seven eight eight, one two three, four five six"),
        ("20,000 RWF", "twenty thousand francs"),
        ("Frw 1", "one franc"),
        ("$5", "five dollars"),
        ("50%", "fifty percent"),
        ("the 3rd floor", "the third floor"),
        ("3.05 metres", "three point zero five metres"),
        ("room 007", "room zero zero seven"),
        ("2500000 people", "two million five hundred thousand people"),
        ("info@hilltop.example", "info at hilltop dot example"),
        ("Dr. Smith & Mrs Uwase", "Doctor Smith and Missis Uwase"),
        ("It\u2019s  fine", "It's fine"),
    ],
)
def test_normalise(text: str, said: str) -> None:
    assert normalise(text) == said


@given(st.text(max_size=60))
def test_no_digit_is_left(text: str) -> None:
    assert not any(letter in "0123456789" for letter in normalise(text))


def test_sentences_keep_abbreviations_whole() -> None:
    assert sentences("Ask for Dr. Smith. He is in.") == ["Ask for Dr. Smith.", "He is in."]
