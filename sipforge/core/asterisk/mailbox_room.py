"""Which mailboxes have no room for a message, by the free space of the file systems that they are on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ALL: Final = "all"
"""Stands for every mailbox: the folder that they are in has no room."""
_MEGABYTE: Final = 1_000_000


def without_room(free_bytes: Mapping[str, int], least_megabytes: int) -> frozenset[str]:
    """Extensions whose mailbox takes no message, or `ALL`.

    Args:
        free_bytes: `ALL` → what is free where mailboxes are made; extension → where its mailbox is, which may
            be another file system.
        least_megabytes: what must be free.
    """
    short = frozenset(name for name, free in free_bytes.items() if free < least_megabytes * _MEGABYTE)
    return frozenset({ALL}) if ALL in short else short


def variable(mailbox: str) -> str:
    """Asterisk's global variable that is set while a mailbox, or `ALL`, has no room."""
    return f"SIPFORGE_FULL_{mailbox}"
