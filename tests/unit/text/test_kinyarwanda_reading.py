"""Spoken Kinyarwanda as text: the reviewable cases of kinyarwanda_heard.tsv, and the way there and back."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sipforge.text.kinyarwanda.normalisation import normalise
from sipforge.text.kinyarwanda.numbers import FORMS, LARGEST, cardinal
from sipforge.text.kinyarwanda.reading import to_digits
from sipforge.text.kinyarwanda.time import clock
from tests.unit.text.kinyarwanda_cases import FRAGMENTS, HEARD, cases

CLASSES = [None, *FORMS]
ROUND = [*range(30), 100, 101, 108, 110, 120, 999, 1000, 1001, 10_008, 18_000, 20_008, 28_000, 100_001]
"""Numbers whose parts could be taken for each other's."""
SPOKEN = (
    *("zeru ", "rimwe ", "kabiri ", "na ", "n'", ", ", "cumi ", "mirongo ", "itatu ", "magana ", "abiri "),
    *(
        "ijana ",
        "igihumbi ",
        "ibihumbi ",
        "miliyoni ",
        "miliyari ",
        "saa ",
        "moya ",
        "kumi ",
        "imwe ",
        "igice ",
    ),
    *("kimwe ", "ibice ", "ku ", "za mu gitondo ", "z'amanywa ", "iminota ", "amafaranga y'u Rwanda ", "z'"),
    *("amadolari ", "ya ", "tariki ", "mbere ", "Ukuboza ", "wa ", "w'"),
)


@pytest.mark.parametrize("case", cases(HEARD), ids=lambda case: ascii(case["said"]))
def test_text(case: dict[str, str]) -> None:
    assert to_digits(case["said"]) == case["text"]


@given(st.one_of(st.integers(0, LARGEST), st.sampled_from(ROUND)), st.sampled_from(CLASSES))
@example(LARGEST, None)
def test_any_number_in_any_class(number: int, noun_class: int | None) -> None:
    assert to_digits(cardinal(number, noun_class)) == str(number)


@given(st.sampled_from(ROUND), st.sampled_from((1000, 10**6, 10**9)), st.sampled_from(CLASSES))
def test_a_multiplier_ends_where_it_ends(number: int, scale: int, noun_class: int | None) -> None:
    for whole in (number * scale, number * scale + 8, number * scale + 20, number * scale + 1):
        if whole <= LARGEST:
            assert to_digits(cardinal(whole, noun_class)) == str(whole)


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_times(hour: int, minute: int, second: int) -> None:
    written = f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")
    assert to_digits(normalise(written)) == written


@given(st.integers(0, 23), st.integers(0, 59))
def test_times_without_a_part_of_the_day(hour: int, minute: int) -> None:
    assert to_digits(clock(hour, minute, day_part=False)) == f"{hour % 12 or 12}:{minute:02}"


@given(st.from_regex(r"[0-9]{1,24}", fullmatch=True))
@example("250788123456")
@example("00")
def test_digits_come_back_as_they_were_written(written: str) -> None:
    assert to_digits(normalise(written)).lstrip("+") == written


@given(st.from_regex(r"07[2389][0-9]{7}", fullmatch=True), st.sampled_from(("{}", "{:.4} {:.3} {:.3}")))
def test_telephone_numbers(number: str, form: str) -> None:
    written = form.format(number[:4], number[4:7], number[7:]) if " " in form else number
    assert to_digits(f"Hamagara {normalise(written)}.") == f"Hamagara {number}."


@given(st.integers(0, LARGEST), st.sampled_from(("{:,} Frw", "${:,}", "\u20ac{:,}")))
def test_sums(amount: int, form: str) -> None:
    written = form.format(amount)
    assert to_digits(normalise(written)) == written


@example(0, "0000000000010", "")
@example(0, "2501234567890", "")
@given(st.integers(0, 999), st.from_regex(r"[0-9]{1,16}", fullmatch=True), st.sampled_from(("", "%", " Frw")))
def test_decimals(whole: int, places: str, unit: str) -> None:
    # Three places behind a point are thousands.
    written = f"{whole}.{places}{'0' if len(places) == 3 else ''}{unit}"
    assert to_digits(normalise(written)) == written


@given(st.integers(1, 31), st.integers(1, 12), st.integers(1000, 2999))
def test_dates(day: int, month: int, year: int) -> None:
    said = normalise(f"{day}/{month}/{year}")
    assert normalise(to_digits(said)) == said


@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(st.sampled_from(SPOKEN), max_size=12).map("".join),
        st.lists(st.sampled_from(FRAGMENTS), max_size=9).map("".join),
    )
)
@example("zeru kabiri " * 5000)
@example("TARIKI0CUMI IMWE ZERU")
@example("tariki cumi imwe zeru")
@example("kabiri kabiri kabiri na kane kane kane")
def test_any_text_is_read_once(text: str) -> None:
    read = to_digits(text)
    assert to_digits(read) == read
