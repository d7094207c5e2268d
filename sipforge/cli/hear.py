"""`sipforge hear`: what an assistant hears in sound files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host


def hear(
    context: typer.Context,
    names: Annotated[
        list[str],
        typer.Argument(
            help="The assistant, unless --assistant is given; then WAV, FLAC or Ogg files of any rate.",
            metavar="[NAME] FILE...",
        ),
    ],
    *,
    assistant: Annotated[
        Path | None,
        typer.Option(
            help="Settings file to take instead of the host's: a whole one, or the keys of one [bots.NAME].",
            metavar="SETTINGS",
        ),
    ] = None,
    name: Annotated[str, typer.Option(help="Which assistant of SETTINGS, where it has several.")] = "",
    models: Annotated[
        Path | None, typer.Option(help="Folder of the models, with --assistant.", metavar="FOLDER")
    ] = None,
    line: Annotated[
        str, typer.Option(help="Send it over a simulated telephone line first: gentle, old, mobile ...")
    ] = "",
) -> None:
    """Hear sound files as an assistant hears callers: one JSON object a file, with what was heard.

    Each file is one utterance. It needs no call, and is faster than life. Exit code 1 if a file could not be
    heard, which its line says; 78 if a setting or a model is wrong.

    Keys: file, words, confidence (0 to 1), seconds (of the file), accepted (the phrase's topic or meaning, or
    null), shares (of languages), speech_seconds, took_seconds.
    """
    host: Host = context.obj
    # The command line and the bots share no code: they are two programs.
    command = [sys.executable, "-m", "sipforge.bot.hear"]
    files = names
    if assistant is not None:
        command += ["--assistant", str(assistant), "--name", name]
        command += ["--models", str(models)] if models is not None else []
    elif models is not None or name:
        raise CliError("--models and --name go with --assistant", Exit.USAGE)
    else:
        chosen, *files = names
        command += ["--settings", str(host.settings_path), "--name", chosen]
    if not files:
        raise CliError("give the sound files, too", Exit.USAGE)
    command += ["--line", line] if line else []
    code = subprocess.run([*command, "--", *files], check=False).returncode
    if code:
        raise typer.Exit(code)
