from __future__ import annotations

import pytest

from sipforge.text.overlap import repeats

SAID = "We open at eight in the morning and close at five in the afternoon, Monday to Friday."


@pytest.mark.parametrize(
    ("heard", "echo"),
    [
        ("eight in the morning and close", True),
        ("We open at eight in the warning", True),
        (SAID, True),
        ("What about eight in the evening on Sunday?", False),
        ("Do you open on Monday?", False),
        ("in the", False),
        ("", False),
        ("Where can I park my car?", False),
    ],
)
def test_the_own_words_are_known_again(heard: str, echo: bool) -> None:
    assert repeats(heard, SAID) is echo


def test_nothing_was_said() -> None:
    assert not repeats("We open at eight", "")
