"""What matching questions needs to know of English. Pure; the words are in sipforge.text.english.words."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from sipforge.text.english import words as english
from sipforge.text.english.normalisation import cardinal
from sipforge.text.lexicon import Lexicon, read_groups, read_phrases
from sipforge.text.plain import words

_PLURALS: Final = (("ies", "y", 3), ("es", "", 3), ("s", "", 3))
_ENDINGS: Final = (("ing", "", 3), ("ed", "", 3), ("ly", "", 4), ("ion", "", 4))
_CONTRACTED: Final = {"m": "am", "re": "are", "s": "is", "ve": "have", "ll": "will", "d": "would"}
_RUN_TOGETHER: Final = {"order": ("or", "do")}
"""Words that a recogniser hears where two stand before a subject: "or do I" becomes "order I"."""
_SUBJECTS: Final = frozenset(("i", "we", "you"))
_DIGITS: Final = 6
"""Of the longest number that is read as one."""
_FILLERS: Final = frozenset(
    (
        *("um", "uh", "er", "erm", "hmm", "mm", "ah", "oh", "guys", "folks", "please", "kindly", "actually"),
        *("exactly", "basically", "just", "really", "maybe", "perhaps"),
    )
)
_SOUNDS: Final = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^kn|^gn", "n"),
        (r"^wr", "r"),
        (r"^wh", "w"),
        (r"ph", "f"),
        (r"gh", ""),
        (r"tch|ch|sh|sch", "S"),
        (r"dge|j|ge$|g(?=[eiy])", "S"),
        (r"th", "t"),
        (r"ck|q", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c|g", "k"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"v", "f"),
        (r"b", "p"),
        (r"d", "t"),
        (r"(?<=.)e$", ""),
        (r"h", ""),
        (r"[aeiouyw]+", "a"),
        (r"(.)\1+", r"\1"),
    )
)


def split(plain: list[str]) -> list[str]:
    """`plain` without fillers, numbers in words; "can't" is "can not" again, and "order I" is "or do I"."""
    out: list[str] = []
    for word, behind in pairwise((*plain, "")):
        head, apostrophe, tail = word.partition("'")
        if word in _RUN_TOGETHER and behind in _SUBJECTS:
            out += _RUN_TOGETHER[word]
        elif apostrophe and tail == "t":
            out += [head if head == "can" else head.removesuffix("n"), "not"]
        elif apostrophe and tail in _CONTRACTED:
            # An owner's "s" becomes an "is" that says nothing.
            out += [head, _CONTRACTED[tail]]
        elif word.isdigit():
            out += words(cardinal(int(word))) if len(word) <= _DIGITS else [word]
        elif word not in _FILLERS:
            out.append(word.replace("'", ""))
    return out


def stem(word: str) -> str:
    """`word` without plural and verb endings: enough for "prices" and "pricing" to meet."""
    word = _without(_without(word, _PLURALS), _ENDINGS)
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
        return word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _without(word: str, endings: tuple[tuple[str, str, int], ...]) -> str:
    for ending, put, least in endings:
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= least
            and not word.endswith(("ss", "us", "is"))
        ):
            return word[: -len(ending)] + put
    return word


def sound(word: str) -> str:
    """What is left of `word` on a bad line: consonants, voiced like voiceless, and where vowels are."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word


LEXICON: Final = Lexicon(
    function=frozenset(english.FUNCTION.split()),
    weak=frozenset(english.WEAK.split()),
    incidental=frozenset(english.INCIDENTAL.split()),
    everyday=frozenset(english.EVERYDAY.split()),
    interrogative=frozenset(english.INTERROGATIVE.split()),
    same=read_groups(english.SAME),
    kinds=read_groups(english.KINDS),
    kin=tuple(tuple(concepts.split()) for concepts in read_phrases(english.KIN)),
    joints=read_phrases(english.JOINTS),
    wh=read_phrases(english.WH),
    openers=read_phrases(english.OPENERS),
    starters=frozenset(english.STARTERS.split()),
    negations=read_phrases(english.NEGATIONS),
    anaphora=frozenset(english.ANAPHORA.split()),
    split=split,
    stem=stem,
    sound=sound,
)
