"""The office on this host: the files that it is kept in, and Asterisk's files made from them.

`users.json` and in the folder `office` what the inventory declares (`declared.json`) and what was added here
(`host.json`) are the one truth (owner root, mode 0600: passwords are in them); Asterisk's files are rendered
from them (`sipforge.core.office.asterisk`), and what the assistants read (`directory.json`, `hours.json`,
`menus.json`).
Every file is replaced in one step, so that a reader, or a crash, sees the old one or the new one. A lock file
keeps two writers apart.

A mark, `users.pending` beside the users, is there from before Asterisk's files change until Asterisk has
taken them: a command that was interrupted in between is made good by the next one. It names the modules that
have yet to read theirs.
"""

from __future__ import annotations

import fcntl
import grp
import json
import os
import stat
import time
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from sipforge.core.office.asterisk.files import READ_BY, files
from sipforge.core.office.asterisk.local_file import check_dialplan, check_pjsip
from sipforge.core.office.keeping.described import Described, directory, hours, spoken
from sipforge.core.office.office import Office
from sipforge.core.office.reading import OfficeError
from sipforge.core.office.users import Encryption, User, UserError
from sipforge.infra.atomic_file import replace_file

__all__ = ["OfficeStore", "OfficeStoreError", "User", "UserError"]

_FORMAT = 1
_FILE_BYTES = 4 * 1024 * 1024
_LOCK_RETRY_SECONDS = 0.05
_STORE_MODE = 0o600
_ASTERISK_MODE = 0o640
_PUBLIC_MODE = 0o644
PROMPTS: Final = "prompts"
"""Among the modules that have yet to read something: the voices that have yet to say it."""
LOCAL: Final = {
    "extensions.conf": ("sipforge_local_extensions.conf", "pbx_config.so", check_dialplan),
    "pjsip.conf": ("sipforge_local_pjsip.conf", "res_pjsip.so", check_pjsip),
}
"""The administrator's own file → what Asterisk includes, the module that reads it, and its check."""


class OfficeStoreError(Exception):
    """The store, or a file made from it, cannot be read or written; the message names the file."""


@dataclass(frozen=True, slots=True)
class Outdated:
    """A file that does not hold yet what it should."""

    before: str = field(repr=False)
    """Empty where it is missing."""
    after: str = field(repr=False)
    mode: int
    module: str
    """The module of Asterisk that reads it, or PROMPTS; empty: nobody is told."""


class OfficeStore:
    """The office of one host."""

    def __init__(
        self,
        folder: Path,
        asterisk_directory: Path,
        public: Path,
        assistants: Mapping[str, str] | None = None,
        group: str = "asterisk",
    ) -> None:
        """Nothing is read or written yet.

        Args:
            folder: where the store is, such as /etc/sipforge.
            asterisk_directory: where Asterisk's files go, such as /etc/asterisk.
            public: where the assistants read theirs, such as /var/lib/sipforge.
            assistants: extension → name.
            group: group that may read Asterisk's files; ignored where it does not exist.
        """
        self._users = folder / "users.json"
        self._declared = folder / "office" / "declared.json"
        self._added = folder / "office" / "host.json"
        self._local = folder / "local"
        self._asterisk_directory = asterisk_directory
        self._public = public
        self._assistants = dict(assistants or {})
        self._group = group
        self._pending = self._users.with_suffix(".pending")

    def load(self) -> Described:
        """The office as it is kept; empty where nothing is yet.

        Raises:
            OfficeStoreError: a file exists but cannot be read, or is damaged.
        """
        return Described(_users(self._users), _layer(self._declared), _layer(self._added))

    def office(self, described: Described) -> Office:
        """The office that is described, checked.

        Raises:
            OfficeError: its parts do not fit together.
        """
        return described.office(self._assistants)

    @contextmanager
    def lock(self, wait_seconds: float = 30.0) -> Generator[None, None, None]:
        """Keep other writers out. What was loaded before is stale: load again inside.

        Raises:
            OfficeStoreError: the lock file cannot be made, or another writer kept it for `wait_seconds`.
        """
        path = self._users.with_suffix(".lock")
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
                        raise OfficeStoreError(f"{path}: another command is changing the office") from None
                    time.sleep(_LOCK_RETRY_SECONDS)
            yield
        finally:
            os.close(descriptor)

    def save(self, before: Described, after: Described) -> None:
        """Replace what differs. To be called inside `lock`.

        Raises:
            OfficeStoreError: a file cannot be written, or an extension is there twice.
        """
        if after.users != before.users:
            if len({user.extension for user in after.users}) != len(after.users):
                raise OfficeStoreError(f"{self._users}: an extension is there twice")
            ordered = sorted(after.users, key=lambda user: user.extension)
            _write(self._users, {"format": _FORMAT, "users": [_kept(user) for user in ordered]})
        for path, was, becomes in (
            (self._declared, before.declared, after.declared),
            (self._added, before.added, after.added),
        ):
            if was != becomes:
                path.parent.mkdir(mode=0o700, exist_ok=True)
                _write(path, {"format": _FORMAT, "plan": becomes})

    def outdated_files(self, office: Office, *, local: bool = False) -> Mapping[Path, Outdated]:
        """The files that do not hold this office yet.

        One that Asterisk may not read, because its group or mode is another, is outdated as well: it may have
        been written before the package made the group.

        Args:
            office: what they shall hold.
            local: whether the administrator's own files are looked at, too.

        Raises:
            OfficeStoreError: one of them cannot be read.
            OfficeError: the administrator's own file is wrong.
        """
        wanted = [
            (self._asterisk_directory / name, text, _ASTERISK_MODE, READ_BY[name])
            for name, text in files(office).items()
        ]
        wanted += [
            (self._public / "directory.json", directory(office), _PUBLIC_MODE, ""),
            (self._public / "hours.json", hours(office), _PUBLIC_MODE, ""),
            (self._public / "menus.json", spoken(office), _PUBLIC_MODE, PROMPTS),
        ]
        wanted += self._wanted_local() if local else []
        outdated = {}
        for path, text, mode, module in wanted:
            try:
                found = path.stat()
                right = stat.S_IMODE(found.st_mode) == mode and self._group_of(mode) in (None, found.st_gid)
                before = path.read_text(encoding="utf-8", errors="replace")
                if not right or before != text:
                    outdated[path] = Outdated(before, text, mode, module)
            except FileNotFoundError:
                outdated[path] = Outdated("", text, mode, module)
            except OSError as error:
                raise _store_error(path, error) from error
        return outdated

    def _wanted_local(self) -> list[tuple[Path, str, int, str]]:
        wanted = []
        for name, (included, module, check) in LOCAL.items():
            path = self._local / name
            try:
                text = path.read_text(encoding="utf-8")
            except FileNotFoundError:
                if not (self._asterisk_directory / included).exists():
                    continue
                text = ""
            except (OSError, UnicodeDecodeError) as error:
                raise OfficeStoreError(f"{path}: {error}") from error
            try:
                wanted.append((self._asterisk_directory / included, check(text), _ASTERISK_MODE, module))
            except OfficeError as error:
                raise OfficeError(f"{path}: {error}; what was there before stays") from error
        return wanted

    def write_files(self, outdated: Mapping[Path, Outdated]) -> None:
        """Write what `outdated_files` found, having marked what Asterisk has yet to read.

        Raises:
            OfficeStoreError: a file cannot be written.
        """
        modules = {file.module for file in outdated.values() if file.module} | set(self.pending)
        if modules:
            _replace(self._pending, "".join(f"{module}\n" for module in sorted(modules)), _STORE_MODE, None)
        for path, file in outdated.items():
            _replace(path, file.after, file.mode, self._group_of(file.mode))

    @property
    def pending(self) -> Collection[str]:
        """The modules of Asterisk (and PROMPTS) that have yet to read files that were written."""
        try:
            named = self._pending.read_text(encoding="utf-8").split("\n")
        except FileNotFoundError:
            return ()
        known = {*READ_BY.values(), PROMPTS}
        # A mark of an earlier version names none: all are meant.
        return sorted(known & set(named)) or sorted(known)

    def settle(self, *, but: str = "") -> None:
        """Asterisk has taken the files, or will when it starts; `but` names one of `pending` that has not."""
        if but:
            _replace(self._pending, f"{but}\n", _STORE_MODE, None)
        else:
            self._pending.unlink(missing_ok=True)

    def _group_of(self, mode: int) -> int | None:
        return _group_id(self._group) if mode == _ASTERISK_MODE else None


def _kept(user: User) -> dict[str, Any]:
    values = asdict(user)
    values["encryption"] = user.encryption.value if user.encryption else None
    return {key: value for key, value in values.items() if value not in ("", None)}


def _users(path: Path) -> tuple[User, ...]:
    document = _read(path)
    if document is None:
        return ()
    try:
        users = tuple(_user(entry) for entry in document["users"])
        if len({user.extension for user in users}) != len(users):
            raise ValueError("an extension is there twice")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise OfficeStoreError(f"{path}: is damaged: {error}") from error
    return tuple(sorted(users, key=lambda user: user.extension))


def _user(entry: dict[str, Any]) -> User:
    chosen = entry.pop("encryption", None)
    return User(**entry, encryption=Encryption(chosen) if chosen else None)


def _layer(path: Path) -> dict[str, Any]:
    document = _read(path)
    if document is None:
        return {}
    if not isinstance(document.get("plan"), dict):
        raise OfficeStoreError(f"{path}: is damaged: there is no plan in it")
    return dict(document["plan"])


def _read(path: Path) -> dict[str, Any] | None:
    try:
        with path.open("rb") as file:
            content = file.read(_FILE_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _store_error(path, error) from error
    if len(content) > _FILE_BYTES:
        raise OfficeStoreError(f"{path}: is larger than {_FILE_BYTES} bytes")
    try:
        document = json.loads(content)
        if not isinstance(document, dict) or document.get("format") != _FORMAT:
            raise ValueError(f"is not format {_FORMAT}")
    except ValueError as error:
        raise OfficeStoreError(f"{path}: is damaged: {error}") from error
    return document


def _group_id(name: str) -> int | None:
    """The group's number, if it exists and we may give files away."""
    if os.geteuid() != 0:
        return None
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def _write(path: Path, document: Any) -> None:
    _replace(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n", _STORE_MODE, None)


def _replace(path: Path, text: str, mode: int, group_id: int | None) -> None:
    try:
        replace_file(path, text.encode(), mode, group_id)
    except OSError as error:
        raise _store_error(path, error) from error


def _store_error(path: Path, error: OSError) -> OfficeStoreError:
    hint = "; run as root: sudo sipforge ..." if isinstance(error, PermissionError) else ""
    return OfficeStoreError(f"{path}: {error.strerror or error}{hint}")
