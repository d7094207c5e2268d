"""One change of the office, from a command to a running Asterisk; and its complaints as the command's
errors."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sipforge.cli import errors
from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.provisioning.offering import office_changed

if TYPE_CHECKING:
    from sipforge.core.office.keeping.described import Described
    from sipforge.infra.asterisk.office_commit import Outcome

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def told() -> AbstractContextManager[None]:
    """Turn what the store and the rules complain about into the command's error."""
    from sipforge.infra.asterisk.office_store import OfficeStoreError

    return errors.told(OfficeStoreError)


def change(host: Host, step: Callable[[Described], Described], *, local: bool = False) -> Outcome:
    """Do `step` to the office, all of it or nothing, and have Asterisk take it.

    Raises:
        CliError: the office would not make sense, or something could not be written or applied.
    """
    from sipforge.infra.asterisk.office_commit import commit

    with told():
        store = host.office_store()
        with store.lock():
            before = store.load()
            after = step(before)
            outcome = commit(store, before, after, host.reload, speak=host.speak_prompts, local=local)
            office_changed(host, before, after)
            return outcome


def preview(host: Host, step: Callable[[Described], Described], *, local: bool = False) -> Outcome:
    """What `change` would write."""
    from sipforge.infra.asterisk.office_commit import preview

    with told():
        store = host.office_store()
        return preview(store, step(store.load()), local=local)


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """What was done, for JSON."""
    return {"applied": outcome.applied.value, "files": [str(path) for path in outcome.files]}


def confirm(question: str, yes: bool) -> None:
    """Go on only if the administrator wants to."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise CliError("nobody to ask; give --yes", Exit.USAGE)
    typer.confirm(question, abort=True, err=True)
