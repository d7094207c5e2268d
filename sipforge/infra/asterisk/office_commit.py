"""Bringing a changed office onto the host: the store, the files made from it, and a running Asterisk."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from sipforge.core.office.keeping.described import newly_spoken
from sipforge.infra.asterisk.office_store import PROMPTS

if TYPE_CHECKING:
    from sipforge.core.office.keeping.described import Described
    from sipforge.infra.asterisk.office_store import OfficeStore, Outdated


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
    changed: Mapping[Path, Outdated]
    """The files that were, or would be, written."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Their paths."""
        return tuple(sorted(self.changed))


def new_secret() -> str:
    """A SIP password: 24 letters, digits, - and _; 144 bits, fit for every telephone's form field."""
    return secrets.token_urlsafe(18)


def commit(
    store: OfficeStore,
    before: Described,
    after: Described,
    reload: Callable[[Collection[str]], bool],
    *,
    speak: Callable[[Collection[str]], None] = lambda assistants: None,
    local: bool = False,
) -> Outcome:
    """Check, save, write and apply. To be called inside `store.lock()`.

    Args:
        store: where the office is kept.
        before: as it was loaded.
        after: as it shall be.
        reload: has modules of a running Asterisk read their files; False where none runs. What it raises goes
            through: then all is saved, and the next change tries again.
        speak: has assistants say what menus say anew, before anybody can ring them: those named, or all.
        local: whether the administrator's own files are brought along.

    Raises:
        OfficeError: the office would not make sense; nothing was changed.
        OfficeStoreError: something could not be written.
    """
    office = store.office(after)
    outdated = store.outdated_files(office, local=local)
    interrupted = PROMPTS in store.pending
    store.save(before, after)
    store.write_files(outdated)
    applied = Applied.NOTHING
    if store.pending:
        texts = [file for file in outdated.values() if file.module == PROMPTS]
        voices = {name for file in texts for name in newly_spoken(file.before, file.after)}
        failed: Exception | None = None
        try:
            if interrupted or voices:
                speak(() if interrupted else sorted(voices))
        except Exception as error:
            # A menu waits for its voice, and the next command tries again; the telephones do not wait.
            failed = error
        applied = Applied.NOW if reload(store.pending) else Applied.AT_START
        store.settle(but=PROMPTS if failed else "")
        if failed:
            raise failed
    return Outcome(applied, outdated)


def preview(store: OfficeStore, after: Described, *, local: bool = False) -> Outcome:
    """What `commit` would write.

    Raises:
        OfficeError: the office would not make sense.
        OfficeStoreError: a file cannot be read.
    """
    return Outcome(Applied.CHECKED, store.outdated_files(store.office(after), local=local))
