"""`sipforge codes`: what a telephone can do by its keys."""

from __future__ import annotations

from typing import Annotated

import typer

from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json
from sipforge.cli.office.sections import add_entry, entries, section_app
from sipforge.cli.output import print_json, print_table, say
from sipforge.core.office.codes import CODES

app = section_app(
    "codes",
    "What telephones can do by their keys; and your own codes for numbers that are dialled often.",
    ("To",),
    lambda _, values: (values.get("to"),),
    lists=False,
)


@app.callback(invoke_without_command=True)
def codes(context: typer.Context) -> None:
    """What telephones can do by their keys; and your own codes for numbers that are dialled often."""
    if context.invoked_subcommand is None:
        list_codes(context)


@app.command("list")
def list_codes(context: typer.Context, as_json: Json = False) -> None:
    """List all codes, and the keys that do something during a call."""
    host: Host = context.obj
    own = [(name, f"ring {values.get('to')}", source) for name, source, values in entries(host, "codes")]
    if as_json or host.as_json:
        built_in = [{"keys": code.keys, "does": code.does, "during_call": code.during_call} for code in CODES]
        print_json({"codes": built_in, "own": [{"keys": a, "does": b, "from": c} for a, b, c in own]})
        return
    for title, during in (("Dialled", False), ("Pressed during a call", True)):
        rows = [(code.keys, code.does) for code in CODES if code.during_call is during]
        print_table(title, ("Keys", "What they do"), rows, "none")
        say()
    print_table(
        "The office's own", ("Keys", "What they do", "From"), own, "none; see: sipforge codes add --help"
    )


@app.command()
def add(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="A star and two to four digits, such as *55.")],
    to: Annotated[str, typer.Argument(help='An extension, "voicemail 1000", or a number outside.')],
    as_json: Json = False,
) -> None:
    """Add a code of your own.

    sipforge codes add *55 +250788100200
    """
    host: Host = context.obj
    add_entry(host, "codes", code, {"to": to}, as_json)
