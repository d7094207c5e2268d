"""What a bot hears in one call: slin in, turns of the caller out, with the sound of the utterance kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

from sipforge.core.endpointing import Endpointing, EndpointingRules, Heard, Phase
from sipforge.engines.protocols import RATE_HZ, Floats, Vad

BEFORE_SECONDS: Final = 0.4
"""Sound kept from before speech was noticed: its beginning is always noticed late."""


class Ear:
    """One call's hearing. While it does not `listen`, it keeps only the last moment."""

    def __init__(self, vad: Vad, rules: EndpointingRules) -> None:
        self._vad = vad
        self._rules = rules
        self._session = vad.session()
        self._endpointing = Endpointing(rules)
        self._rest = np.zeros(0, np.float32)
        self._kept: list[Floats] = []
        self._before_windows = int(BEFORE_SECONDS * RATE_HZ / self._session.window_samples) + 1

    @property
    def speaking(self) -> bool:
        """Whether the caller is in the middle of an utterance."""
        return self._endpointing.phase is not Phase.QUIET

    @property
    def silence_seconds(self) -> float:
        """Silence since the caller was last heard."""
        return self._endpointing.silence_seconds

    def utterance(self) -> Floats:
        """What has been heard of the utterance, from a little before its beginning."""
        return np.concatenate(self._kept) if self._kept else np.zeros(0, np.float32)

    def hear(self, slin: bytes, listens: Callable[[], bool]) -> Iterator[Heard]:
        """Take the next piece of sound, of any length; what it brings, one by one.

        Args:
            slin: the sound.
            listens: whether what comes next is to be acted on; asked again after each thing that was brought,
                since acting on it may change the answer. `utterance` is then what it was at that moment.
        """
        samples = np.frombuffer(slin, "<i2").astype(np.float32) / np.float32(32768)
        samples = np.concatenate([self._rest, samples])
        window = self._session.window_samples
        whole = samples.size // window * window
        self._rest = samples[whole:]
        for start in range(0, whole, window):
            yield from self._window(samples[start : start + window], listens())

    def begin(self) -> None:
        """Start to listen afresh; the last moment is kept, in case the caller has begun already."""
        self._session = self._vad.session()
        self._endpointing.reset()

    def _window(self, samples: Floats, listen: bool) -> tuple[Heard, ...]:
        self._kept.append(samples)
        happened: tuple[Heard, ...] = ()
        if listen:
            probability = self._session.process(samples)
            happened = self._endpointing.process(samples.size / RATE_HZ, probability)
        if not self.speaking and Heard.ENDED not in happened:
            del self._kept[: -self._before_windows]
        return happened
