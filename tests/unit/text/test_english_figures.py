from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.text.english.figures import figures
from sipforge.text.english.normalisation import cardinal, clock
from sipforge.text.protect import protect


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "We open at eight in the morning and close at five in the afternoon, Monday to Friday.",
            "We open at 08:00 and close at 17:00, Monday to Friday.",
        ),
        ("open from nine in the morning to midday.", "open from 09:00 to 12:00."),
        ("We open at 8 a.m. and close at 5 p.m.", "We open at 08:00 and close at 17:00."),
        ("at 5:30 pm today", "at 17:30 today"),
        ("at half past five in the afternoon", "at 17:30"),
        ("at a quarter to six in the evening", "at 17:45"),
        ("at a quarter to one", "at 12:45"),
        ("at ten past one in the afternoon", "at 13:10"),
        ("at seven thirty in the evening", "at 19:30"),
        ("at seven oh five in the morning", "at 07:05"),
        ("at nine o'clock", "at 9:00"),
        ("at nine o'clock in the evening", "at 21:00"),
        ("at ten at night", "at 22:00"),
        ("at two at night", "at 02:00"),
        ("at midnight", "at 00:00"),
        ("at twelve in the afternoon", "at 12:00"),
        ("from nine to eleven in the morning", "from 09:00 to 11:00"),
        ("from two to five in the afternoon", "from 14:00 to 17:00"),
        ("between nine and five in the afternoon", "between 09:00 and 17:00"),
        ("from eleven to 12 noon", "from 11:00 to 12:00"),
        ("within three days", "within three days"),
        ("one of us is in on Monday morning", "one of us is in on Monday morning"),
        ("It opens at 08:00.", "It opens at 08:00."),
        ("One hour costs 20,000 francs.", "One hour costs 20,000 Frw."),
        ("One hour costs 20,000 Rwandan francs.", "One hour costs 20,000 Frw."),
        ("Our email address is info at hilltop dot example.", "Our email address is info@hilltop.example."),
        ("Look at hilltop dot example.", "Look at hilltop.example."),
        ("One hour costs twenty thousand francs.", "One hour costs 20,000 Frw."),
        ("two hundred and five people", "205 people"),
        ("on the twenty-first floor", "on the twenty-first floor"),
        ("one two three thousand", "one two three thousand"),
        ("nineteen or twenty-one", "nineteen or 21"),
        ("Room eight on the second floor", "Room eight on the second floor"),
    ],
)
def test_times_sums_and_addresses(text: str, written: str) -> None:
    assert figures(text) == written


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_as_this_office_says_it_is_written_and_then_protected(hour: int, minute: int) -> None:
    said = f"We come at {clock(hour, minute)}, and go."
    assert figures(said) == f"We come at {hour:02}:{minute:02}, and go."
    assert protect(figures(said)).values == (f"{hour:02}:{minute:02}",)


@given(st.integers(20, 999_999_999_999))
def test_every_number_in_words_is_written_in_figures(number: int) -> None:
    assert figures(f"We have {cardinal(number)} of them.") == f"We have {number:,} of them."


@given(st.text())
def test_any_text_is_taken_and_figures_are_left_alone(text: str) -> None:
    once = figures(text)
    assert figures(once) == once
