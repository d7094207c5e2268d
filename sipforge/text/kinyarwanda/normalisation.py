"""Kinyarwanda text made ready to be spoken, and what was spoken as text. Pure.

Numbers are in `numbers`, the clock and the calendar in `time`, written amounts in `amounts`, capitals and
addresses in `letters`, the nouns in `nouns`; the way back is `reading`.
The tests' cases say what is attested, and what awaits a native speaker.
"""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final

from sipforge.text.kinyarwanda.figures import spoken
from sipforge.text.kinyarwanda.letters import addresses
from sipforge.text.plain import fold, split_sentences

_EMAIL_WORD: Final = re.compile(r"\b[Ee]-?mail\b")
_SITE: Final = re.compile(r"@|www\.|://|\.(?:rw|com|org|net|gov|edu|info|int|io)\b", re.I)
_SPELLINGS: Final = {
    "umugi": "umujyi",
    "imigi": "imijyi",
    "ngewe": "njyewe",
    "kenda": "cyenda",
    "insinzi": "intsinzi",
    "miriyoni": "miliyoni",
    "miriyari": "miliyari",
}
"""Both are read, one is written."""
_PASSES: Final = 4
"""Words may lean on words: what one pass leaves, as in glued and broken text, the next one says."""


def normalise(text: str) -> str:
    """`text` with everything that is not a word made one; what is words already stays as it is.

    Takes any text; the result has no character of the Unicode categories Nd, Nl and No.
    """
    text = fold(text if text.isascii() else _plain_digits(text))
    for _ in range(_PASSES):
        said = text
        if "mail" in said:
            said = _EMAIL_WORD.sub("imeli", said)
        for other, written in _SPELLINGS.items():
            if other[1:] in said:
                said = re.sub(rf"\b{other}\b", written, said)
                said = re.sub(rf"\b{other.capitalize()}\b", written.capitalize(), said)
        if _SITE.search(said):
            said = addresses(said)
        said = fold(spoken(said))
        if said == text:
            break
        text = said
    return text


def sentences(text: str) -> list[str]:
    """`text` in pieces that can be spoken one after the other."""
    return split_sentences(text, frozenset({"dr", "prof"}))


def _plain_digits(text: str) -> str:
    """`text` with ASCII digits for those of other scripts, and a number beside a number kept apart."""
    odd = "".join(letter for letter in set(text) if letter > "\x7f" and letter.isnumeric())
    odd = "".join(letter for letter in odd if unicodedata.category(letter)[0] == "N")
    return re.sub(f"([0-9]?)([{odd}]+)", _ascii, text) if odd else text


def _ascii(found: re.Match[str]) -> str:
    said = found[1]
    for letter in found[2]:
        value = unicodedata.decimal(letter, None)
        if value is not None and unicodedata.category(letter) == "Nd":
            said += str(value)
            continue
        form = unicodedata.normalize("NFKC", letter)
        if any(unicodedata.category(part)[0] == "N" and part > "\x7f" for part in form):
            number = Fraction(unicodedata.numeric(letter)).limit_denominator(1000)
            form = f"{number.numerator}\u2044{number.denominator}".removesuffix("\u20441")
        said += f" {form} " if said else f"{form} "
    return said
