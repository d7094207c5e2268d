"""Pairs attested in grammars and corpora (facts on Kinyarwanda, confidence H), and those made by rule (M)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.text.kinyarwanda import LARGEST, cardinal, clock, date, money, normalise, sentences

ATTESTED = {
    0: "zeru",
    11: "cumi na rimwe",
    16: "cumi na gatandatu",
    18: "cumi n'umunani",
    19: "cumi n'icyenda",
    21: "makumyabiri na rimwe",
    89: "mirongo inani n'icyenda",
    110: "ijana n'icumi",
    123: "ijana na makumyabiri na gatatu",
    730: "magana arindwi na mirongo itatu",
    900: "magana cyenda",
    1100: "igihumbi n'ijana",
    2004: "ibihumbi bibiri na kane",
    5324: "ibihumbi bitanu na magana atatu na makumyabiri na kane",
    9041: "ibihumbi icyenda na mirongo ine na rimwe",
    10000: "ibihumbi icumi",
    14000: "ibihumbi cumi na bine",
    90104: "ibihumbi mirongo icyenda n'ijana na kane",
    101000: "ibihumbi ijana na kimwe",
    111001: "ibihumbi ijana na cumi na kimwe na rimwe",
    2200345: "miliyoni ebyiri n'ibihumbi magana abiri na magana atatu na mirongo ine na gatanu",
    7000000: "miliyoni zirindwi",
    340010010: "miliyoni magana atatu na mirongo ine n'ibihumbi icumi n'icumi",
    1994: "igihumbi na magana cyenda na mirongo icyenda na kane",
    2026: "ibihumbi bibiri na makumyabiri na gatandatu",
    1500000: "miliyoni imwe n'ibihumbi magana atanu",
    1_000_000_000_000 - 999_999_999_999: "rimwe",
}


@pytest.mark.parametrize(("number", "said"), ATTESTED.items())
def test_counting(number: int, said: str) -> None:
    assert cardinal(number) == said


@pytest.mark.parametrize(
    ("number", "noun_class", "said"),
    [
        (12, 2, "cumi na babiri"),
        (15, 4, "cumi n'itanu"),
        (8, 6, "umunani"),
        (2, 8, "bibiri"),
        (80_000_003, 10, "miliyoni mirongo inani n'eshatu"),
    ],
)
def test_agreement_of_the_last_unit(number: int, noun_class: int, said: str) -> None:
    assert cardinal(number, noun_class) == said


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_different_numbers_sound_different(one: int, other: int) -> None:
    assert (cardinal(one) == cardinal(other)) == (one == other)


@pytest.mark.parametrize("number", [-1, LARGEST + 1])
def test_out_of_range(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        cardinal(number)


def test_class_without_attested_forms() -> None:
    with pytest.raises(ValueError, match="class 12"):
        cardinal(3, 12)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("07:00", "saa moya za mu gitondo"),
        ("10:00", "saa yine z'amanywa"),
        ("15:00", "saa cyenda z'amanywa"),
        ("16:00", "saa kumi z'umugoroba"),
        ("18:30", "saa kumi n'ebyiri n'igice z'umugoroba"),
        ("19:00", "saa moya z'ijoro"),
        ("23:00", "saa tanu z'ijoro"),
        ("00:00", "saa sita z'ijoro"),
        ("7:05", "saa moya n'iminota itanu"),
        ("2:01", "saa munani n'umunota umwe"),
        ("Ofisi ifungura saa 08:00.", "Ofisi ifungura saa mbiri za mu gitondo."),
        ("20000 RWF", "amafaranga y'u Rwanda ibihumbi makumyabiri"),
        ("20.000Rwf", "amafaranga y'u Rwanda ibihumbi makumyabiri"),
        ("5 000 Frw", "amafaranga y'u Rwanda ibihumbi bitanu"),
        ("FRW 142,000", "amafaranga y'u Rwanda ibihumbi ijana na mirongo ine na bibiri"),
        ("5,000,000 RWF", "miliyoni eshanu z'amafaranga y'u Rwanda"),
        ("50%", "mirongo itanu ku ijana"),
        ("1.2", "rimwe n'ibice bibiri"),
        ("142,000", "ibihumbi ijana na mirongo ine na bibiri"),
        ("0788123456", "zeru karindwi umunani umunani, rimwe kabiri gatatu, kane gatanu gatandatu"),
        ("0788 123 456.", "zeru karindwi umunani umunani, rimwe kabiri gatatu, kane gatanu gatandatu."),
        ("17/12/2019", "tariki ya cumi na karindwi Ukuboza ibihumbi bibiri na cumi n'icyenda"),
        ("RBC na RDB", "arabisi na aradibi"),
        ("Dr. Uwase", "dogiteri Uwase"),
        ("info@ofisi.rw", "info kuri ofisi akadomo rwa"),
        ("Ni 110.", "Ni ijana n'icumi."),
        ("n\u2019umwe", "n'umwe"),
    ],
)
def test_normalise(text: str, said: str) -> None:
    assert normalise(text) == said


@given(st.text(max_size=60))
def test_no_digit_is_left(text: str) -> None:
    assert not any(letter in "0123456789" for letter in normalise(text))


def test_small_sums_agree() -> None:
    assert money(3) == "amafaranga y'u Rwanda atatu"


def test_first_day_of_a_month() -> None:
    assert date(1, 1, 2004) == "tariki ya mbere Mutarama ibihumbi bibiri na kane"


def test_clock_without_day_part() -> None:
    assert clock(18, 30, day_part=False) == "saa kumi n'ebyiri n'igice"


def test_sentences() -> None:
    assert sentences("Muraho, murakaza neza. Nabafasha iki?") == ["Muraho, murakaza neza.", "Nabafasha iki?"]
