"""`sipforge menu`."""

from __future__ import annotations

from typing import Annotated

import typer

from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json
from sipforge.cli.office.sections import add_entry, pairs, section_app

app = section_app(
    "menus",
    "Menus: a number that says what to press, and sends callers on by their keys.",
    ("Extension", "Keys", "Hours"),
    lambda _, values: (
        values.get("extension"),
        " ".join(f"{key}={where}" for key, where in values.get("keys", {}).items()),
        values.get("hours", "always"),
    ),
)


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name, such as main.")],
    *,
    extension: Annotated[str, typer.Option("--extension", help="Its number, 2000 to 9999.")],
    says: Annotated[
        list[str],
        typer.Option(
            "--says",
            help="ASSISTANT=TEXT: what is said, in that assistant's voice; several follow each other.",
        ),
    ],
    key: Annotated[
        list[str], typer.Option("--key", help='KEY=WHERE: 1=4001, or "2=voicemail 1000"; once for each.')
    ],
    otherwise: Annotated[
        str, typer.Option("--otherwise", help="Where callers go who press nothing, twice.")
    ] = "",
    hours: Annotated[str, typer.Option("--hours", help="Name of opening hours; see: sipforge hours.")] = "",
    closed: Annotated[str, typer.Option("--closed", help="Where calls go out of hours.")] = "",
    closed_says: Annotated[
        list[str] | None, typer.Option("--closed-says", help="ASSISTANT=TEXT, said before that.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add a menu.

    sipforge menu add main --extension 5000 --says "english=For sales, press 1." --key 1=4001 --otherwise 1000
    """
    host: Host = context.obj
    values = {
        "extension": extension,
        "says": pairs("--says", says),
        "keys": pairs("--key", key),
        "otherwise": otherwise,
        "hours": hours,
        "closed": closed,
        "closed_says": pairs("--closed-says", closed_says),
    }
    add_entry(host, "menus", name, values, as_json)
