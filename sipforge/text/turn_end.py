"""Whether a caller who pauses is likely to go on, judged by the words so far: the possible judgements."""

from __future__ import annotations

from enum import Enum


class Completeness(Enum):
    """What the words so far look like."""

    FINISHED = "finished"
    """A whole question, sentence or short reply."""
    OPEN = "open"
    """Something must follow: wait longer."""
    UNSURE = "unsure"
