"""`sipforge trunk`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sipforge.cli.host import Host
from sipforge.cli.office.changes import Json
from sipforge.cli.office.sections import add_entry, pairs, section_app
from sipforge.cli.trunk_states import trunk_words

app = section_app(
    "trunks",
    "Trunks: the lines to the outside.",
    ("Server", "Numbers"),
    lambda _, values: (
        values.get("server"),
        " ".join(f"{number}={where}" for number, where in values.get("numbers", {}).items()),
    ),
    trunk_words,
)


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name, such as carrier.")],
    *,
    server: Annotated[str, typer.Option("--server", help="The carrier's server; a port may follow a colon.")],
    user: Annotated[str, typer.Option("--user", help="Account there; without: known by address.")] = "",
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the account's password from stdin.")
    ] = False,
    register: Annotated[bool, typer.Option("--register", help="The carrier wants registration.")] = False,
    transport: Annotated[str, typer.Option("--transport", help="udp, tcp or tls.")] = "udp",
    number: Annotated[
        list[str] | None, typer.Option("--number", help="NUMBER=WHERE: +250788100200=1000; once for each.")
    ] = None,
    default: Annotated[str, typer.Option("--default", help="Where all other calls go.")] = "",
    caller_number: Annotated[str, typer.Option("--caller-number", help="What the called are shown.")] = "",
    number_format: Annotated[
        str, typer.Option("--number-format", help="What the carrier wants: plus, digits or national.")
    ] = "plus",
    calls: Annotated[int, typer.Option("--calls", help="Calls at once, in both directions.")] = 10,
    as_json: Json = False,
) -> None:
    """Add a trunk, which is used at once.

    sipforge trunk add carrier --server sip.carrier.example --user 250788100200 --secret-stdin --register
    --number +250788100200=1000
    """
    host: Host = context.obj
    if user and not secret_stdin and sys.stdin.isatty():
        secret = typer.prompt("Password of the account", hide_input=True, err=True)
    else:
        secret = sys.stdin.readline(4096).strip() if secret_stdin else ""
    values = {
        "server": server,
        "user": user,
        "secret": secret,
        "register": register or None,
        "transport": transport,
        "numbers": pairs("--number", number),
        "default": default,
        "caller_number": caller_number,
        "number_format": number_format,
        "calls": calls,
    }
    add_entry(host, "trunks", name, values, as_json)
