"""Italian, for tests: its numbers and what its callers say while they listen. The door is `LANGUAGE`."""

from __future__ import annotations

from sipforge.text.italian.numbers import normalise

from sipforge.text.language import Language
from sipforge.text.plain import words

LANGUAGE = Language(
    "Italian",
    normalise=normalise,
    is_backchannel=lambda text: bool(words(text)) and {"si", "certo"}.issuperset(words(text)),
)
