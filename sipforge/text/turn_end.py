"""How complete an utterance sounds by its words. Pure."""

from __future__ import annotations

from enum import Enum


class Completeness(Enum):
    """Whether more is to be expected."""

    FINISHED = "finished"
    """A whole question, sentence or short reply."""
    OPEN = "open"
    """It cannot end here: a trailing "and", a number being dictated."""
    UNSURE = "unsure"
