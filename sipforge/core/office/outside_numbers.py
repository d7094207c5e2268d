"""Numbers outside the office: how a caller here writes them, and what kind each is.

Everything is decided on the number as the whole world writes it (E.164: a plus, the country, the rest), so
that 00250 788..., +250 788... and 0788... are one number with one kind. Emergency numbers are what they are
in the country, as dialled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from sipforge.core.office.extensions import is_name

LONGEST: Final = 15
"""Digits of a number (E.164)."""
SHORTEST: Final = 7
OF_NO_COUNTRY: Final = ("+870", "+878", "+881", "+882", "+883", "+888", "+979")
"""Satellites, networks and premium services of the whole world (ITU-T's list of E.164 country codes)."""


class Kind(Enum):
    """What a number is, for the rules that say who may ring it."""

    EMERGENCY = "emergency"
    NATIONAL = "national"
    INTERNATIONAL = "international"
    PREMIUM = "premium"
    """What costs more than a call: named by its beginning, and whatever is `OF_NO_COUNTRY`."""


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """How numbers are written in the office's country.

    Raises:
        ValueError: a value that cannot be; the message begins with the key.
    """

    country: str
    """Calling code, such as 250."""
    national_prefix: str = "0"
    international_prefix: str = "00"
    emergency: tuple[str, ...] = ("112",)
    premium: tuple[str, ...] = ()
    """Beginnings of numbers, with the plus and the country."""

    def __post_init__(self) -> None:
        if not re.fullmatch("[1-9][0-9]{0,2}", self.country):
            raise ValueError(f"country: {self.country!r} is no calling code, such as 250")
        for key in ("national_prefix", "international_prefix"):
            if not re.fullmatch("[0-9]{0,4}", getattr(self, key)):
                raise ValueError(f"{key}: {getattr(self, key)!r} must be up to four digits")
        if not self.international_prefix:
            raise ValueError("international_prefix: is empty")
        if self.national_prefix.startswith(self.international_prefix):
            raise ValueError(
                f"national_prefix: {self.national_prefix!r} begins like the international one, "
                "so that no number would be national"
            )
        for number in self.emergency:
            if not re.fullmatch("[1-9][0-9]{2,4}", number) or len(number) == 4:
                raise ValueError(f"emergency: {number!r} must be three or five digits (four are extensions)")
        for beginning in self.premium:
            if not re.fullmatch(r"\+[1-9][0-9]{0,14}", beginning):
                raise ValueError(f"premium: {beginning!r} must be a plus and digits, such as +250900")
            if f"+{self.country}".startswith(beginning):
                raise ValueError(f"premium: {beginning!r} holds the whole country {self.country}")
        for key in ("emergency", "premium"):
            check_once(key, getattr(self, key))

    def e164(self, dialled: str) -> str | None:
        """A dialled number as the world writes it; None: it is no number outside.

        Separators that people write are not dialled: `dialled` is digits, perhaps with a plus in front.
        """
        if not re.fullmatch(r"\+?[0-9]{3,24}", dialled) or dialled in self.emergency:
            return None
        if dialled.startswith("+"):
            digits = dialled[1:]
        elif dialled.startswith(self.international_prefix):
            digits = dialled[len(self.international_prefix) :]
        elif self.national_prefix and dialled.startswith(self.national_prefix):
            digits = self.country + dialled[len(self.national_prefix) :]
        else:
            return None
        within = SHORTEST <= len(digits) <= LONGEST and not digits.startswith("0")
        return f"+{digits}" if within else None

    def kind(self, dialled: str) -> Kind | None:
        """What a dialled number is; None: it is no number outside."""
        if dialled in self.emergency:
            return Kind.EMERGENCY
        number = self.e164(dialled)
        if number is None:
            return None
        if number.startswith((*self.premium, *OF_NO_COUNTRY)):
            return Kind.PREMIUM
        return Kind.NATIONAL if number.startswith(f"+{self.country}") else Kind.INTERNATIONAL


def check_once(key: str, values: Iterable[str]) -> None:
    """Refuse a list that has something twice: so have two rules for one number."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{key}: {value!r} is there twice")
        seen.add(value)


def check_e164(text: str) -> str:
    """`text`, a whole number with its plus; ValueError for what is none."""
    if not re.fullmatch(rf"\+[1-9][0-9]{{{SHORTEST - 1},{LONGEST - 1}}}", text):
        raise ValueError(f"{text!r} must be a plus, the country and the number, such as +250788123456")
    return text


@dataclass(frozen=True, slots=True)
class Outside(NumberPlan):
    """Who may ring what outside, by which trunks, and how much.

    Raises:
        ValueError: a value that cannot be; the message begins with the key.
    """

    trunks: tuple[str, ...] = ()
    """Tried in this order; empty: all there are, as they stand."""
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Name → what its users may ring: national, international, premium, or beginnings such as +256."""
    default_class: str = ""
    """Of users who have none of their own; empty: nothing but emergency numbers."""
    calls_at_once: int = 2
    """Of one user."""
    calls_a_day: int = 100
    """Of one user; 0: as many as they like."""
    minutes_a_day: int = 240
    """Likewise."""
    assistants_may_ring: tuple[str, ...] = ()
    """The only numbers outside to which an assistant connects callers."""

    def __post_init__(self) -> None:
        # Not super(): a dataclass with slots is another class than the one that was written (CPython 90562).
        NumberPlan.__post_init__(self)
        closed = {Kind.NATIONAL.value, Kind.INTERNATIONAL.value, Kind.PREMIUM.value}
        for name, allowed in self.classes.items():
            if not is_name(name):
                raise ValueError(f"classes: {name!r} must be small letters, digits and -")
            for one in allowed:
                if one not in closed and not re.fullmatch(r"\+[1-9][0-9]{0,14}", one):
                    kinds = ", ".join(sorted(closed))
                    raise ValueError(f"classes.{name}: {one!r} must be {kinds}, or a beginning such as +256")
            check_once(f"classes.{name}", allowed)
        for key in ("trunks", "assistants_may_ring"):
            check_once(key, getattr(self, key))
        if self.default_class and self.default_class not in self.classes:
            raise ValueError(f"default_class: there is no class {self.default_class!r}")
        for key in ("calls_at_once", "calls_a_day", "minutes_a_day"):
            if not 0 <= getattr(self, key) <= 100_000:
                raise ValueError(f"{key}: must be 0 to 100000")
        for number in self.assistants_may_ring:
            try:
                check_e164(number)
            except ValueError as error:
                raise ValueError(f"assistants_may_ring: {error}") from error

    def may_ring(self, chosen: str, dialled: str) -> bool:
        """Whether a user of the class `chosen` (empty: the default one) may ring a number."""
        kind, number = self.kind(dialled), self.e164(dialled)
        if kind is Kind.EMERGENCY:
            return True
        allowed = self.classes.get(chosen or self.default_class, ())
        if kind is None or number is None:
            return False
        # What costs more is opened by its name alone: a beginning that holds it does not.
        named = any(number.startswith(one) for one in allowed if one.startswith("+"))
        return kind.value in allowed or (named and kind is not Kind.PREMIUM)
