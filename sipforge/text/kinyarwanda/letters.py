"""Capitals, Roman numerals, e-mail and web addresses as Kinyarwanda words. Pure.

Letters are named as in the acronyms attested (RBC arabisi, PCR pisiyara, RDF aradiyefu, mRNA emu araneyi):
one word, a `y` between i and another vowel, a space between other vowels. A consonant without an attested
name is said with the vowel a, as in www, wawawa; a vowel is its own name where none is attested. Q and X stay
letters: nothing attests how they are said.
"""

from __future__ import annotations

import re
from typing import Final

_ALPHABET = "eyi bi si di e efu ga heci ayi ja ka la emu eni o pi q ara esi ti yu vi wa x ya za"
_NAMES: Final = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _ALPHABET.split(), strict=True))
_SPOKEN: Final = {"HIV": "heci ayivi", "COVID": "kovide", "ICU": "ayisiyu"}
"""Acronyms attested otherwise than the rules give."""
_WORDS: Final = frozenset(("OK",))
_VOWELS: Final = "aeiou"
_LONGEST_SPELLED: Final = 5
_SYLLABLE = r"(?:[MN]?(?:SH|TS|PF|NY|CY|JY|[BCDFGHJKLMNPRSTVZ])?[WY]?|)[AEIOU]"
_PRONOUNCED: Final = re.compile(
    rf"{_SYLLABLE}(?:(?![AEIOU]){_SYLLABLE})*(?:(?<=[A-Z]{{2}})[BCDFGKLMNPRSTZ])?"
)
"""Syllables, from three letters on perhaps with a consonant behind them."""
_ROMAN: Final = re.compile(r"(X{0,3})(IX|IV|V?I{0,3})")

_ADDRESS: Final = re.compile(
    r"(?:https?://|(?<![\w.@-]))(?:([\w.+-]+)@)?((?:[\w-]+\.)+[A-Za-z][\w-]*)(?:/(?=\s|$))?", re.I
)
_DOMAINS: Final = frozenset(("rw", "com", "org", "net", "gov", "edu", "info", "io", "int"))
_SITE_WORDS: Final = {"com": "komu", "rw": "rwa", "www": "wawawa", "gov": "govu"}


def acronym(letters: str) -> str | None:
    """How capitals are said; None where they are read as a word, as RURA, RAB and KIGALI are."""
    if letters in _SPOKEN:
        return _SPOKEN[letters]
    if len(letters) == 1:
        return None if letters in "AEIOUQX" else _NAMES[letters]
    if letters in _WORDS or len(letters) > _LONGEST_SPELLED or _PRONOUNCED.fullmatch(letters):
        return None
    said = ""
    for letter in letters:
        said = _linked(said, _NAMES[letter])
    return said


def roman(numeral: str) -> int | None:
    """The value of a Roman numeral of X, V and I, 1 to 39; None for anything else."""
    found = _ROMAN.fullmatch(numeral)
    if not numeral or found is None:
        return None
    ones = {"": 0, "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9}
    return 10 * len(found[1]) + ones[found[2]]


def addresses(text: str) -> str:
    """`text` with its e-mail and web addresses as words: info kuri ofisi akadomo rwa."""
    return _ADDRESS.sub(_address, text)


def _linked(said: str, name: str) -> str:
    if not said or said[-1] not in _VOWELS or name[0] not in _VOWELS:
        return said + name
    return f"{said}y{name}" if said[-1] == "i" and name[0] != "i" else f"{said} {name}"


def _address(found: re.Match[str]) -> str:
    user, site = found[1], found[2]
    if user is None and "://" not in found[0] and site.rpartition(".")[2].lower() not in _DOMAINS:
        return found[0]
    said = " akadomo ".join(_SITE_WORDS.get(part.lower(), part) for part in site.split("."))
    if user is None:
        return said
    return f"{' akadomo '.join(user.replace('_', ' ').split('.'))} kuri {said}"
