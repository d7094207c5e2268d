"""Whether somebody says again what was just said: how an assistant knows its own echo. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Final

from sipforge.text.plain import words

SHARE: Final = 0.7
"""Of the words heard, that must be in what was said, in its order; who quotes it says others, too."""
LEAST_WORDS: Final = 3
"""A word or two of it may be the caller's own."""


def repeats(heard: str, said: str) -> bool:
    """Whether `heard` is a part of `said`, with a few words misheard."""
    mine, theirs = words(heard), words(said)
    if len(mine) < LEAST_WORDS:
        return False
    blocks = SequenceMatcher(None, mine, theirs, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= SHARE * len(mine)
