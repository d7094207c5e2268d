"""What the fields of a message may hold, written beside them as `Annotated[type, check]`, and how it is read.

A check gives the value in its final form, or None when it is wrong. What is missing, has the wrong type, is
too long or is not finite is corrupt (`ProtocolError`); unknown extra fields are dropped and those that have a
default may be missing, so that one side can be a version ahead. What either side builds is held to the same
rules before it is sent.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

from sipforge.core.audiosocket import UNIX_LEG, Frame, Kind, ProtocolError

Check = Callable[[Any], Any]
_T = TypeVar("_T")


def text(longest: int, pattern: str = "") -> Check:
    """Checks for text of at most so many characters that is wholly what `pattern` (ASCII) says."""

    def check(value: Any) -> str | None:
        if not isinstance(value, str) or len(value) > longest:
            return None
        if pattern and re.fullmatch(pattern, value, re.ASCII) is None:
            return None
        # JSON can spell half a surrogate pair, which no UTF-8 writer behind us could store.
        return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value

    return check


def integer(low: int, high: int) -> Check:
    """Checks for a whole number from `low` to `high`."""
    return lambda value: value if type(value) is int and low <= value <= high else None


def member(kind: type[StrEnum]) -> Check:
    """Checks for the value of one of an enum's members."""
    known = {word.value: word for word in kind}
    return lambda value: known.get(value) if isinstance(value, str) else None


def each(check: Check, longest: int) -> Check:
    """Checks for a list, in which at most so many pass `check`."""

    def every(value: Any) -> tuple[Any, ...] | None:
        if not isinstance(value, list) or len(value) > longest:
            return None
        checked = tuple(map(check, value))
        return None if None in checked else checked

    return every


def message(kind: type[_T]) -> Check:
    """Checks for an object with the fields of the class `kind`."""

    def check(value: Any) -> _T | None:
        try:
            return read(kind, value, kind.__name__) if isinstance(value, dict) else None
        except ProtocolError:
            return None

    return check


def truth(value: Any) -> bool | None:
    """Checks for true or false."""
    return value if isinstance(value, bool) else None


def number(value: Any) -> float | None:
    """Checks for a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        checked = float(value)
    except OverflowError:
        return None
    return checked if math.isfinite(checked) else None


def numbers(value: Any) -> dict[str, float] | None:
    """Checks for at most 32 finite numbers by their names."""
    if not isinstance(value, dict) or len(value) > 32:
        return None
    name, checked = text(64, r"[a-z][a-z0-9_]*"), {}
    for key, item in value.items():
        found = number(item)
        if name(key) is None or found is None:
            return None
        checked[key] = found
    return checked


def uuid(value: Any) -> str | None:
    """Checks for a UUID in its canonical text form."""
    try:
        return value if isinstance(value, str) and str(UUID(value)) == value else None
    except ValueError:
        return None


def read(kind: Callable[..., _T], raw: Mapping[str, Any], where: str) -> _T:
    """A message of the class `kind` from its fields.

    Raises:
        ProtocolError: a field of `where` is missing or wrong; it says which.
    """
    values = {}
    for name, (check, optional) in _checks(kind).items():
        if name in raw:
            values[name] = check(raw[name])
            if values[name] is None:
                raise ProtocolError(f"{where} with a wrong {name!r}")
        elif not optional:
            raise ProtocolError(f"{where} without {name!r}")
    return kind(**values)


@cache
def _checks(kind: Any) -> dict[str, tuple[Check, bool]]:
    """Field → its check, and whether it may be missing."""
    hints = get_type_hints(kind, include_extras=True)
    return {one.name: (hints[one.name].__metadata__[0], one.default is not MISSING) for one in fields(kind)}


def load(frame: Frame, kind: Kind) -> dict[str, Any]:
    """The JSON object in a frame.

    Raises:
        ProtocolError: it is of another kind than `kind`, or not a JSON object.
    """
    if frame.kind != kind:
        raise ProtocolError(f"expected {kind.name.lower()} (0x{kind:02x}), got kind 0x{frame.kind:02x}")
    try:
        value = json.loads(frame.payload.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("payload is not JSON") from error
    if not isinstance(value, dict):
        raise ProtocolError("payload is not a JSON object")
    return value


def frame_of(kind: Kind, values: Mapping[str, Any], parse: Callable[[Frame], object]) -> Frame:
    """A message as a frame; ValueError when it is too long or breaks the rules that `parse` holds."""
    payload = json.dumps(values, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    if len(payload) > UNIX_LEG[kind][1]:
        raise ValueError(f"{kind.name.lower()} of {len(payload)} bytes is too long")
    frame = Frame(kind, payload)
    try:
        parse(frame)
    except ProtocolError as error:
        raise ValueError(str(error)) from error
    return frame
