"""What a caller said last, for another assistant to answer: the last seconds of sound, as they came. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

from sipforge.core.audiosocket import SLIN16_HZ

LONGEST_SECONDS: Final = 20.0
"""What is longer begins later."""
MARGIN_SECONDS: Final = 0.3
"""Kept beside what was asked for: who asks has not heard yet what came last."""
_BYTES_A_SECOND: Final = 2 * SLIN16_HZ


class LastSaid:
    """One call's."""

    def __init__(self) -> None:
        self._pieces: deque[bytes] = deque()
        self._bytes = 0
        self._kept = False

    def add(self, slin: bytes) -> None:
        """The next piece of what the caller says: slin at 16 kHz."""
        self._pieces.append(slin)
        self._bytes += len(slin)
        self._shorten(LONGEST_SECONDS)

    def keep(self, seconds: float) -> None:
        """Keep the last `seconds`, and what is still to come; 0: nothing."""
        self._kept = seconds > 0
        if self._kept:
            self._shorten(min(seconds + MARGIN_SECONDS, LONGEST_SECONDS))

    def taken(self) -> tuple[bytes, ...]:
        """What was kept, oldest first; it is forgotten here."""
        taken = tuple(self._pieces) if self._kept else ()
        self._pieces.clear()
        self._bytes = 0
        return taken

    def _shorten(self, seconds: float) -> None:
        while self._pieces and self._bytes - len(self._pieces[0]) >= seconds * _BYTES_A_SECOND:
            self._bytes -= len(self._pieces.popleft())
