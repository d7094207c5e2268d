"""`sipforge models fetch`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.models.shelf import Json, Name, State, open_shelf, told
from sipforge.cli.output import print_json, say

if TYPE_CHECKING:
    from sipforge.infra.models.manifest import Model

_CHECKED = {
    "": "",
    "manifest": "; its files are those of the manifest",
    "hub": "; its files are those of the hub, whose checksums are written down in its folder",
    "nothing": "; there was nothing to compare its files with; their checksums are written down with them",
}


def fetch(
    context: typer.Context,
    name: Name,
    *,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Folder or USB disk to take it from, instead of the network.", metavar="FOLDER"
        ),
    ] = None,
    hub: Annotated[str, typer.Option("--hub", help="Another hub, such as a mirror.", metavar="URL")] = "",
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Do not ask about a licence that forbids commercial use.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Fetch a model, from the network or a folder, and verify it.

    A broken connection, Ctrl-C or a full disk costs nothing: run it again, and it goes on from there.

    Some models have their checksums in the manifest. Of the others, the hub's own checksums are compared, and
    what came is written down in the model's folder, so that a later change is found; the command says so.

    FOLDER has the model's files, or a folder with its name that has them; what another SipForge has fetched
    or converted (a folder in its /var/lib/sipforge/models) is taken as it is.
    """
    from sipforge.cli.models.progress import shown, tell
    from sipforge.infra.models import hub as model_hub
    from sipforge.infra.models import store as model_store
    from sipforge.infra.models.manifest import source_folder

    host: Host = context.obj
    shelf = open_shelf(host)
    model = shelf.model(name)
    with told():
        state, _ = shelf.state(model)
    if model.built:
        raise CliError(f"{name} is not fetched: the playbook builds it on this server", Exit.USAGE)
    source, checked = "was here", ""
    if state not in {State.INSTALLED, State.FETCHED}:
        _ask_about_licence(model, accept_licence)
        address = hub.rstrip("/") or model_store.HUB_URL
        try:
            with told(), shown(name) as progress:
                if not model.pinned and folder:
                    lock = model_hub.fetch_folder(model, shelf.folder, folder, tell, progress)
                    source, checked = str(folder), lock.checked
                elif not model.pinned:
                    lock = model_hub.fetch(model, shelf.folder, address, tell, progress)
                    source, checked = f"{lock.id} at {lock.commit}", lock.checked
                else:
                    source = model_store.install(
                        _from(model, folder, hub),
                        source_folder(model, shelf.folder),
                        folder,
                        tell,
                        hub=address,
                        progress=progress,
                    )
                    checked = "manifest"
        except KeyboardInterrupt:
            raise CliError(
                f"interrupted; what was fetched is kept, and sipforge models fetch {name} goes on from there",
                Exit.DEGRADED,
            ) from None
    with told():
        state, _ = shelf.state(model)
    if as_json or host.as_json:
        print_json({"name": name, "source": source, "checked_against": checked, "state": state.value})
        return
    say(f"{name}: {source}{_CHECKED[checked]}")
    if state is State.FETCHED:
        say(f"It is as published; to make it what the engine loads: sipforge models convert {name}")


def _from(model: Model, folder: Path | None, hub: str) -> Model:
    """`model` with the sources that were asked for."""
    if folder:
        kept = tuple(source for source in model.sources if source.type == "folder")
    elif hub:
        kept = tuple(source for source in model.sources if source.type == "hub")
    else:
        kept = tuple(source for source in model.sources if source.type != "folder")
    if not kept:
        raise CliError(f"{model.name} is not to be had that way", Exit.USAGE)
    return replace(model, sources=kept)


def _ask_about_licence(model: Model, accepted: bool) -> None:
    if not model.licence_concern or accepted:
        return
    about = f"The licence of {model.name} ({model.licence}) {model.licence_concern}."
    if not sys.stdin.isatty():
        raise CliError(f"{about} Nobody to ask; if you may use it, give --accept-licence", Exit.USAGE)
    typer.confirm(f"{about} Fetch it?", abort=True, err=True)
