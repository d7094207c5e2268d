"""What an administrator wrote (JSON, YAML: mappings, lists, words), read into a frozen dataclass, or refused
by key.

The dataclass is the whole description: its fields are the keys, their annotations the types (str, int, bool,
an Enum, `tuple[str, ...]`, `Mapping[str, str]`), their defaults what may be left out. A `name` is not a key
but the entry's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import Enum
from typing import Any, TypeVar, get_type_hints

Entry = TypeVar("Entry")


class OfficeError(ValueError):
    """Something in the description of the office cannot be; the message begins with its key."""


def read(kind: type[Entry], where: str, raw: Any, **given: Any) -> Entry:
    """`raw` as a `kind`.

    Args:
        kind: a dataclass.
        where: the key that `raw` stands under, such as groups.sales.
        raw: what was written there.
        given: fields that are not written, such as the entry's name.

    Raises:
        OfficeError: an unknown, missing or misshapen key, or what the dataclass itself refuses.
    """
    if not isinstance(raw, Mapping):
        raise OfficeError(f"{where}: must be keys with values, such as {_example(kind)}")
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind) if field.init and field.name not in given}  # type: ignore[arg-type]
    unknown = [str(key) for key in raw if key not in known]
    if unknown:
        raise OfficeError(f"{where}.{unknown[0]}: there is no such key; there are: {', '.join(known)}")
    for name, field in known.items():
        if name not in raw and field.default is MISSING and field.default_factory is MISSING:
            raise OfficeError(f"{where}.{name}: is missing")
    values = {str(key): _value(f"{where}.{key}", value, hints[str(key)]) for key, value in raw.items()}
    try:
        return kind(**values, **given)
    except OfficeError:
        raise
    except ValueError as error:
        raise OfficeError(f"{where}.{error}") from error


def _value(where: str, raw: Any, wanted: Any) -> Any:
    if wanted is bool:
        if not isinstance(raw, bool):
            raise OfficeError(f"{where}: must be true or false")
        return raw
    if wanted is int:
        if isinstance(raw, str) and raw.isdecimal():
            raw = int(raw)
        if not isinstance(raw, int) or isinstance(raw, bool):
            raise OfficeError(f"{where}: must be a whole number")
        return raw
    if wanted is str:
        return _text(where, raw)
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        choices = [choice.value for choice in wanted]
        if raw not in choices:
            raise OfficeError(f"{where}: must be one of {', '.join(choices)}")
        return wanted(raw)
    if getattr(wanted, "__origin__", None) is tuple:
        if not isinstance(raw, list | tuple):
            raise OfficeError(f"{where}: must be a list")
        return tuple(_text(f"{where}[{index}]", item) for index, item in enumerate(raw))
    if not isinstance(raw, Mapping):
        raise OfficeError(f"{where}: must be keys with values")
    inner = wanted.__args__[1]
    return {_text(where, key): _value(f"{where}.{key}", value, inner) for key, value in raw.items()}


def _text(where: str, raw: Any) -> str:
    # YAML and JSON both make a number of 1001.
    if isinstance(raw, int) and not isinstance(raw, bool):
        return str(raw)
    if not isinstance(raw, str):
        raise OfficeError(f"{where}: must be text")
    return raw.strip()


def _example(kind: type[Any]) -> str:
    names = [field.name for field in fields(kind) if field.init and field.name != "name"]
    return "{ " + ", ".join(f"{name}: ..." for name in names[:2]) + " }"
