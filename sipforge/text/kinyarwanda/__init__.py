"""Kinyarwanda: what is spoken and heard of it. The door is `LANGUAGE`; imports what all languages share."""

from __future__ import annotations

from pathlib import Path

from sipforge.text.kinyarwanda.normalisation import normalise, sentences
from sipforge.text.kinyarwanda.reading import to_digits
from sipforge.text.kinyarwanda.turns import completeness, is_backchannel
from sipforge.text.language import Language, read_lines

LANGUAGE = Language(
    "Kinyarwanda",
    normalise=normalise,
    sentences=sentences,
    to_digits=to_digits,
    completeness=completeness,
    is_backchannel=is_backchannel,
    sentences_said=read_lines(Path(__file__).with_name("sentences.txt").read_text(encoding="utf-8")),
    letters=Path(__file__).with_name("letters.npz"),
)
