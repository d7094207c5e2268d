"""What a wanted list of users changes in the list there is, as a pure step.

Rules: a user that is wanted and missing is added; one whose name differs, or whose secret is given and
differs, is updated; what is not given is kept. Users that are not wanted stay: nobody loses a
telephone because a list was short.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sipforge.core.office.extensions import check_user
from sipforge.core.office.users import SECRET_MINIMUM, Encryption, User, UserError

_OPTIONS = ("secret", "outside", "email", "encryption")
_KEYS = frozenset({"extension", "name", *_OPTIONS})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A user that shall exist."""

    extension: str
    name: str
    secret: str | None = None
    """None, here and below: keep what there is. A new user's is made."""
    outside: str | None = None
    email: str | None = None
    encryption: str | None = None

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
    """Read a JSON list of {"extension": "1001", "name": "...", "secret": "...", "outside": "...", ...}.

    All but the first two may be missing or null; the extension may be a number.

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
    extension, name = entry["extension"], entry["name"]
    # YAML and JSON both make a number of 1001.
    extension = (
        str(extension) if isinstance(extension, int) and not isinstance(extension, bool) else extension
    )
    if not isinstance(extension, str):
        raise UserError(f"{where}.extension: is neither text nor a number")
    if not isinstance(name, str):
        raise UserError(f"{where}.name: is not text")
    # YAML takes off for false.
    options = {key: "off" if entry.get(key) is False else entry.get(key) for key in _OPTIONS}
    for key, value in options.items():
        if value is not None and not isinstance(value, str):
            raise UserError(f"{where}.{key}: is not text")
    wanted = Wanted(extension, name, **options)
    try:
        check_user(extension)
        # Whatever the secret will be, the rest must fit a user.
        _user(wanted, User(extension, name, options["secret"] or "x" * SECRET_MINIMUM))
    except ValueError as error:
        raise UserError(f"{where}: {error}") from error
    return wanted


def _user(wanted: Wanted, known: User) -> User:
    """`known` as it is wanted."""
    return replace(
        known,
        name=wanted.name,
        secret=wanted.secret or known.secret,
        outside=known.outside if wanted.outside is None else wanted.outside,
        email=known.email if wanted.email is None else wanted.email,
        encryption=encryption(wanted.encryption, known.extension) if wanted.encryption else known.encryption,
    )


def encryption(text: str, extension: str) -> Encryption:
    """The setting that is written as `text`.

    Raises:
        UserError: there is none.
    """
    choices = [one.value for one in Encryption]
    if text not in choices:
        raise UserError(f"encryption of {extension}: {text!r} must be one of {', '.join(choices)}")
    return Encryption(text)


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
            users[one.extension] = _user(one, User(one.extension, one.name, one.secret or new_secret()))
            added.append(one.extension)
            continue
        changed = _user(one, user)
        (unchanged if changed == user else updated).append(one.extension)
        users[one.extension] = changed
    return Plan(
        tuple(users[extension] for extension in sorted(users)),
        tuple(sorted(added)),
        tuple(sorted(updated)),
        tuple(sorted(unchanged)),
    )
