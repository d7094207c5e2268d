"""The office's telephone users on this host: the file they are kept in, and Asterisk's files made from it.

`users.json` (owner root, mode 0600) is the one truth; Asterisk's files are rendered from it
(`sipforge.core.office.users`). Every file is replaced in one step, so that a reader, or a crash, sees the
old one or the new one. A lock file beside it keeps two writers apart.

A mark, `users.pending` beside it, is there from before Asterisk's files change until Asterisk has taken them:
a command that was interrupted in between is made good by the next one.
"""

from __future__ import annotations

import fcntl
import grp
import json
import os
import stat
import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sipforge.core.office.users import User, UserError, render
from sipforge.infra.atomic_file import replace_file

__all__ = ["User", "UserError", "UserStore", "UserStoreError"]

_FORMAT = 1
_FILE_BYTES = 4 * 1024 * 1024
_LOCK_RETRY_SECONDS = 0.05
_STORE_MODE = 0o600
_ASTERISK_MODE = 0o640


class UserStoreError(Exception):
    """The user store, or a file made from it, cannot be read or written; the message names the file."""


class UserStore:
    """The users of one host."""

    def __init__(self, path: Path, asterisk_directory: Path, group: str = "asterisk") -> None:
        """Nothing is read or written yet.

        Args:
            path: the store, such as /etc/sipforge/users.json.
            asterisk_directory: where Asterisk's files go, such as /etc/asterisk.
            group: group that may read them; ignored where it does not exist.
        """
        self._path = path
        self._asterisk_directory = asterisk_directory
        self._group = group
        self._pending = path.with_suffix(".pending")

    def load(self) -> tuple[User, ...]:
        """All users, by extension; none if the store does not exist yet.

        Raises:
            UserStoreError: it exists but cannot be read, or is damaged.
        """
        try:
            with self._path.open("rb") as file:
                content = file.read(_FILE_BYTES + 1)
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _store_error(self._path, error) from error
        if len(content) > _FILE_BYTES:
            raise UserStoreError(f"{self._path}: is larger than {_FILE_BYTES} bytes")
        try:
            return _parse(json.loads(content))
        except (ValueError, TypeError, KeyError, UserError) as error:
            raise UserStoreError(f"{self._path}: is damaged: {error}") from error

    @contextmanager
    def lock(self, wait_seconds: float = 10.0) -> Generator[None, None, None]:
        """Keep other writers out. What was loaded before is stale: load again inside.

        Raises:
            UserStoreError: the lock file cannot be made, or another writer kept it for `wait_seconds`.
        """
        path = self._path.with_suffix(".lock")
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _STORE_MODE)
        except OSError as error:
            raise _store_error(path, error) from error
        try:
            deadline = time.monotonic() + wait_seconds
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= deadline:
                        raise UserStoreError(f"{path}: another command is changing the users") from None
                    time.sleep(_LOCK_RETRY_SECONDS)
            yield
        finally:
            os.close(descriptor)

    def save(self, users: Iterable[User]) -> None:
        """Replace the store. To be called inside `lock`.

        Raises:
            UserStoreError: it cannot be written, or an extension is there twice.
        """
        ordered = sorted(users, key=lambda user: user.extension)
        if len({user.extension for user in ordered}) != len(ordered):
            raise UserStoreError(f"{self._path}: an extension is there twice")
        content = {"format": _FORMAT, "users": [asdict(user) for user in ordered]}
        _replace(self._path, json.dumps(content, indent=2, ensure_ascii=False) + "\n", _STORE_MODE, None)

    def outdated_files(self, users: Iterable[User]) -> Mapping[Path, str]:
        """The Asterisk files that do not hold these users yet: path → what it should hold.

        One that Asterisk may not read, because its group or mode is another, is outdated as well: it may have
        been written before the package made the group.

        Raises:
            UserStoreError: one of them cannot be read.
        """
        outdated = {}
        group_id = _group_id(self._group)
        for name, text in render(users).items():
            path = self._asterisk_directory / name
            try:
                found = path.stat()
                kept = stat.S_IMODE(found.st_mode) == _ASTERISK_MODE and group_id in (None, found.st_gid)
                if not kept or path.read_bytes() != text.encode():
                    outdated[path] = text
            except FileNotFoundError:
                outdated[path] = text
            except OSError as error:
                raise _store_error(path, error) from error
        return outdated

    def write_files(self, outdated: Mapping[Path, str]) -> None:
        """Write what `outdated_files` found, having marked that Asterisk has yet to take it.

        Raises:
            UserStoreError: a file cannot be written.
        """
        if not outdated:
            return
        _replace(self._pending, "Asterisk has yet to read its user files.\n", _STORE_MODE, None)
        for path, text in outdated.items():
            _replace(path, text, _ASTERISK_MODE, _group_id(self._group))

    @property
    def is_pending(self) -> bool:
        """Whether Asterisk has yet to take files that were written."""
        return self._pending.exists()

    def settle(self) -> None:
        """Asterisk has taken the files, or will when it starts."""
        self._pending.unlink(missing_ok=True)


def _parse(document: Any) -> tuple[User, ...]:
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise ValueError(f"is not format {_FORMAT}")
    users = tuple(User(**entry) for entry in document["users"])
    if len({user.extension for user in users}) != len(users):
        raise ValueError("an extension is there twice")
    return tuple(sorted(users, key=lambda user: user.extension))


def _group_id(name: str) -> int | None:
    """The group's number, if it exists and we may give files away."""
    if os.geteuid() != 0:
        return None
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def _replace(path: Path, text: str, mode: int, group_id: int | None) -> None:
    try:
        replace_file(path, text.encode(), mode, group_id)
    except OSError as error:
        raise _store_error(path, error) from error


def _store_error(path: Path, error: OSError) -> UserStoreError:
    hint = "; run as root: sudo sipforge ..." if isinstance(error, PermissionError) else ""
    return UserStoreError(f"{path}: {error.strerror or error}{hint}")
