"""`sipforge ask`: what an assistant answers, in writing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host

_Files = Annotated[Path | None, typer.Option(metavar="FILE")]


def ask(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The assistant; not with --knowledge.", metavar="[NAME]")] = "",
    questions: Annotated[
        list[str] | None,
        typer.Argument(help="Without any, they are read from stdin.", metavar="[QUESTION]..."),
    ] = None,
    *,
    knowledge: _Files = None,
    phrases: _Files = None,
    language: Annotated[str, typer.Option(help="Of the two files.")] = "english",
    model: Annotated[
        Path | None,
        typer.Option(help="Folder of a sentence encoder; without, by words alone.", metavar="FOLDER"),
    ] = None,
    dialogue: Annotated[
        bool, typer.Option("--dialogue", help="Each line is a turn; an empty line ends a call.")
    ] = False,
) -> None:
    """Ask an assistant in writing, without a call: one JSON object a line, with the reasons for each answer.

    It goes through all that a call goes through, but ears and voice. On any computer, --knowledge and
    --phrases try an office's files. A line that is a single key presses it. Exit code 78 if a file or a
    setting is wrong.
    """
    host: Host = context.obj
    asked = questions or []
    # The command line and the bots share no code: they are two programs.
    command = [sys.executable, "-m", "sipforge.bot.ask", "--language", language]
    if knowledge is not None and phrases is not None:
        asked = [name, *asked] if name else asked
        command += ["--knowledge", str(knowledge), "--phrases", str(phrases)]
        command += ["--model", str(model)] if model is not None else []
    elif knowledge is not None or phrases is not None or model is not None or not name:
        raise CliError("give the name of an assistant, or --knowledge and --phrases", Exit.USAGE)
    else:
        command += ["--settings", str(host.settings_path), "--name", name]
    command += ["--dialogue"] if dialogue else []
    code = subprocess.run([*command, "--", *asked], check=False).returncode
    if code:
        raise typer.Exit(code)
