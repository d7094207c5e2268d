"""Kinyarwanda as a caller says it, with its numbers as digits. Pure.

A small number word by itself stays a word unless it counts something or is the whole text: kabiri is also
twice, umwe also someone. A rank stays words, so that ku wa kabiri remains a Tuesday, except in a date.
"""

from __future__ import annotations

import re
from typing import Final

from sipforge.text.kinyarwanda.heard import FORM_VALUES, NUMBER_WORD, Phrase, Words, key
from sipforge.text.kinyarwanda.nouns import counted_class
from sipforge.text.kinyarwanda.numbers import CONNECTORS
from sipforge.text.kinyarwanda.time import HOURS, MONTH, hour_in
from sipforge.text.plain import fold

_HOURS: Final = {key(hour): at for at, hour in enumerate(HOURS) if " " not in hour} | {
    # As also heard.
    **{"imwe": 7, "ine": 10, "enye": 10, "cumi": 4, "kenda": 3}
}
_PART: Final = re.compile(r"(?:za |z' )?(?:mu |ku |ni)?[iau]?(gitondo|manywa|mugoroba|joro)\b")
_MONTHS: Final = frozenset(map(key, MONTH))
_DATES: Final = frozenset(map(key, ("tariki", "itariki", "taliki", "italiki")))
_FRANCS: Final = ("amafaranga", "y'", "u", "rwanda")
_SIGNS: Final = {"amadorari": "$", "amayero": "\u20ac"}
_OF: Final = ("z'", "by'", "y'")
_LABELS: Final = frozenset(map(key, ("nimero", "numero", "inomero", "kanda", "mukande", "extension")))
_NOUNS = (
    "isaha amasaha umunota iminota isegonda amasegonda umunsi iminsi icyumweru ibyumweru ukwezi amezi umwaka "
    "imyaka amafaranga ifaranga amadolari idolari amayero iyero ibiro ikiro kilometero metero litiro toni "
    "hegitari rwanda"
)
_MEASURES: Final = frozenset(map(key, _NOUNS.split()))
"""Nouns behind which even 1 is a number."""

_Read = tuple[int, str, int]
"""The first token replaced, what replaces it, and the token behind."""


def to_digits(text: str) -> str:
    """`text`, folded, with its spoken numbers, times, telephone numbers and sums as digits. Takes any text.

    0788123456, 200, 1.2, 50%, 07:00 (7:00 where no part of the day was said), 20,000 Frw, $500.
    """
    text = fold(text)
    if not NUMBER_WORD.search(text):
        return text
    words = Words(text)
    pieces: list[str] = []
    at = done = 0
    while at < len(words.keys):
        read = _time(words, at) or _first(words, at) or _amount(words, at)
        if read is None:
            at += 1
            continue
        first, said, at = read
        before = text[done : words.tokens[first].start()]
        done = words.tokens[at - 1].end()
        # Digits that were there are not part of the number.
        pieces += (before, " " * before[-1:].isdigit(), said, " " * text[done : done + 1].isalnum())
    return "".join((*pieces, text[done:]))


def _amount(words: Words, at: int) -> _Read | None:
    if words.said(at - 1, "ku", "ijana"):
        return None
    phrase = words.number(at)
    if phrase is None or not _stands(words, at, phrase):
        return None
    if words.said(phrase.end, "ku", "ijana"):
        return _restored(words, at, f"{phrase.written()}%", phrase.end + 2)
    if not phrase.digits and (read := _money(words, at, phrase)):
        return read
    return _restored(words, at, phrase.written(), phrase.end)


def _money(words: Words, at: int, phrase: Phrase) -> _Read | None:
    amount, end = phrase.written(","), phrase.end
    if words.said(at - 3, *_FRANCS[1:]) and words.at(at - 4) in ("amafaranga", "mafaranga"):
        return at - 4, f"{amount} Frw", end
    if sign := _SIGNS.get(words.at(at - 1)):
        return at - 1, sign + amount, end
    if words.at(end) in _OF:
        if words.said(end + 1, *_FRANCS):
            return _restored(words, at, f"{amount} Frw", end + 5)
        if sign := _SIGNS.get(words.at(end + 1)):
            return _restored(words, at, sign + amount, end + 2)
    return None


def _stands(words: Words, at: int, phrase: Phrase) -> bool:
    """Whether the words are surely a number here."""
    before, behind = words.at(at - 1), words.at(phrase.end)
    if words.said(phrase.end, "n'", "igice"):
        return False  # and a half
    day_of = before in _DATES or (words.at(at - 2) in _DATES and not before.isdigit())
    dated = phrase.value <= 31 and (behind in _MONTHS or day_of)
    ranked = before in CONNECTORS or before == "kuwa" or (before[-1:] == "'" and before not in ("n'", "nk'"))
    if ranked and not phrase.digits and phrase.value < 1000 and not phrase.places:
        return dated
    if phrase.end - at > 1 or phrase.value >= 10 or dated or (at == 0 and phrase.end == len(words.keys)):
        return True
    if before in _LABELS or before in _MEASURES or words.said(phrase.end, "ku", "ijana"):
        return True
    if phrase.value == 1 or not at:
        return False
    noun_class = counted_class(words.tokens[at - 1][0], phrase.value)
    return before == "ni" or (noun_class is not None and words.at(at) in FORM_VALUES[noun_class])


def _restored(words: Words, at: int, said: str, end: int) -> _Read:
    """`said` for the tokens `at` to `end`, with the vowel back that a word before had lost."""
    if words.at(at - 1).endswith("'") and words.tokens[at - 1].end() == words.tokens[at].start():
        return at - 1, f"{words.tokens[at - 1][0][:-1]}a {said}", end
    return at, said, end


def _first(words: Words, at: int) -> _Read | None:
    """Tariki ya mbere."""
    if words.at(at) == "mbere" and words.at(at - 1) == "ya" and words.at(at - 2) in _DATES:
        return at, "1", at + 1
    return None


def _time(words: Words, at: int) -> _Read | None:
    if words.at(at) != "saa" or words.at(at + 1) not in _HOURS:
        return None
    hour, end = _HOURS[words.at(at + 1)], at + 2
    if hour == 4 and words.at(end) == "n'" and words.at(end + 1) in ("imwe", "ebyiri", "abiri"):
        hour, end = (5 if words.at(end + 1) == "imwe" else 6), end + 2
    minute, end = _sixtieths(words, end, "umunota", "iminota")
    if not minute and words.said(end, "n'", "igice"):
        minute, end = 30, end + 2
    second, end = _sixtieths(words, end, "isegonda", "amasegonda")
    seconds = f":{second:02}" if second else ""
    part = _PART.match(" ".join(words.keys[end : end + 4]))
    if part is None:
        return at, f"{hour or 12}:{minute:02}{seconds}", end
    return at, f"{hour_in(part[1], hour):02}:{minute:02}{seconds}", end + part[0].count(" ") + 1


def _sixtieths(words: Words, at: int, *nouns: str) -> tuple[int, int]:
    """A number of minutes or seconds at `at`, and the token behind it; 0 and `at` where there are none."""
    if words.at(at) == "n'" and words.at(at + 1) in nouns:
        found = words.below(at + 2)
        if found and found.value < 60:
            return found.value, found.end
    return 0, at
