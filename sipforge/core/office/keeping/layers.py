"""Two layers of one plan: what the inventory declares, and what was added on the host. Both are kept.

A deployment replaces the first and leaves the second alone. A name, or a section without names, that both
have is a mistake of whoever came later, told at once: neither hides the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sipforge.core.office.office import SECTIONS
from sipforge.core.office.reading import OfficeError

Layer = Mapping[str, Any]
WHOLE: Final = ("outside", "encryption")
"""Sections without names."""


def merged(declared: Layer, added: Layer) -> dict[str, Any]:
    """Both layers as one document for `read_plan`.

    Raises:
        OfficeError: both have one name.
    """
    document: dict[str, Any] = {}
    for section in SECTIONS:
        first, second = declared.get(section) or {}, added.get(section) or {}
        both = sorted(first.keys() & second.keys()) if isinstance(first, Mapping) else []
        if both:
            raise OfficeError(
                f"{section}.{both[0]}: the inventory declares it, and it was added on the host as well; "
                f"remove one: sipforge {COMMANDS[section]} remove {both[0]}"
            )
        document[section] = {**first, **second} if isinstance(first, Mapping) else first
    for section in WHOLE:
        if declared.get(section) is not None:
            document[section] = declared[section]
    return document


COMMANDS: Final[Mapping[str, str]] = {
    "hours": "hours",
    "groups": "group",
    "menus": "menu",
    "trunks": "trunk",
    "codes": "codes",
}
"""Section → the command that is about it."""


def with_entry(
    added: Layer, declared: Layer, section: str, name: str, values: Mapping[str, Any]
) -> dict[str, Any]:
    """The host's layer with one entry more.

    Raises:
        OfficeError: there is one of that name.
    """
    for layer, whose in ((declared, "declared by the inventory"), (added, "there")):
        if name in (layer.get(section) or {}):
            raise OfficeError(
                f"{section}.{name}: is {whose} already; see: sipforge {COMMANDS[section]} show {name}"
            )
    return {**added, section: {**(added.get(section) or {}), name: dict(values)}}


def without_entry(added: Layer, declared: Layer, section: str, name: str) -> dict[str, Any]:
    """The host's layer with one entry less.

    Raises:
        OfficeError: it is not there, or the inventory's.
    """
    if name in (declared.get(section) or {}):
        raise OfficeError(
            f"{section}.{name}: is declared by the inventory: take it out there and run the playbook"
        )
    kept = dict(added.get(section) or {})
    if name not in kept:
        raise OfficeError(f"{section}.{name}: is not there; see: sipforge {COMMANDS[section]} list")
    del kept[name]
    return {**added, section: kept}
