"""`sipforge config`: the settings file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sipforge.cli.host import Host
from sipforge.cli.output import print_json, say

app = typer.Typer(help="Check the settings file.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Check the settings file."""


@app.command()
def check(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="File to check (default: that of --settings).", metavar="[FILE]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> None:
    """Check a settings file. Exit code 78, and a sentence that names each wrong key, if it is not right."""
    host: Host = context.obj
    as_json = as_json or host.as_json
    checked = Host(file) if file is not None else host
    settings = checked.settings
    if as_json:
        print_json({"file": str(checked.settings_path), "ok": True, "bots": sorted(settings.bots)})
    else:
        bots = ", ".join(f"{name} at {bot.extension}" for name, bot in sorted(settings.bots.items()))
        say(f"{checked.settings_path}: ok; assistants: {bots or 'none'}")
