"""QR codes, in a terminal and as PNG. Owns: segno."""

from __future__ import annotations

import io
from pathlib import Path

import segno

_ERROR_LEVEL = "m"
"""A sixth of the code may be covered or glare."""
_PNG_SCALE = 8
"""Pixels of a module."""


def draw(text: str) -> str:
    """The code in lines of half blocks, two modules to a character; light where a terminal writes."""
    drawn = io.StringIO()
    segno.make_qr(text, error=_ERROR_LEVEL).terminal(out=drawn, compact=True)
    return drawn.getvalue().rstrip("\n")


def write_png(text: str, path: Path) -> None:
    """The code as a picture, which only its owner may read.

    Raises:
        OSError: it cannot be written.
    """
    picture = io.BytesIO()
    segno.make_qr(text, error=_ERROR_LEVEL).save(picture, kind="png", scale=_PNG_SCALE)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(picture.getvalue())
