"""What a bot hears in one call: slin in, windows with their probability of speech out, the sound kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from sipforge.core.audio.loudness import dbfs
from sipforge.core.conversation.facts import Window
from sipforge.engines.protocols import RATE_HZ, Floats, Vad


class Listener:
    """One call's hearing. Sound is kept by its position, in seconds of windows, until it is forgotten."""

    def __init__(self, vad: Vad) -> None:
        self._session = vad.session()
        self._seconds = self._session.window_samples / RATE_HZ
        self._rest = np.zeros(0, np.float32)
        self._kept: deque[Floats] = deque()
        self._forgotten = 0
        """Windows before those that are kept."""

    def hear(self, slin: bytes) -> Iterator[Window]:
        """Take the next piece of sound, of any length; `since` is up to date with each window given."""
        samples = np.frombuffer(slin, "<i2").astype(np.float32) / np.float32(32768)
        samples = np.concatenate([self._rest, samples])
        size = self._session.window_samples
        whole = samples.size // size * size
        self._rest = samples[whole:]
        for start in range(0, whole, size):
            window = samples[start : start + size]
            self._kept.append(window)
            yield Window(self._seconds, self._session.process(window), dbfs(window))

    def since(self, position: float) -> Floats:
        """What has been heard since `position`, or since the oldest that is kept."""
        first = max(0, round(position / self._seconds) - self._forgotten)
        kept = [window for index, window in enumerate(self._kept) if index >= first]
        return np.concatenate(kept) if kept else np.zeros(0, np.float32)

    def forget_before(self, position: float) -> None:
        """What was heard before `position` is not asked for any more."""
        while self._kept and self._forgotten < int(position / self._seconds):
            self._kept.popleft()
            self._forgotten += 1
