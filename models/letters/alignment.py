"""Where in an utterance each of its words is: the likeliest path of its letters through what was heard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sipforge.engines.hearing.whisper.letters import SPACE

Place = tuple[int, int]
"""First and last frame."""


def words_at(heard: np.ndarray, symbols: Sequence[int]) -> tuple[list[Place], float]:
    """The places of the words, and how well a letter fits (a mean log of likelihood ratios, at most 0).

    Args:
        heard: log probabilities (frames, symbols).
        symbols: numbers of letters, with SPACE between words; fewer than frames.
    """
    places = np.zeros(2 * len(symbols) + 1, np.intp)
    places[1::2] = symbols
    skips = np.zeros(len(places), bool)
    skips[3::2] = places[3::2] != places[1:-2:2]
    best = np.full(len(places), -1e9)
    best[:2] = heard[0, places[:2]]
    came = np.zeros((len(heard), len(places)), np.intp)
    for time in range(1, len(heard)):
        one = np.concatenate([[-1e9], best[:-1]])
        two = np.where(skips, np.concatenate([[-1e9, -1e9], best[:-2]]), -1e9)
        choice = np.stack([best, one, two])
        came[time] = choice.argmax(axis=0)
        best = choice.max(axis=0) + heard[time, places]
    place = len(places) - 1 if best[-1] > best[-2] else len(places) - 2
    fit = float(best[place] - heard.max(axis=1).sum()) / len(symbols)
    frames: list[list[int]] = [[] for _ in symbols]
    for time in range(len(heard) - 1, -1, -1):
        if place % 2:
            frames[place // 2].append(time)
        place -= came[time, place]
    words: list[list[int]] = [[]]
    for symbol, found in zip(symbols, frames, strict=True):
        if symbol == SPACE:
            words.append([])
        else:
            words[-1] += found
    return [(min(word), max(word)) for word in words if word], fit
