"""Sixty numbers of ten kinds that somebody dials in an office in Rwanda, and who may ring them.

Thought of as somebody would who wants to ring at the office's expense: each kind of number in all the ways in
which it can be written, and what is no number at all but could be taken for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

COUNTRY: Final = "250"
PREMIUM: Final = ("+250900",)
CLASSES: Final = {
    "local": ("national",),
    "neighbours": ("national", "+256"),
    "world": ("national", "international"),
    "all": ("national", "international", "premium"),
}
"""Class → what it may ring."""
RULES: Final = {
    "country": COUNTRY,
    "premium": list(PREMIUM),
    "classes": {name: list(may) for name, may in CLASSES.items()},
}
"""As the section `outside` of an office."""


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number that somebody dials."""

    number: str
    e164: str
    """What it means, with a plus; empty: nothing. Of an emergency, what is dialled."""
    classes: tuple[str, ...]
    """Whose users may ring it; empty is the class of those who have none."""


def _same(e164: str, classes: tuple[str, ...], *numbers: str) -> tuple[Dialled, ...]:
    return tuple(Dialled(number, e164, classes) for number in numbers)


_NATIONAL, _NEAR, _FAR, _COSTLY = tuple(CLASSES), ("neighbours", "world", "all"), ("world", "all"), ("all",)
NUMBERS: Final = {
    "national": (
        *_same("+250788123456", _NATIONAL, "0788123456", "+250788123456", "00250788123456"),
        *_same("+250252570000", _NATIONAL, "0252570000", "+250252570000", "00250252570000"),
    ),
    "premium in disguise": (
        *_same("+250900123456", _COSTLY, "0900123456", "+250900123456", "00250900123456"),
        *_same("+2509001", _COSTLY, "09001", "002509001"),
        *_same("+250900999999", _COSTLY, "0900999999"),
    ),
    "neighbours": (
        *_same("+256772123456", _NEAR, "+256772123456", "00256772123456"),
        *_same("+256312345678", _NEAR, "+256312345678", "00256312345678"),
        *_same("+254722123456", _FAR, "+254722123456", "00254722123456"),
    ),
    "overseas": (
        *_same("+442079460123", _FAR, "+442079460123", "00442079460123"),
        *_same("+18765551234", _FAR, "+18765551234", "0018765551234"),
        *_same("+2525123456", _FAR, "+2525123456", "002525123456"),
    ),
    "satellites and premium of no country": (
        *_same("+881612345678", _COSTLY, "+881612345678", "00881612345678"),
        *_same("+882161234567", _COSTLY, "+882161234567", "00882161234567"),
        *_same("+870773123456", _COSTLY, "00870773123456"),
        *_same("+979812345678", _COSTLY, "+979812345678"),
    ),
    "something behind it": _same(
        "",
        (),
        "0788123456;phone-context=+1",
        "0788123456%40198.18.0.2",
        "0788123456%2C60%2CtT",
        "0788123456%26PJSIP%2F1002",
        "0788123456%5E900",
        "+256772123456%3Bisub=1",
    ),
    "letters and other digits": _same(
        "",
        (),
        "0788CALLME",
        "+25O788123456",
        "0x788123456",
        "s",
        "%D9%A0%D9%A7%D9%A8%D9%A8%D9%A1%D9%A2%D9%A3%D9%A4%D9%A5%D9%A6",
        "$%7BEXTEN%7D",
    ),
    "too long or too short": _same(
        "", (), "+2507881234567890", "0788123456" * 3, "078", "+250", "00", "00250900"
    ),
    "noughts and pluses": _same(
        "",
        (),
        "++250788123456",
        "000250900123456",
        "+0788123456",
        "00+250788123456",
        "0+250900123456",
        "+00256772123456",
    ),
    "emergencies and codes": (
        *_same("112", ("", *CLASSES), "112"),
        *_same("", (), "+112", "0112", "112112", "*31*0788123456%23", "%2331%230788123456"),
    ),
}
"""Kind → the numbers."""
