"""`sipforge group`."""

from __future__ import annotations

from typing import Annotated

import typer

from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json
from sipforge.cli.office.sections import add_entry, section_app

app = section_app(
    "groups",
    "Ring groups: several telephones under one extension.",
    ("Extension", "Members", "Ring"),
    lambda _, values: (
        values.get("extension"),
        " ".join(map(str, values.get("members", ()))),
        values.get("ring", "all"),
    ),
)


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name, such as sales.")],
    *,
    extension: Annotated[str, typer.Option("--extension", help="Its number, 2000 to 9999.")],
    member: Annotated[list[str], typer.Option("--member", help="A user's extension; once for each.")],
    ring: Annotated[
        str, typer.Option("--ring", help="all at once, in order, or rotate (round robin).")
    ] = "all",
    seconds: Annotated[int, typer.Option("--seconds", help="How long it rings, or each member.")] = 20,
    otherwise: Annotated[
        str, typer.Option("--otherwise", help='Who takes what nobody took: 1000, or "voicemail 1000".')
    ] = "",
    as_json: Json = False,
) -> None:
    """Add a group.

    sipforge group add sales --extension 4001 --member 1001 --member 1002 --otherwise 1000
    """
    host: Host = context.obj
    values = {
        "extension": extension,
        "members": member,
        "ring": ring,
        "seconds": seconds,
        "otherwise": otherwise,
    }
    add_entry(host, "groups", name, values, as_json)
