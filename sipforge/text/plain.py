"""Text for a language without a module of its own, and what all languages share. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

LONGEST_SENTENCE: Final = 160
"""Characters. A longer sentence is cut at a comma, so that its beginning is heard while the rest is made."""

_APOSTROPHES: Final = str.maketrans(
    dict.fromkeys("\u2019\u2018\u02bc`\u00b4", "'") | dict.fromkeys("\u201c\u201d", '"')
)
_END: Final = re.compile(r"(?<=[.!?…])[\"')\]]*\s+")
_CLAUSE_END: Final = re.compile(r"(?<=[,;:])\s+")
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def fold(text: str) -> str:
    """`text` with one kind of apostrophe and quotation mark, composed letters and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).split())


def words(text: str) -> list[str]:
    """The words of `text` in lower case, without punctuation and accents; "n'umwe" stays one word."""
    plain = unicodedata.normalize("NFD", fold(text).casefold())
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def contains(said: list[str], phrase: list[str]) -> bool:
    """Whether the words of `phrase` stand in `said`, one after the other."""
    return any(said[at : at + len(phrase)] == phrase for at in range(len(said) - len(phrase) + 1))


def normalise(text: str) -> str:
    """`text` ready to be spoken: folded, and nothing more."""
    return fold(text)


def sentences(text: str) -> list[str]:
    """`text` in pieces that can be spoken one after the other: sentences, long ones cut at commas."""
    return split_sentences(text, frozenset())


def split_sentences(text: str, abbreviations: frozenset[str]) -> list[str]:
    """As `sentences`; a full stop after one of `abbreviations` (lower case, without it) ends nothing."""
    pieces: list[str] = []
    for piece in _END.split(fold(text)):
        if not piece:
            continue
        if pieces and _last_word(pieces[-1]) in abbreviations:
            pieces[-1] += " " + piece
        else:
            pieces.append(piece)
    return [part for piece in pieces for part in _cut(piece)]


def finished_sentences(text: str, split: Callable[[str], list[str]]) -> tuple[list[str], str]:
    """The sentences of a text that is still being written, and what is left of it.

    Args:
        text: what there is so far.
        split: the language's `sentences`.
    """
    pieces = split(text)
    if not pieces:
        return [], ""
    ended = text[-1].isspace() and _END.search(pieces[-1] + " ") is not None
    if ended:
        return pieces, ""
    return pieces[:-1], pieces[-1] + (" " if text[-1].isspace() else "")


def _last_word(piece: str) -> str:
    return piece.rsplit(" ", 1)[-1].removesuffix(".").lower() if piece.endswith(".") else ""


def _cut(sentence: str) -> list[str]:
    if len(sentence) <= LONGEST_SENTENCE:
        return [sentence]
    parts: list[str] = []
    for clause in _CLAUSE_END.split(sentence):
        if parts and len(parts[-1]) + 1 + len(clause) <= LONGEST_SENTENCE:
            parts[-1] += " " + clause
        else:
            parts.append(clause)
    return parts
