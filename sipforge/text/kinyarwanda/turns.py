"""Kinyarwanda: is the caller's sentence whole, and is it more than a sign of listening? Pure.

Attested words only; no native speaker has reviewed the choice yet.
"""

from __future__ import annotations

from typing import Final

from sipforge.text import turn_end
from sipforge.text.plain import words
from sipforge.text.turn_end import Completeness

_CONTINUES: Final = frozenset(
    (
        *("na", "kandi", "cyangwa", "nka", "ku", "mu", "kuva", "kugeza", "ni", "saa"),
        *("wa", "ya", "cya", "rya", "kwa", "bya", "ba", "za", "rwa", "bwa"),
        *("n", "nk", "w", "y", "cy", "by", "ry", "z", "rw", "bw"),
    )
)
"""Words that call for another: and, or, as, at, in, from, until, is, o'clock, the connectors; elided, too."""
_PHONE_DIGITS: Final = 10
_DIGITS: Final = frozenset(
    ("zeru", "rimwe", "kabiri", "gatatu", "kane", "gatanu", "gatandatu", "karindwi", "umunani", "icyenda")
)
_LISTENING: Final = frozenset({"yego"})
"""Attested only; what else Rwandans say while they listen is still to be collected from native speakers."""


def completeness(text: str) -> Completeness:
    """Whether the caller's sentence is whole."""
    said = words(text)
    digits = 0
    while digits < len(said) and said[-1 - digits] in _DIGITS:
        digits += 1
    dictated = digits > 2 or (digits > 0 and said[-digits] == "zeru")
    if said and (said[-1] in _CONTINUES or (dictated and digits < _PHONE_DIGITS)):
        return Completeness.OPEN
    return Completeness.FINISHED if dictated else turn_end.completeness(text)


def is_backchannel(text: str) -> bool:
    """Whether `text` only shows that the caller listens; after a question it is an answer."""
    said = words(text)
    return bool(said) and _LISTENING.issuperset(said)
