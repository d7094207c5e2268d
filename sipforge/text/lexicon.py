"""What matching questions needs to know of a language: which words say nothing, which mean the same. Pure.

A concept is a word that stands for all its synonyms. A language without a lexicon of its own has an empty one
(`PLAIN`): there, words mean themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

Groups = tuple[tuple[str, tuple[str, ...]], ...]
"""Pairs of a name and its phrases."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The general words of one language."""

    function: frozenset[str] = frozenset()
    """Words that never tell one question from another."""
    weak: frozenset[str] = frozenset()
    """Words that fit nearly every subject: they count little, and not knowing them means little."""
    everyday: frozenset[str] = frozenset()
    """Words of other subjects: not taken for another word that they sound like."""
    incidental: frozenset[str] = frozenset()
    """Words for the circumstances of a question: like the weak ones, no subject by themselves."""
    interrogative: frozenset[str] = frozenset()
    """Concepts that are the kind of a question (who, when): a topic without them cannot answer it."""
    same: Groups = ()
    """Concepts → phrases of one or more words. A name of several words is all of them, "" is none."""
    kinds: Groups = ()
    """Concept → words of its kind, such as the weekdays; meant where the word itself is not known."""
    kin: tuple[tuple[str, ...], ...] = ()
    """Concepts that belong together, but do not mean the same."""
    joints: tuple[str, ...] = ()
    """Phrases between two questions of one breath, such as "and"."""
    wh: tuple[str, ...] = ()
    """Question words, which make a question where an opener follows or they come first."""
    openers: tuple[str, ...] = ()
    """Phrases a question begins with, or that follow its question word."""
    starters: frozenset[str] = frozenset()
    """Words that make a question of the piece that they come first in."""
    negations: tuple[str, ...] = ()
    """Beginnings of what is not meant, such as "not"."""
    anaphora: frozenset[str] = frozenset()
    """Words for what was spoken of before, such as "it"."""
    split: Callable[[list[str]], list[str]] = list
    """Plain words → words with contractions undone."""
    stem: Callable[[str], str] = str
    """A word → the part its inflections share."""
    sound: Callable[[str], str] = str
    """A word → a key that words easily misheard for each other share."""


PLAIN: Final = Lexicon()


def read_groups(text: str) -> Groups:
    """The groups written in `text`: lines `name: phrase, phrase`, one that begins with a space going on."""
    lines = text.replace("\n ", " ").strip().splitlines()
    parts = (line.partition(":") for line in lines)
    return tuple((name.strip(), read_phrases(phrases)) for name, _, phrases in parts)


def read_phrases(text: str) -> tuple[str, ...]:
    """The phrases written in `text`, between commas."""
    return tuple(" ".join(phrase.split()) for phrase in text.split(","))
