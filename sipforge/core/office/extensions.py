"""Who has which extension: users 1000 to 1999; assistants, groups, menus 2000 to 9999; services three
digits. And how groups, menus and all that is called by a word are named."""

from __future__ import annotations

import re
from typing import Final

USERS: Final = "1000 to 1999"
OTHERS: Final = "2000 to 9999"


def is_user(extension: str) -> bool:
    """Whether a user can have it; there need not be one."""
    return re.fullmatch("1[0-9]{3}", extension) is not None


def check_user(extension: str) -> str:
    """`extension`, which a user can have; ValueError, with the range, for any other."""
    if not is_user(extension):
        raise ValueError(f"extension {extension!r}: must be a number from {USERS}")
    return extension


def check_assistant(extension: str) -> str:
    """`extension`, which an assistant, a group or a menu can have; ValueError, with the range, for any
    other."""
    if not re.fullmatch("[2-9][0-9]{3}", extension):
        raise ValueError(f"extension {extension!r}: must be a number from {OTHERS}")
    return extension


def is_name(text: str) -> bool:
    """Whether a group, menu, trunk, class or opening hours can be called so; Asterisk's files hold names."""
    return re.fullmatch("[a-z][a-z0-9-]{0,30}", text) is not None


def check_entry_name(name: str) -> None:
    """Refuse a name that is none.

    Raises:
        ValueError: it is none; the message begins with the key.
    """
    if not is_name(name):
        raise ValueError(f"name: {name!r} must be small letters, digits and -")
