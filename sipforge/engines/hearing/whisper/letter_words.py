"""Which of a few words were heard one after another, in any number, as digits are. Pure.

As `path_scores` of the letters, but a path may go on from the end of each word to the start of any.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from sipforge.engines.hearing.whisper.letters import Matrix

_NEVER: Final = np.float32(-1e9)


def best_words(heard: Matrix, spellings: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], float]:
    """The words of the best path, as places in `spellings`, and its score as in `path_scores`.

    Args:
        heard: log probabilities (frames, 1 + letters).
        spellings: numbers of each word's letters, none empty.
    """
    # Places: one blank before all words, then of each word: letter, blank, letter, blank ...
    letters = [0]
    first, last = [], []
    for spelling in spellings:
        first.append(len(letters))
        letters += [place for letter in spelling for place in (letter, 0)]
        last.append(len(letters) - 1)
    places = np.array(letters)
    within = np.setdiff1d(np.arange(1, len(places)), first)
    # From two places before: only from a letter to another letter of the same word.
    over = np.flatnonzero((places[2:] != places[:-2]) & (places[2:] > 0)) + 2
    over = over[~np.isin(over, first)]
    ends = np.concatenate([last, np.array(last) - 1])
    best = np.full(len(places), _NEVER, np.float32)
    best[0] = heard[0, 0]
    best[first] = heard[0, places[first]]
    came_from = np.zeros((len(heard), len(places)), np.intp)
    for time, frame in enumerate(heard[1:], 1):
        source = np.arange(len(places))
        moved = best.copy()
        for target, step in ((within, 1), (over, 2)):
            better = target[best[target - step] > moved[target]]
            moved[better] = best[better - step]
            source[better] = better - step
        for start in first:
            # Words in a row that end and begin with the same letter need the blank between.
            before = [0, *(end for end in ends if places[end] != places[start])]
            origin = before[int(best[before].argmax())]
            if best[origin] > moved[start]:
                moved[start], source[start] = best[origin], origin
        best = moved + frame[places]
        came_from[time] = source
    place = int(ends[best[ends].argmax()])
    score = float(best[place] - heard.max(axis=1).sum())
    words: list[int] = []
    for time in range(len(heard) - 1, -1, -1):
        origin = int(came_from[time, place])
        if place in first and (time == 0 or origin != place):
            words.append(first.index(place))
        place = origin
    return tuple(reversed(words)), score
