import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.phones.words import edits, fewest_edits_within, word_error_rate, word_error_rate_within, words_of

WORDS = st.lists(st.sampled_from("abcde"), max_size=8)


def test_words_without_case_punctuation_or_small_figures():
    assert words_of("We\u2019re open, 8 to 5 - Monday\u2013Friday!") == [
        "were", "open", "eight", "to", "five", "monday", "friday",
    ]  # fmt: skip
    assert words_of("Room 1200") == ["room", "1200"]
    assert words_of("N'umunsi mwiza.") == ["numunsi", "mwiza"]


@pytest.mark.parametrize(
    ("expected", "got", "errors"),
    [
        ("", "", 0), ("a b c", "a b c", 0), ("a b c", "", 3), ("", "a b", 2),
        ("a b c", "a x c", 1), ("a b c", "a c", 1), ("a b c", "a b x c", 1), ("a b c", "b c a", 2),
    ],
)  # fmt: skip
def test_edits(expected, got, errors):
    assert edits(expected.split(), got.split()) == errors


@given(WORDS, WORDS, WORDS)
def test_edits_is_a_distance(one, two, three):
    assert (edits(one, two) == 0) == (one == two)
    assert edits(one, two) == edits(two, one)
    assert edits(one, three) <= edits(one, two) + edits(two, three)


def test_word_error_rate():
    assert word_error_rate("We are open from eight to five.", "we are open from 8 to five") == 0
    assert word_error_rate("one two three four", "one two tree") == 0.5
    assert word_error_rate("yes", "no no no") == 3
    with pytest.raises(ValueError, match="no words"):
        word_error_rate("...", "anything")


@given(WORDS, WORDS, WORDS)
def test_edits_within_finds_the_stretch(before, wanted, after):
    assert fewest_edits_within(wanted, before + wanted + after) == 0
    assert fewest_edits_within(wanted, before) == min(
        edits(wanted, before[start:end])
        for start in range(len(before) + 1)
        for end in range(start, len(before) + 1)
    )


def test_word_error_rate_within():
    assert word_error_rate_within(
        "not available now", "I am sorry it is not a table now. Bye."
    ) == pytest.approx(2 / 3)
    with pytest.raises(ValueError, match="no words"):
        word_error_rate_within("", "anything")
