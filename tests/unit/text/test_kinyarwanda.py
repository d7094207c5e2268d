"""Kinyarwanda in words: the cases of kinyarwanda_cases.tsv, and what holds for any number and text."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sipforge.text.kinyarwanda.amounts import money as amount
from sipforge.text.kinyarwanda.normalisation import normalise, sentences
from sipforge.text.kinyarwanda.nouns import FRANCS
from sipforge.text.kinyarwanda.numbers import FORMS, LARGEST, cardinal, decimal, ordinal
from sipforge.text.kinyarwanda.numbers import telephone as digits
from sipforge.text.kinyarwanda.time import clock, date
from tests.unit.text.kinyarwanda_cases import FRAGMENTS, HEARD, WRITTEN, cases


def money(francs: int) -> str:
    return amount([(str(francs), "")], FRANCS)


def is_digit(letter: str) -> bool:
    return unicodedata.category(letter) in ("Nd", "Nl", "No")


@pytest.mark.parametrize("case", cases(WRITTEN), ids=lambda case: ascii(case["text"]))
def test_words(case: dict[str, str]) -> None:
    assert normalise(case["text"]) == case["words"]


@pytest.mark.parametrize("file", [WRITTEN, HEARD])
def test_every_case_has_its_source_and_is_attested_or_awaits_review(file: Path) -> None:
    for case in cases(file):
        assert case["source"], case
        assert (case["confidence"], case["review"]) in (("H", ""), ("M", "awaiting native review")), case


@given(st.integers(0, LARGEST), st.integers(0, LARGEST), st.sampled_from([None, *FORMS]))
@example(100_020, 120_000, None)
@example(100_001, 101_000, 8)
@example(100_000_001, 101_000_000, 10)
def test_different_numbers_sound_different(one: int, other: int, noun_class: int | None) -> None:
    assert (cardinal(one, noun_class) == cardinal(other, noun_class)) == (one == other)


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_out_of_range(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        cardinal(number)
    with pytest.raises(ValueError, match="outside"):
        ordinal(number)


def test_no_such_class() -> None:
    with pytest.raises(ValueError, match="class 17"):
        cardinal(3, 17)


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(FRAGMENTS), max_size=9).map("".join)))
@example("5\u20e3 \u2189 \U00010110 \U00012456 \ud83d5\u0301 1\u00bd\u00b2")
@example("9" * 5000)
def test_any_text_becomes_words_and_stays_so(text: str) -> None:
    said = normalise(text)
    assert not any(map(is_digit, said))
    assert normalise(said) == said


def test_every_digit_of_unicode_is_said() -> None:
    for letter in map(chr, range(0x110000)):
        if letter.isnumeric() and is_digit(letter):
            said = normalise(f"a {letter} b")
            assert not any(map(is_digit, said)), ascii(letter)
            assert sum(map(str.isalpha, said)) > 2, ascii(letter)


def test_small_sums_agree() -> None:
    assert money(3) == "amafaranga y'u Rwanda atatu"
    assert money(5_000_000) == "miliyoni eshanu z'amafaranga y'u Rwanda"


def test_decimals_agree() -> None:
    assert decimal(2, "5", 10) == "ebyiri n'ibice bitanu"


def test_telephone_groups() -> None:
    assert digits("0788 12") == "zeru karindwi umunani umunani, rimwe kabiri"


def test_days() -> None:
    assert date(1, 1, 2004) == "tariki ya mbere Mutarama ibihumbi bibiri na kane"
    assert date(8, 3, None) == "tariki ya munani Werurwe"


def test_clock_without_day_part() -> None:
    assert clock(18, 30, day_part=False) == "saa kumi n'ebyiri n'igice"


def test_sentences() -> None:
    assert sentences("Muraho, murakaza neza. Nabafasha iki?") == ["Muraho, murakaza neza.", "Nabafasha iki?"]
    assert sentences("Ni Dr. Uwase. Murakoze.") == ["Ni Dr. Uwase.", "Murakoze."]
