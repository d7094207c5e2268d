from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.text.protect import LostError, names_in, protect

NAMES = ("Hilltop", "Kigali Office")
TEXTS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            [
                *("X1", "X2", "1002", "0788 123 456", "20,000 Frw", "08:00", "info@hilltop.example"),
                *("www.rdb.rw", "Alice Uwase", "RDB", "hilltop", "and", "kuri", ".", ",", "x1", "_1", "²"),
            ]
        )
    ).map(" ".join),
)


@given(TEXTS)
def test_what_is_protected_comes_back(text: str) -> None:
    kept = protect(text, NAMES)
    assert kept.text == text
    assert kept.restore(kept.marked) == text
    assert not re.search(r"\d", "".join(kept.between))


@given(TEXTS, st.data())
def test_a_mark_that_is_lost_doubled_or_invented_is_noticed(text: str, data: st.DataObject) -> None:
    kept = protect(text, NAMES)
    extra = data.draw(st.sampled_from(["X1", "X99", "7"]))
    for wrong in (f"{kept.marked} {extra}", *(re.sub(r"\bX1\b", "", kept.marked) for _ in kept.values[:1])):
        with pytest.raises(LostError):
            kept.restore(wrong)


@pytest.mark.parametrize(
    ("text", "marked", "values"),
    [
        ("Ring 1002 or 0788 123 456.", "Ring X1 or X2.", ("1002", "0788 123 456")),
        ("One hour is 20,000 Frw.", "One hour is X1.", ("20,000 Frw",)),
        ("It costs $20, or RWF 5000.", "It costs X1, or X2.", ("$20", "RWF 5000")),
        ("We open at 08:00.", "We open at X1.", ("08:00",)),
        ("One hour is 20.000 Frw.", "One hour is X1.", ("20.000 Frw",)),
        ("Pay 18% of it.", "Pay X1 of it.", ("18%",)),
        ("On 17/12/2026 in A4", "On X1 in X2", ("17/12/2026", "A4")),
        ("Write to info@hilltop.example.", "Write to X1.", ("info@hilltop.example",)),
        ("See www.rdb.rw/visit, or rdb.rw.", "See X1, or X2.", ("www.rdb.rw/visit", "rdb.rw")),
        ("See https://a.rw/b?c=1!", "See X1!", ("https://a.rw/b?c=1",)),
        ("The director is Alice Uwase.", "The director is X1.", ("Alice Uwase",)),
        ("On Monday Jean-Paul Habimana works.", "On Monday X1 works.", ("Jean-Paul Habimana",)),
        ("Umuyobozi ni Alice Uwase.", "Umuyobozi ni X1.", ("Alice Uwase",)),
        ("Ask the RDB at HILLTOP.", "Ask the X1 at X2.", ("RDB", "HILLTOP")),
        ("The Kigali Office is open.", "The X1 is open.", ("Kigali Office",)),
        ("We close. Then we open.", "We close. Then we open.", ()),
        ("X1 is 5.", "X1 is X2.", ("X1", "5")),
    ],
)
def test_what_is_protected(text: str, marked: str, values: tuple[str, ...]) -> None:
    kept = protect(text, NAMES)
    assert (kept.marked, kept.values) == (marked, values)


def test_a_name_at_the_beginning_must_be_known() -> None:
    facts = "The director is Alice Uwase. She works with Jean-Paul Habimana."
    assert names_in(facts) == ["Alice Uwase", "Jean-Paul Habimana"]
    for text, marked in (
        ("Alice Uwase is here.", "X1 is here."),
        ("Call Alice Uwase.", "Call X1."),
        ("Is alice uwase here?", "Is X1 here?"),
        ("Yes. Alice Uwase is here.", "Yes. X1 is here."),
    ):
        assert protect(text, names_in(facts)).marked == marked
    assert protect("Call Peter now. Call Peter now.").values == ()


def test_a_translation_may_move_the_marks_and_elide_before_them() -> None:
    assert protect("From 08:00 to 17:00").restore("kugeza X2, guhera n'X1") == "kugeza 17:00, guhera n'08:00"


@pytest.mark.parametrize(
    ("translated", "sound"),
    [
        ("Hamagara 1002 cyangwa Alice Uwase", True),
        ("Alice Uwase, 1002", True),
        ("Hamagara cyangwa Alice Uwase", False),
        ("Hamagara 1002 cyangwa Alice", False),
        ("Hamagara 1002, 1002 cyangwa Alice Uwase", False),
        ("Hamagara 1002 cyangwa Alice Uwase, 5", False),
        ("Hamagara 10022 cyangwa Alice Uwase", False),
    ],
)
def test_a_translation_of_the_text_itself_is_checked_too(translated: str, sound: bool) -> None:
    kept = protect("Call 1002 or Alice Uwase")
    if sound:
        assert kept.accept(translated) == translated
    else:
        with pytest.raises(LostError):
            kept.accept(translated)


def test_whether_there_is_anything_to_translate() -> None:
    assert not protect("0788 123 456.").has_words
    assert not protect("").has_words
    assert protect("Ring 1002.").has_words
