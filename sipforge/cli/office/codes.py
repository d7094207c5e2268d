"""`sipforge codes`: what a telephone can do by its keys."""

from __future__ import annotations

from dataclasses import asdict

import typer

from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json
from sipforge.cli.output import print_json, print_table, say
from sipforge.core.office.codes import CODES


def codes(context: typer.Context, as_json: Json = False) -> None:
    """Print the codes that telephones may dial, and the keys that do something during a call."""
    host: Host = context.obj
    if as_json or host.as_json:
        print_json({"codes": [asdict(code) for code in CODES]})
        return
    for title, during in (("Dialled", False), ("Pressed during a call", True)):
        rows = [(code.keys, code.does) for code in CODES if code.during_call is during]
        print_table(title, ("Keys", "What they do"), rows, "none")
        say()
