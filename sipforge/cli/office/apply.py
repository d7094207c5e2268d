"""`sipforge apply`: the office as it is described, brought to Asterisk."""

from __future__ import annotations

import difflib
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json, change, outcome_document, preview
from sipforge.cli.output import print_json, say

if TYPE_CHECKING:
    from sipforge.core.office.keeping.described import Described
    from sipforge.infra.asterisk.office_commit import Outcome

# As the administrator's own file may write it, too: with blanks, an arrow, or commented out.
_SECRET = re.compile(
    r"^([ \t;]*(?:password|secret|md5_cred|oauth_secret|refresh_token)[ \t]*=>?[ \t]*).*",
    re.MULTILINE | re.IGNORECASE,
)


def apply(
    context: typer.Context,
    file: Annotated[
        str | None,
        typer.Option(
            "--file",
            help="What the inventory declares, as JSON (- for stdin): it replaces what was declared before.",
            metavar="PATH",
        ),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show what differs in Asterisk's files.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Bring the office as it is described to Asterisk, without ending any call.

    With it come your own lines in /etc/sipforge/local/extensions.conf and pjsip.conf, if they are right. The
    JSON is {"users": [...], "hours": {...}, "groups": {...}, "menus": {...}, "trunks": {...}, "outside":
    {...}, "encryption": "..."}; users who are not in it stay, and what was added on this host stays.
    """
    host: Host = context.obj
    document = _document(file) if file else None

    def step(before: Described) -> Described:
        return before if document is None else _declared(before, document)

    outcome = preview(host, step, local=True) if check else change(host, step, local=True)
    text = _diff(outcome)
    if as_json or host.as_json:
        shown = {"diff": text} if diff else {}
        print_json({"changed": bool(outcome.files), **outcome_document(outcome), **shown})
        return
    if diff and text:
        say(text)
    for path in outcome.files:
        say(f"{'would change' if check else 'changed'}: {path}")
    say(f"applied: {outcome.applied.value}.")


def _document(file: str) -> dict[str, Any]:
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        document = json.loads(text)
    except OSError as error:
        raise CliError(f"{file}: {error.strerror}", Exit.USAGE) from error
    except ValueError as error:
        raise CliError(f"{file}: is not JSON: {error}", Exit.USAGE) from error
    if not isinstance(document, dict):
        raise CliError(f"{file}: is not a JSON object", Exit.USAGE)
    return document


def _declared(before: Described, document: dict[str, Any]) -> Described:
    from sipforge.core.office.keeping.user_plan import parse_wanted, plan
    from sipforge.core.office.office import read_plan
    from sipforge.infra.asterisk.office_commit import new_secret

    given = {key: value for key, value in document.items() if key != "users" and value not in (None, {}, "")}
    read_plan(given)  # the layers know of no section that is not there
    wanted = parse_wanted(json.dumps(document.get("users", [])))
    return replace(before.with_users(plan(before.users, wanted, new_secret).users), declared=given)


def _diff(outcome: Outcome) -> str:
    lines: list[str] = []
    for path, file in sorted(outcome.changed.items()):
        before, after = (_SECRET.sub(r"\1(secret)", text) for text in (file.before, file.after))
        name = str(path)
        lines += difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="")
        if before == after:
            lines.append(
                f"{name}: {'a secret' if file.before != file.after else 'its mode or owner'} differs"
            )
    return "\n".join(lines)
