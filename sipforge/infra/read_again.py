"""A file that is read again when it has changed, so that nobody is restarted for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

_log = logging.getLogger(__name__)
Parsed = TypeVar("Parsed")


class ReadAgain(Generic[Parsed]):
    """One file, which may be missing, or wrong for a while: then what was read before stays."""

    def __init__(self, path: Path, parse: Callable[[str], Parsed], without: Parsed) -> None:
        """Read `path` when it is asked for first.

        Args:
            path: the file, UTF-8.
            parse: its text → what it says; a ValueError where it is wrong.
            without: what there is without the file.
        """
        self._path = path
        self._parse = parse
        self._without = self._read = without
        self._seen: tuple[int, int, int] | None = None

    def __call__(self) -> Parsed:
        """What the file says now; the same object for as long as it does not change."""
        try:
            now = self._path.stat()
        except OSError:
            self._seen, self._read = None, self._without
            return self._read
        seen = (now.st_ino, now.st_mtime_ns, now.st_size)
        if seen != self._seen:
            self._seen = seen
            try:
                self._read = self._parse(self._path.read_text(encoding="utf-8"))
            except (OSError, ValueError) as error:
                _log.warning("what was read before stays: %s: %s", self._path, error)
        return self._read
