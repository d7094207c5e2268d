"""English: what is spoken and heard of it. The door is `LANGUAGE`; imports what all languages share."""

from __future__ import annotations

from pathlib import Path

from sipforge.text.english.lexicon import LEXICON
from sipforge.text.english.normalisation import normalise, sentences
from sipforge.text.english.turns import completeness, is_backchannel
from sipforge.text.language import Language, read_lines

LANGUAGE = Language(
    "English",
    normalise=normalise,
    sentences=sentences,
    completeness=completeness,
    is_backchannel=is_backchannel,
    lexicon=LEXICON,
    background=read_lines(Path(__file__).with_name("background.txt").read_text(encoding="utf-8")),
)
