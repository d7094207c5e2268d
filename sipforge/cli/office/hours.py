"""`sipforge hours`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import typer

from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json
from sipforge.cli.office.sections import add_entry, entries, section_app


def _states(host: Host) -> Mapping[str, str]:
    """Whether each is open now, by the server's clock."""
    from sipforge.core.office.hours import Hours
    from sipforge.core.office.reading import read

    now = datetime.now().astimezone()
    found = {}
    for name, _, values in entries(host, "hours"):
        hours = read(Hours, f"hours.{name}", values, name=name)
        open_now = hours.is_open(now.date().isoformat(), now.weekday(), now.hour * 60 + now.minute)
        found[name] = "open now" if open_now else "closed now"
    return found


def _cells(_: str, values: Mapping[str, Any]) -> tuple[str, str]:
    return "; ".join(values.get("open", ())), " ".join(values.get("closed", ()))


app = section_app(
    "hours",
    "Opening hours and holidays, in one place for menus, greetings and the assistants' answers.",
    ("Open", "Holidays"),
    _cells,
    _states,
)


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name, such as office.")],
    open_: Annotated[list[str], typer.Option("--open", help='Such as "mon-fri 08:00-17:00"; once for each.')],
    closed: Annotated[
        list[str] | None, typer.Option("--closed", help="A holiday: 2026-12-25, or 12-25 for each year.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Add opening hours.

    sipforge hours add office --open "mon-fri 08:00-17:00" --open "sat 09:00-12:00" --closed 12-25
    """
    host: Host = context.obj
    add_entry(host, "hours", name, {"open": open_, "closed": closed}, as_json)
