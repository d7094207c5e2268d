"""Italian numbers as words, up to 999,999. Pure."""

from __future__ import annotations

import re

from sipforge.text.plain import fold

_UNITS = (
    *("zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove", "dieci", "undici"),
    *("dodici", "tredici", "quattordici", "quindici", "sedici", "diciassette", "diciotto", "diciannove"),
)
_TENS = ("venti", "trenta", "quaranta", "cinquanta", "sessanta", "settanta", "ottanta", "novanta")
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3}|\d{0,3})(?![\d])")


def cardinal(number: int) -> str:
    """`number`, 0 to 999,999, in words: 5021 is "cinquemilaventuno"."""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        tens, unit = _TENS[number // 10 - 2], number % 10
        # The vowel before "uno" and "otto" goes.
        return (tens[:-1] if unit in {1, 8} else tens) + (_UNITS[unit] if unit else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return ("" if hundreds == 1 else _UNITS[hundreds]) + "cento" + (cardinal(rest) if rest else "")
    thousands, rest = divmod(number, 1000)
    return ("mille" if thousands == 1 else cardinal(thousands) + "mila") + (cardinal(rest) if rest else "")


def normalise(text: str) -> str:
    """`text` with its numbers as words, ready to be spoken."""
    return _NUMBER.sub(lambda found: cardinal(int(found[0].replace(".", ""))), fold(text))
