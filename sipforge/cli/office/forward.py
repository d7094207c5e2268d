"""`sipforge forward`: where users' calls go on, and who does not want to be disturbed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json, told
from sipforge.cli.output import print_json, print_table, say
from sipforge.core.office.forwarding import DISTURB_FAMILY, When, check_forward

if TYPE_CHECKING:
    from sipforge.infra.asterisk.ami.command import AmiCommandClient

app = typer.Typer(
    help="Where users' calls go on: set here, or at the telephone (see: sipforge codes).",
    no_args_is_help=True,
)
Extension = Annotated[str, typer.Argument(help="Extension of a user.", metavar="EXT")]
Condition = Annotated[When, typer.Option("--when", help="Which calls.")]


@app.command("list")
def list_forwards(context: typer.Context, as_json: Json = False) -> None:
    """List whose calls go on where, and who does not want to be disturbed."""
    host: Host = context.obj
    with host.asterisk() as manager:
        found = [
            {"extension": extension, "when": when.value, "to": to}
            for when in When
            for extension, to in sorted(manager.database(when.family).items())
        ]
        quiet = sorted(manager.database(DISTURB_FAMILY))
    if as_json or host.as_json:
        print_json({"forwards": found, "do_not_disturb": quiet})
        return
    rows = [(one["extension"], one["when"], one["to"]) for one in found]
    rows += [(extension, "do not disturb", "") for extension in quiet]
    print_table("Forwards", ("Extension", "When", "To"), rows, "none")


@app.command()
def show(context: typer.Context, extension: Extension, as_json: Json = False) -> None:
    """Show where one user's calls go on."""
    host: Host = context.obj
    with host.asterisk() as manager:
        found = {when.value: manager.database(when.family).get(extension, "") for when in When}
        quiet = extension in manager.database(DISTURB_FAMILY)
    if as_json or host.as_json:
        print_json({"extension": extension, **found, "do_not_disturb": quiet})
        return
    for when, to in found.items():
        say(f"{when}: {to or 'not forwarded'}")
    say(f"do not disturb: {'yes' if quiet else 'no'}")


@app.command()
def add(
    context: typer.Context,
    extension: Extension,
    to: Annotated[str, typer.Argument(help="An extension, or a number outside that the user may ring.")],
    when: Condition = When.ALWAYS,
    as_json: Json = False,
) -> None:
    """Have a user's calls go on to another number.

    sipforge forward add 1001 1002 --when no-answer
    """
    host: Host = context.obj
    with told():
        store = host.office_store()
        office = store.office(store.load())
        with host.asterisk() as manager:
            number = check_forward(office, extension, to, manager.database(When.ALWAYS.family))
            manager.action("DBPut", Family=when.family, Key=extension, Val=number)
            _set_lamp(manager, extension)
    if as_json or host.as_json:
        print_json({"extension": extension, "when": when.value, "to": number})
    else:
        say(f"Calls of {extension} go on to {number} ({when.value}).")


@app.command()
def remove(
    context: typer.Context, extension: Extension, when: Condition = When.ALWAYS, as_json: Json = False
) -> None:
    """Forward a user's calls no longer. Exit code 1 if they are not."""
    host: Host = context.obj
    with host.asterisk() as manager:
        if extension not in manager.database(when.family):
            raise CliError(f"calls of {extension} are not forwarded ({when.value})", Exit.DEGRADED)
        manager.action("DBDel", Family=when.family, Key=extension)
        _set_lamp(manager, extension)
    if as_json or host.as_json:
        print_json({"extension": extension, "when": when.value, "to": ""})
    else:
        say(f"Calls of {extension} are no longer forwarded ({when.value}).")


def _set_lamp(manager: AmiCommandClient, extension: str) -> None:
    forwarded = any(extension in manager.database(when.family) for when in When)
    lamp = f"DEVICE_STATE(Custom:FORWARD{extension})"
    manager.action("Setvar", Variable=lamp, Value="INUSE" if forwarded else "NOT_INUSE")
