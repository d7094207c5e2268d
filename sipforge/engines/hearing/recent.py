"""What was lately made of a sound, so that the same sound is not worked on twice. Pure."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Generic, TypeVar

from sipforge.engines.protocols import Floats

Made = TypeVar("Made")


class Recent(Generic[Made]):
    """By the sound, to the sample; beyond `most`, the one longest unused is forgotten."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Made] = OrderedDict()

    def find(self, samples: Floats) -> Made | None:
        """What was kept for `samples`, or None."""
        key = _digest(samples)
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, samples: Floats, made: Made) -> Made:
        """Keep `made` for `samples`, and return it."""
        self._kept[_digest(samples)] = made
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made


def _digest(samples: Floats) -> bytes:
    return hashlib.blake2b(samples.tobytes(), digest_size=16).digest()
