"""From what a CTC network gives for each frame to text, in numpy: the best path, or a beam search with a
word list.

The network gives each frame a probability for each symbol and for the blank. A path names one of them for
each frame; its text is what is left when repetitions are merged and blanks taken out, so that many paths
have one text. The greedy decoder takes the likeliest path. The beam search adds up the paths of each text,
and favours the words of a list: a word that agrees with the list gains a little with each letter and loses
it all where it leaves the list, so that a known word wins where the sounds leave it open, while a word that
was clearly heard may be any word. After Graves et al. 2006 (CTC) and Hannun et al. 2014 (prefix beam
search).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from sipforge.engines.hearing.piecewise import Piece
from sipforge.engines.protocols import Floats

LETTER_BONUS: Final = 0.5
"""Natural logarithm by which a word of the list is favoured for each of its letters. Not tuned on speech
yet."""
WORD_BONUS: Final = 4.0
"""At most so much for a word: what was heard 50 times likelier than the word of the list is left as heard."""
BEAM: Final = 24
_TRIED: Final = 8
"""How many symbols are tried in a frame: in noise many are likely, and the search must not take for ever."""
_UNLIKELY: Final = -9.0
"""Symbols below this log probability in a frame are not tried (except the likeliest)."""
_NEVER: Final = -math.inf


@dataclass(frozen=True, slots=True)
class Alphabet:
    """What a network's outputs stand for."""

    symbols: tuple[str, ...]
    """By index; "" for the blank and for marks that are not text, " " for the space."""
    blank: int


def log_softmax(logits: Floats) -> Floats:
    """Log probabilities of each row of `logits`."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    normal: Floats = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return normal


def greedy(log_probabilities: Floats, alphabet: Alphabet) -> Piece:
    """The text of the likeliest path through `log_probabilities` (frames, symbols)."""
    if not log_probabilities.shape[0]:
        return Piece("", 0.0)
    path = log_probabilities.argmax(axis=1)
    begins = np.concatenate([[True], path[1:] != path[:-1]])
    text = _text(alphabet.symbols[index] for index in path[begins])
    spoken = path != alphabet.blank
    sure = float(log_probabilities.max(axis=1)[spoken].mean()) if text else 0.0
    return Piece(text, sure)


class Lexicon:
    """The words that are expected, as a tree of letters."""

    def __init__(self, words: Iterable[str], letter_bonus: float = LETTER_BONUS) -> None:
        self._letter_bonus = letter_bonus
        self._tree: dict[str, bool] = {"": False}
        """Each beginning of a word → whether it is a whole word."""
        for word in words:
            for end in range(1, len(word)):
                self._tree.setdefault(word[:end], False)
            if word:
                self._tree[word] = True

    def begun(self, word: str) -> float:
        """What a word that goes on after `word` has gained so far."""
        return min(WORD_BONUS, len(word) * self._letter_bonus) if word in self._tree else 0.0

    def ended(self, word: str) -> float:
        """What the finished `word` has gained."""
        return min(WORD_BONUS, len(word) * self._letter_bonus) if self._tree.get(word) else 0.0


@dataclass(slots=True)
class _Prefix:
    """What is known of the texts that begin so; probabilities are of all paths so far, natural logarithms."""

    blank: float = _NEVER
    """Of those paths that end in a blank."""
    symbol: float = _NEVER
    """Of those that end in the last symbol."""
    word: str = ""
    """The letters since the last space."""
    gained: float = 0.0
    """By the words that are finished."""

    @property
    def total(self) -> float:
        return log_add(self.blank, self.symbol)


def beam_search(log_probabilities: Floats, alphabet: Alphabet, lexicon: Lexicon, beam: int = BEAM) -> Piece:
    """The likeliest text of `log_probabilities` (frames, symbols) with the words of `lexicon` favoured."""
    beams: dict[tuple[int, ...], _Prefix] = {(): _Prefix(blank=0.0)}
    for frame in log_probabilities:
        ranked = sorted(
            _step(beams, frame, alphabet, lexicon).items(),
            key=lambda item: item[1].total + item[1].gained + lexicon.begun(item[1].word),
            reverse=True,
        )
        beams = dict(ranked[:beam])
    return _best(beams, alphabet, lexicon)


def _step(
    beams: Mapping[tuple[int, ...], _Prefix], frame: Floats, alphabet: Alphabet, lexicon: Lexicon
) -> dict[tuple[int, ...], _Prefix]:
    """What the texts of `beams` can become with the next frame."""
    likeliest = np.argsort(-frame, kind="stable")[:_TRIED]
    tried = [int(index) for index in likeliest if frame[index] >= min(_UNLIKELY, float(frame.max()))]
    grown: dict[tuple[int, ...], _Prefix] = {}
    for prefix, before in beams.items():
        total = before.total
        for index in tried:
            chance = float(frame[index])
            repeated = bool(prefix) and prefix[-1] == index
            if index == alphabet.blank or repeated:
                same = grown.setdefault(prefix, _Prefix(word=before.word, gained=before.gained))
                if index == alphabet.blank:
                    same.blank = log_add(same.blank, total + chance)
                    continue
                same.symbol = log_add(same.symbol, before.symbol + chance)
            # A symbol can only come twice in a text where a blank was between.
            reached = (before.blank if repeated else total) + chance
            if reached == _NEVER:
                continue
            longer = (*prefix, index)
            if longer not in grown:
                letter = alphabet.symbols[index]
                ends = letter == " "
                gained = before.gained + (lexicon.ended(before.word) if ends else 0.0)
                grown[longer] = _Prefix(word="" if ends else before.word + letter, gained=gained)
            grown[longer].symbol = log_add(grown[longer].symbol, reached)
    return grown


def _best(beams: Mapping[tuple[int, ...], _Prefix], alphabet: Alphabet, lexicon: Lexicon) -> Piece:
    prefix, found = max(
        beams.items(), key=lambda item: item[1].total + item[1].gained + lexicon.ended(item[1].word)
    )
    text = _text(alphabet.symbols[index] for index in prefix)
    return Piece(text, found.total / len(prefix) if text else 0.0)


def _text(letters: Iterable[str]) -> str:
    return " ".join("".join(letters).split())


def log_add(one: float, other: float) -> float:
    """Logarithm of the sum of two probabilities given by theirs."""
    if one < other:
        one, other = other, one
    return one if other == _NEVER else one + math.log1p(math.exp(other - one))
