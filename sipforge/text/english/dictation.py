"""English: what is dictated sign by sign, a number or a spelt name, and whether all of it was said. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sipforge.text.plain import fold
from sipforge.text.turn_end import Completeness

_DIGITS: Final = frozenset(
    ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
)
_TIMES: Final = {"double": 1, "triple": 2}
"""Signs that such a word adds to the one after it."""
_PHONE_DIGITS: Final = 9
"""A national number without its leading zero."""
_COUNTRY_DIGITS: Final = 12
_EXTENSION_DIGITS: Final = 4
_FEW: Final = 3
"""So many signs alone are dictated: less may be an amount, or an answer."""
_NUMBER_NEAR: Final = frozenset(["number", "phone", "telephone", "mobile", "call", "whatsapp"])
_EXTENSION_NEAR: Final = frozenset(("extension", "room"))
_NEAR: Final = 4
"""Words."""
_TOKEN: Final = re.compile(r"\+?\d[\d-]*(?:[:.,]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*")
_NUMERAL: Final = re.compile(r"\+?\d[\d-]*")


def dictated(text: str) -> Completeness | None:
    """What the signs at the end of `text` tell: OPEN while more must follow, FINISHED for a whole telephone
    number or extension; None where nothing is being dictated."""
    tokens = [token.lower() for token in _TOKEN.findall(fold(text))]
    start = len(tokens)
    while start and _is_sign(tokens[start - 1]):
        start -= 1
    run, before = tokens[start:], tokens[max(0, start - _NEAR) : start]
    if not run:
        return None
    if len(run) > 1 and all(len(token) == 1 and token.isalpha() for token in run[-2:]):
        return Completeness.OPEN  # A name is as long as it is.
    count = sum(_count(token) for token in run)
    if _EXTENSION_NEAR & set(before):
        return _until(count >= _EXTENSION_DIGITS)
    if not (_begins_a_number(run, before) or (count >= _FEW and (not start or len(run) >= _FEW))):
        return None if count < 2 or not _NUMBER_NEAR & set(before) else _until(count >= _wanted(run, before))
    return _until(count >= _wanted(run, before) and run[-1] not in _TIMES)


def _is_sign(token: str) -> bool:
    return token in _DIGITS or token in _TIMES or len(token) == 1 or bool(_NUMERAL.fullmatch(token))


def _count(token: str) -> int:
    return _TIMES.get(token, 1) if token[0].isalpha() else sum(map(str.isdigit, token))


def _begins_a_number(run: Sequence[str], before: Sequence[str]) -> bool:
    return run[0] in {"zero", "double"} or run[0][0] in "0+" or before[-1:] == ["plus"]


def _wanted(run: Sequence[str], before: Sequence[str]) -> int:
    """Digits of the telephone number that begins so."""
    if run[0][0] == "+" or before[-1:] == ["plus"] or run[0].startswith("250"):
        return _COUNTRY_DIGITS
    return _PHONE_DIGITS + (run[0] in {"zero", "oh"} or run[0][0] == "0")


def _until(whole: bool) -> Completeness:
    return Completeness.FINISHED if whole else Completeness.OPEN
