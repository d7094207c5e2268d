"""The administrator's tool: `sipforge`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sipforge.cli import ask, call_test, calls, capacity, certificates, config, hear, status, users
from sipforge.cli.errors import CliError
from sipforge.cli.host import Host
from sipforge.cli.models import commands as models
from sipforge.cli.office import apply, codes, forward, groups, hours, menus, trunks
from sipforge.cli.output import warn
from sipforge.cli.provisioning import commands as provisioning
from sipforge.cli.review import command as review

_EPILOG = (
    "Exit codes: 0 all well; 1 something is not well, or does not exist; 2 wrong usage; 3 Asterisk, a service"
    " or a file cannot be reached, or root is needed; 78 the settings file is wrong."
)
DEFAULT_SETTINGS = Path("/etc/sipforge/sipforge.toml")


class _Group(TyperGroup):
    """The one place where a command's error becomes a line on stderr and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except CliError as error:
            warn(str(error))
            raise typer.Exit(error.code) from error


app = typer.Typer(
    cls=_Group,
    help="Look after this SipForge telephone server.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    context: typer.Context,
    settings: Annotated[
        Path, typer.Option("--settings", help="Settings file of the host.", metavar="PATH")
    ] = DEFAULT_SETTINGS,
    as_json: Annotated[bool, typer.Option("--json", help="As --json of each command.")] = False,
) -> None:
    """Look after this SipForge telephone server."""
    context.obj = Host(settings, as_json)


app.command("status")(status.status)
app.add_typer(users.app, name="user")
app.add_typer(groups.app, name="group")
app.add_typer(menus.app, name="menu")
app.add_typer(hours.app, name="hours")
app.add_typer(trunks.app, name="trunk")
app.add_typer(forward.app, name="forward")
app.add_typer(codes.app, name="codes")
app.command("apply")(apply.apply)
users.app.command("qr")(provisioning.qr)
users.app.command("phone")(provisioning.phone)
app.command("calls")(calls.calls)
app.command("call-test")(call_test.call_test)
app.command("capacity")(capacity.capacity)
app.add_typer(certificates.app, name="certificates")
app.command("ask")(ask.ask)
app.command("hear")(hear.hear)
app.add_typer(models.app, name="models")
app.add_typer(config.app, name="config")
app.command("review")(review.review)


def main() -> None:
    """Run the command line."""
    app(prog_name="sipforge")


if __name__ == "__main__":
    main()
