"""What a bot hears in one call: slin in, windows with their probability of speech out, the turn kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from sipforge.core.audio.loudness import dbfs
from sipforge.engines.protocols import RATE_HZ, Floats, Vad

BEFORE_SECONDS: Final = 0.4
"""Sound kept from before speech was noticed: its beginning is always noticed late."""


@dataclass(frozen=True, slots=True)
class Window:
    """The next moment of what was heard."""

    seconds: float
    probability: float
    """That it holds speech."""
    dbfs: float


class Listener:
    """One call's hearing. The sound of a turn is kept until `settle`, since the caller may go on with it."""

    def __init__(self, vad: Vad) -> None:
        self._session = vad.session()
        self._rest = np.zeros(0, np.float32)
        self._kept: list[Floats] = []
        self._begin = 0
        """Where in `_kept` the utterance in progress begins."""
        self._settled = True
        self._before_windows = int(BEFORE_SECONDS * RATE_HZ / self._session.window_samples) + 1

    def hear(self, slin: bytes) -> Iterator[Window]:
        """Take the next piece of sound, of any length; `utterance` is up to date with each window given."""
        samples = np.frombuffer(slin, "<i2").astype(np.float32) / np.float32(32768)
        samples = np.concatenate([self._rest, samples])
        size = self._session.window_samples
        whole = samples.size // size * size
        self._rest = samples[whole:]
        for start in range(0, whole, size):
            window = samples[start : start + size]
            self._kept.append(window)
            yield Window(size / RATE_HZ, self._session.process(window), dbfs(window))

    def utterance(self) -> Floats:
        """What has been heard of the utterance, from a little before its beginning."""
        kept = self._kept[self._begin :]
        return np.concatenate(kept) if kept else np.zeros(0, np.float32)

    def quiet(self) -> None:
        """Nobody speaks: the next utterance begins a little before now."""
        self._begin = max(self._begin, len(self._kept) - self._before_windows)
        if self._settled:
            del self._kept[: self._begin]
            self._begin = 0

    def finish(self) -> None:
        """The turn is over; what comes is another utterance, unless the caller goes on."""
        del self._kept[: self._begin]
        self._begin = len(self._kept)
        self._settled = False

    def go_on(self) -> None:
        """The turn was not over: the utterance begins where the turn began."""
        self._begin = 0
        self._settled = True

    def settle(self) -> None:
        """The turn before is over for good."""
        self._settled = True
