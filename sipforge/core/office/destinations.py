"""Where a call is sent by the office's own rules: an extension, somebody's mailbox, or nowhere.

Written as `1001`, `voicemail 1001`, and `""` for nowhere: the caller is told that nobody answers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sipforge.core.office.extensions import is_user


@dataclass(frozen=True, slots=True)
class Destination:
    """One such place."""

    extension: str = ""
    """Empty: nowhere."""
    mailbox: bool = False
    """Whether the extension's mailbox is meant, not its telephone."""


NOWHERE: Final = Destination()


def parse_destination(text: str) -> Destination:
    """Read one.

    Raises:
        ValueError: it is none; the message quotes it.
    """
    if not text:
        return Destination()
    match = re.fullmatch(r"(voicemail )?([1-9][0-9]{3})", text)
    if match is None:
        raise ValueError(f"{text!r} is no destination: write an extension, such as 1001, or voicemail 1001")
    if match[1] and not is_user(match[2]):
        raise ValueError(f"{text!r}: only a user has a mailbox")
    return Destination(match[2], mailbox=bool(match[1]))
