"""The end of Asterisk's own log, which root alone may read."""

from __future__ import annotations

from pathlib import Path

_TAIL_BYTES = 512 * 1024


def last_lines(path: Path) -> list[str]:
    """Its last lines, about half a megabyte of them; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            return file.read(_TAIL_BYTES).decode(errors="replace").splitlines()
    except OSError:
        return []
