"""How far what a foreign ear wrote down is from a Kinyarwanda text, whatever spelling it chose. Pure.

A recogniser that never learnt Kinyarwanda writes what it hears in the spelling of a language that it knows.
The folding takes out what tells spellings apart and not sounds; intended and heard text are folded alike:

- Letters only, lower case, without accents; no word ends, which nobody hears.
- w after a consonant is said with g, k or ng before it (Rwanda: rgwa), y with j, k or ny (ibyo: ibjo):
  rgw = rw, tkw = tw, mngw = mw, bj = by, mny = my.
- After a nasal, p, t and k are said as a breath: mh = mp, nh = nt, ngh = nk.
- c, ch, cy, k, ky, kh, q are one, since ki is said nearly as cyi; so are j, jy, gy, dj, and g before e and i.
- l = r and b = v, which are one sound each in Kinyarwanda; sh = shy; ph = f; x = ks.
- A doubled letter is one: the spelling does not show length.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from tests.phones.words import edits

_SAME: Final = tuple(  # in this order
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"[^a-z]", ""),
        (r"x", "ks"),
        (r"ph", "f"),
        (r"shy?", "x"),
        (r"q|ch|t(?=ch)|tch", "c"),
        (r"(?<=[bcdfhjkmnprstvxz])(?:n?g|k|c|n)(?=w)", ""),
        (r"(?<=[bmprstvf])(?:dj|gy|jy|ky|cy|ny|j|c(?!w))(?=[aeiou])", "y"),
        (r"mh", "mp"),
        (r"n(?:g|k)h", "nk"),
        (r"nh", "nt"),
        (r"[ck][yh]?", "k"),
        (r"dj|jy|gy|g(?=[ei])", "j"),
        (r"l", "r"),
        (r"b", "v"),
        (r"(.)\1+", r"\1"),
    )
)


def fold(text: str) -> str:
    """`text` as its sounds, a letter for each of them or nearly so."""
    plain = unicodedata.normalize("NFD", text.lower())
    for pattern, instead in _SAME:
        plain = pattern.sub(instead, plain)
    return plain


def errors(intended: str, heard: str) -> tuple[int, int]:
    """Letters wrong, missing or too many in `heard`, and letters in `intended`, both folded."""
    wanted = fold(intended)
    return edits(list(wanted), list(fold(heard))), len(wanted)


def error_rate(pairs: Sequence[tuple[str, str]]) -> float:
    """Errors per letter (0: right) over all pairs of intended and heard text.

    Raises:
        ValueError: no letters are intended.
    """
    counts = [errors(intended, heard) for intended, heard in pairs]
    letters = sum(count for _, count in counts)
    if not letters:
        raise ValueError("no letters are intended")
    return sum(wrong for wrong, _ in counts) / letters
