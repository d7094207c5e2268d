"""The office's own codes: a star and digits for a number that is dialled often."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sipforge.core.office.codes import CODES
from sipforge.core.office.destinations import Destination
from sipforge.core.office.groups import destination

_BUILT_IN = tuple(code.keys.partition(" ")[0] for code in CODES if code.keys.startswith("*"))


@dataclass(frozen=True, slots=True)
class Shortcut:
    """One such code.

    Raises:
        ValueError: a value that cannot be; the message begins with the key.
    """

    name: str
    """What is dialled, such as *55."""
    to: str
    """A destination, or a number outside, which only those reach who may ring it."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\*[0-9]{2,4}", self.name):
            raise ValueError(f"code {self.name!r}: must be a star and two to four digits")
        taken = next((code for code in _BUILT_IN if self.name.startswith(code)), "")
        if taken:
            raise ValueError(f"code {self.name}: begins like {taken}, which means something already")
        if not self.is_outside:
            _ = self.place
            if not self.to:
                raise ValueError("to: is empty")

    @property
    def is_outside(self) -> bool:
        """Whether it is a number outside."""
        return re.fullmatch(r"\+?[0-9]{5,20}", self.to) is not None

    @property
    def place(self) -> Destination:
        """Where it leads within the office.

        Raises:
            ValueError: it does not.
        """
        return destination("to", self.to)
