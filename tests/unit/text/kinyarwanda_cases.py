"""The reviewable cases of Kinyarwanda, and pieces of text that lean on each other."""

from __future__ import annotations

import csv
from pathlib import Path

HERE = Path(__file__).parent
WRITTEN = HERE / "kinyarwanda_cases.tsv"
"""Text → words."""
HEARD = HERE / "kinyarwanda_heard.tsv"
"""Words → text."""

FRAGMENTS = (
    *("0788123456", "+250", "Frw", "RWF", "$", "5", "12", "1,000", "20.000", "3.14", "saa ", "08:00", "8"),
    *("-", "\u2013", "/", ":", "@", ".rw", "www.", ".com", "km", " ", "'", "n'", "wa ", "abantu ", "II"),
    *("V", "RDB", "HIV", "P.", "Dr.", "\u00bd", "\u00b2", "\u0663", "\u2460", "\u2167", "\ud800", "\u0301"),
    *("\U0001f600", "%", "\u00b0C", "e", "A", "Ukuboza ", "2019", "17", "&", "+", "_", ",", ".", "(", "T"),
    *("h", "AM", "\u1369", "mu ", "hagati ya ", "US$", "\u20ac", "miliyoni ", "ku ijana", "zeru ", "na "),
    *("tariki ya ", "email", "1st"),
)
"""Joined, they are texts that no one would write."""


def cases(file: Path) -> list[dict[str, str]]:
    """The rows of a file of cases, its first line being a comment."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(lines[1:], delimiter="\t", quoting=csv.QUOTE_NONE))
