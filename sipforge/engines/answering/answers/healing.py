"""Words that the recogniser misheard, taken for the office's words they sound like. Pure.

Only a word that nobody knows is healed, or two that were one ("a dress"), and only to a word that is also
spelled much alike; a healed word counts for less than one that was said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from sipforge.text.lexicon import Lexicon

SAME_SOUND: Final = 0.85
"""How much a misheard word counts as the known word it sounds like."""
NEAR_SOUND: Final = 0.75
"""As above, where one sound differs."""
_ALIKE: Final = 0.6
"""Likeness of the spellings (difflib's ratio) from which the same sound is believed."""
_NEARLY_ALIKE: Final = 0.72
"""As above, where one sound differs."""
_LETTERS: Final = 4
"""Shorter words sound like too many others."""
_SOUNDS: Final = 4
"""How many sounds a word must have that may differ in one, or be written as two."""

Heard = tuple[str, float]
"""A word, and how surely it was said: 0 to 1."""


class Healer:
    """Knows how the words of one office sound."""

    def __init__(self, lexicon: Lexicon, office: Iterable[str], known: Iterable[str]) -> None:
        """`office`: words worth healing to; `known`: words that are what they are."""
        self._lexicon = lexicon
        self._office = frozenset(office)
        self._known = self._office | frozenset(known) | lexicon.everyday
        self._sounding: dict[str, list[str]] = defaultdict(list)
        self._nearly: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._office):
            sound = lexicon.sound(word)
            self._sounding[sound].append(word)
            if len(sound) >= _SOUNDS:
                for key in _with_one_less(sound):
                    self._nearly[key].append(word)
        for word in sorted(lexicon.function - self._office):
            if len(lexicon.sound(word)) >= _LETTERS:
                self._sounding[lexicon.sound(word)].append(word)

    def heal(self, said: Sequence[str]) -> list[Heard]:
        """`said`, with what was misheard put right."""
        out: list[Heard] = []
        at = 0
        while at < len(said):
            joined = self._joined(*said[at : at + 2]) if at + 1 < len(said) else None
            if joined is not None:
                out.append(joined)
                at += 2
                continue
            word = said[at]
            out.append((None if self._knows(word) else self._like(word, near=True)) or (word, 1.0))
            at += 1
        return out

    def _joined(self, first: str, second: str) -> Heard | None:
        if (self._in_place(first) and self._in_place(second)) or len(
            self._lexicon.sound(first + second)
        ) < _SOUNDS:
            return None
        found = self._like(first + second, near=not (self._knows(first) and self._knows(second)))
        return found if found and found[0] in self._office else None

    def _in_place(self, word: str) -> bool:
        return word in self._office or (self._knows(word) and word not in self._lexicon.everyday)

    def _knows(self, word: str) -> bool:
        return word in self._known or self._lexicon.stem(word) in self._known

    def _like(self, word: str, *, near: bool) -> Heard | None:
        if len(word) < _LETTERS:
            return None
        sound = self._lexicon.sound(word)
        if (same := _closest(word, self._sounding.get(sound, ()), _ALIKE)) is not None:
            return same, SAME_SOUND
        if not near or len(sound) < _SOUNDS:
            return None
        candidates = (other for key in _with_one_less(sound) for other in self._nearly.get(key, ()))
        nearest = _closest(word, candidates, _NEARLY_ALIKE)
        return None if nearest is None else (nearest, NEAR_SOUND)


def _closest(word: str, candidates: Iterable[str], least: float) -> str | None:
    rated = ((SequenceMatcher(None, word, other, autojunk=False).ratio(), other) for other in candidates)
    ratio, best = max(rated, default=(0.0, ""))
    return best if ratio >= least else None


def _with_one_less(sound: str) -> Iterator[str]:
    """`sound`, and it without each one of its letters: what two keys share that differ in one place."""
    yield sound
    for at in range(len(sound)):
        yield sound[:at] + sound[at + 1 :]
