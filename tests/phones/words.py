"""How far what was recognised is from what was said: word error rate."""

from __future__ import annotations

import re
import unicodedata

_DIGITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation; apostrophes are dropped, hyphens split, small figures spelled.

    A recogniser writes "8" where the file says "eight"; neither is an error.
    """
    text = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "").replace("'", "")
    words = re.findall(r"[^\W_]+", text)
    return [_DIGITS[int(word)] if word.isdigit() and int(word) < len(_DIGITS) else word for word in words]


def edits(expected: list[str], got: list[str]) -> int:
    """Fewest insertions, deletions and substitutions that turn `expected` into `got` (Levenshtein)."""
    return _last_row(expected, got, list(range(len(got) + 1)))[-1]


def fewest_edits_within(expected: list[str], got: list[str]) -> int:
    """Like `edits`, for the stretch of `got` that fits `expected` best."""
    return min(_last_row(expected, got, [0] * (len(got) + 1)))


def _last_row(expected: list[str], got: list[str], row: list[int]) -> list[int]:
    """Costs of reaching each place of `got` with all of `expected`, from the cost `row` of starting there."""
    for position, word in enumerate(expected, start=1):
        diagonal, row[0] = row[0], position
        for column, other in enumerate(got, start=1):
            cost = min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other))
            diagonal, row[column] = row[column], cost
    return row


def word_error_rate(expected: str, got: str) -> float:
    """Errors per expected word: 0 is right, 1 is as bad as silence, more is possible.

    Raises:
        ValueError: `expected` has no words.
    """
    reference = words_of(expected)
    if not reference:
        raise ValueError("no words are expected")
    return edits(reference, words_of(got)) / len(reference)


def word_error_rate_within(expected: str, got: str) -> float:
    """Like `word_error_rate`, where other things may have been said before and after.

    Raises:
        ValueError: `expected` has no words.
    """
    reference = words_of(expected)
    if not reference:
        raise ValueError("no words are expected")
    return fewest_edits_within(reference, words_of(got)) / len(reference)
