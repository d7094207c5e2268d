"""Whether a caller who pauses is likely to go on, by the words so far. Pure.

These serve a language that has none of its own, and know only what punctuation tells.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from sipforge.text.plain import fold


class Completeness(Enum):
    """What the words so far look like."""

    FINISHED = "finished"
    """Whole: nothing can follow but another sentence."""
    OPEN = "open"
    """Something must follow: wait longer."""
    UNSURE = "unsure"


_TRAILS_OFF: Final = re.compile(r"(?:\.{2,}|…|,|[-\u2013\u2014])[\"']?$")
_LAST_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+")


def trails_off(text: str) -> bool:
    """Whether `text` ends in dots, a comma or a dash, as recognisers write speech that breaks off."""
    return bool(_TRAILS_OFF.search(fold(text)))


def last_sentence(text: str) -> str:
    """What comes after the last full stop, question or exclamation mark inside `text`."""
    return _LAST_SENTENCE.split(fold(text))[-1]


def completeness(text: str) -> Completeness:
    """By punctuation alone."""
    return Completeness.OPEN if trails_off(text) else Completeness.UNSURE


def is_backchannel(text: str) -> bool:
    """Never: what shows that one listens differs from language to language."""
    del text
    return False
