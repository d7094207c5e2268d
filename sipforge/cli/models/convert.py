"""`sipforge models convert`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.models.shelf import Json, Name, State, open_shelf, told
from sipforge.cli.output import print_json, say

if TYPE_CHECKING:
    from sipforge.infra.models.manifest import Model


def convert(
    context: typer.Context,
    name: Name,
    *,
    wheels: Annotated[
        Path | None,
        typer.Option(
            "--wheels", help="Folder with the tools' packages, instead of the network.", metavar="FOLDER"
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the commands, and run none.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Even with little memory.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="Only where it is not there yet.")] = False,
    as_json: Json = False,
) -> None:
    """Convert a fetched model into what the engine loads, in int8 where it is CTranslate2's.

    Where it takes the public tools (torch, transformers), they are fetched into an environment that is thrown
    away afterwards; that of the services is not touched. It needs 3 GB of disk beside the model, and somewhat
    more memory than the model has: on a small server, do it on another computer and bring the result with
    fetch --from.
    """
    from sipforge.cli.models import conversion as models_conversion
    from sipforge.cli.models.progress import tell
    from sipforge.infra.models.manifest import read_lock, source_folder
    from sipforge.infra.models.store import check

    host: Host = context.obj
    shelf = open_shelf(host)
    model = shelf.model(name)
    if not model.convert:
        raise CliError(f"{name} needs no conversion", Exit.USAGE)
    with told():
        if missing and shelf.state(model)[0] is State.INSTALLED:
            return
    source = source_folder(model, shelf.folder)
    scripts = host.settings.model_manifest.parent
    if dry_run:
        lock = read_lock(source)
        files = [file.path for file in lock.files] if lock else list(model.include)
        places = models_conversion.Places(source, shelf.folder / f".{name}.convert", wheels, scripts)
        commands = [
            models_conversion.shell_line(step) for step in models_conversion.plan(model, files, places)
        ]
        if as_json or host.as_json:
            print_json({"name": name, "commands": commands})
        else:
            for command in commands:
                say(command)
        return
    with told():
        if problems := check(model, source, thorough=True):
            raise CliError(
                f"{name} is not here as published ({'; '.join(problems)}); run: sipforge models fetch {name}",
                Exit.DEGRADED,
            )
        if not anyway:
            _refuse_without_memory(model)
        models_conversion.convert(model, shelf.folder, wheels, scripts, tell)
    if as_json or host.as_json:
        print_json({"name": name, "state": State.INSTALLED.value})
        return
    say(f"{name} is converted and installed. To save space: rm -r {source}")


def _refuse_without_memory(model: Model) -> None:
    from sipforge.cli.models.conversion import MEMORY_SHARE

    free = _memory_available()
    needed = model.size_bytes * MEMORY_SHARE
    if free is not None and free < needed:
        raise CliError(
            f"{free / 1e9:.1f} GB of memory is free, and converting {model.name} takes about"
            f" {needed / 1e9:.1f} GB: do it on a larger computer and bring the result with fetch --from, or"
            " try with --anyway",
            Exit.DEGRADED,
        )


def _memory_available() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
