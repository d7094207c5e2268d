"""Bringing a changed list of users onto the host: the store, Asterisk's files, and a running Asterisk."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sipforge.core.office.users import User
    from sipforge.infra.asterisk.users import UserStore


class Applied(Enum):
    """What a running Asterisk knows of it."""

    NOTHING = "nothing to do"
    NOW = "now"
    AT_START = "when Asterisk starts"
    CHECKED = "not written (check)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done."""

    applied: Applied
    files: tuple[Path, ...]
    """Asterisk's files that were, or would be, written."""


def new_secret() -> str:
    """A SIP password: 24 letters, digits, - and _; 144 bits, fit for every telephone's form field."""
    return secrets.token_urlsafe(18)


def commit(
    store: UserStore, before: Sequence[User], after: Sequence[User], reload: Callable[[], bool]
) -> Outcome:
    """Save, write and apply. To be called inside `store.lock()`.

    Args:
        store: where the users are kept.
        before: users as they were loaded.
        after: users as they shall be.
        reload: has a running Asterisk read its files; False where none runs. What it raises goes through:
            then all is saved, and the next change tries again.

    Raises:
        UserStoreError: something could not be written.
    """
    if tuple(after) != tuple(before):
        store.save(after)
    outdated = store.outdated_files(after)
    store.write_files(outdated)
    applied = Applied.NOTHING
    if store.is_pending:
        applied = Applied.NOW if reload() else Applied.AT_START
        store.settle()
    return Outcome(applied, tuple(sorted(outdated)))


def preview(store: UserStore, after: Sequence[User]) -> Outcome:
    """What `commit` would write.

    Raises:
        UserStoreError: a file cannot be read.
    """
    return Outcome(Applied.CHECKED, tuple(sorted(store.outdated_files(after))))
