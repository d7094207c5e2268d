"""What was lately made of a sound, so that the same sound is not worked on twice."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from sipforge.engines.protocols import Floats

Made = TypeVar("Made")


class Recent(Generic[Made]):
    """By the sound, to the sample; beyond `most`, the one longest unused is forgotten. For any threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[bytes, Made] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, samples: Floats) -> Made | None:
        """What was kept for `samples`, or None."""
        key = _digest(samples)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def once(self, samples: Floats, make: Callable[[Floats], Made]) -> Made:
        """What was kept for `samples`, else what `make` gives for them, which is kept."""
        found = self.find(samples)
        if found is None:
            found = make(samples)
            with self._lock:
                self._kept[_digest(samples)] = found
                if len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return found


def _digest(samples: Floats) -> bytes:
    return hashlib.blake2b(samples.tobytes(), digest_size=16).digest()
