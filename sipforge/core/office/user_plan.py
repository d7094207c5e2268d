"""What a wanted list of users changes in the list there is, as a pure step.

Rules: a user that is wanted and missing is added; one whose name differs, or whose secret is given and
differs, is updated; a secret that is not given is kept. Users that are not wanted stay: nobody loses a
telephone because a list was short.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sipforge.core.office.extensions import check_user
from sipforge.core.office.users import User, UserError, check_name, check_secret

_KEYS = frozenset({"extension", "name", "secret"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A user that shall exist."""

    extension: str
    name: str
    secret: str | None = None
    """None: keep the one there is, or make one."""

    def __repr__(self) -> str:
        return f"Wanted(extension={self.extension!r}, name={self.name!r})"


@dataclass(frozen=True, slots=True)
class Plan:
    """The list as it shall be, and how it differs."""

    users: tuple[User, ...]
    added: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    """Of those wanted."""

    @property
    def changes(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.updated)


def parse_wanted(text: str) -> tuple[Wanted, ...]:
    """Read a JSON list of {"extension": "1001", "name": "...", "secret": "..."}.

    The secret may be missing or null; the extension may be a number.

    Raises:
        UserError: not such a list; the message says where.
    """
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise UserError(f"not valid JSON: {error}") from error
    if not isinstance(entries, list):
        raise UserError("not a JSON list of users")
    wanted = tuple(_wanted(f"users[{index}]", entry) for index, entry in enumerate(entries))
    seen: dict[str, int] = {}
    for index, one in enumerate(wanted):
        first = seen.setdefault(one.extension, index)
        if first != index:
            raise UserError(
                f"users[{index}].extension: {one.extension} is the same as users[{first}].extension"
            )
    return wanted


def _wanted(where: str, entry: Any) -> Wanted:
    if not isinstance(entry, dict):
        raise UserError(f"{where}: is not an object")
    unknown = sorted(entry.keys() - _KEYS)
    if unknown:
        raise UserError(f"{where}.{unknown[0]}: no such key")
    missing = [key for key in ("extension", "name") if key not in entry]
    if missing:
        raise UserError(f"{where}.{missing[0]}: is missing")
    extension, name, secret = entry["extension"], entry["name"], entry.get("secret")
    # YAML and JSON both make a number of 1001.
    extension = (
        str(extension) if isinstance(extension, int) and not isinstance(extension, bool) else extension
    )
    if not isinstance(extension, str):
        raise UserError(f"{where}.extension: is neither text nor a number")
    if not isinstance(name, str):
        raise UserError(f"{where}.name: is not text")
    if secret is not None and not isinstance(secret, str):
        raise UserError(f"{where}.secret: is not text")
    try:
        check_user(extension)
        check_name(name, extension)
        if secret is not None:
            check_secret(secret, extension)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error
    return Wanted(extension, name, secret)


def plan(existing: Iterable[User], wanted: Iterable[Wanted], new_secret: Callable[[], str]) -> Plan:
    """What to do so that everyone in `wanted` exists.

    Args:
        existing: users there are.
        wanted: users that shall exist, each extension once.
        new_secret: makes a secret for an added user who came without one.
    """
    users = {user.extension: user for user in existing}
    added: list[str] = []
    updated: list[str] = []
    unchanged: list[str] = []
    for one in wanted:
        user = users.get(one.extension)
        if user is None:
            users[one.extension] = User(one.extension, one.name, one.secret or new_secret())
            added.append(one.extension)
            continue
        changed = replace(user, name=one.name, secret=one.secret or user.secret)
        (unchanged if changed == user else updated).append(one.extension)
        users[one.extension] = changed
    return Plan(
        tuple(users[extension] for extension in sorted(users)),
        tuple(sorted(added)),
        tuple(sorted(updated)),
        tuple(sorted(unchanged)),
    )
