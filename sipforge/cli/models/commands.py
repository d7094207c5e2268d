"""`sipforge models`: the models that the assistants hear, think and speak with."""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.models import convert as models_convert
from sipforge.cli.models import fetch as models_fetch
from sipforge.cli.models import use as models_use
from sipforge.cli.models.shelf import Json, Name, Shelf, State, kept_for, open_shelf, told, voices
from sipforge.cli.output import print_json, print_table, say, warn

if TYPE_CHECKING:
    from sipforge.infra.models.manifest import Model

app = typer.Typer(help="The models that the assistants hear, think and speak with.", no_args_is_help=True)


@app.command("list")
def list_models(context: typer.Context, as_json: Json = False) -> None:
    """List all models: whether they are here, who uses them, what they need, and their licences.

    Then what each assistant speaks with, in order of preference, and the licence of that voice.
    """
    from sipforge.infra.models.choices import ChoicesError, load_choices
    from sipforge.infra.settings.host import read_settings

    host: Host = context.obj
    shelf = open_shelf(host)
    speaking = voices(host.settings, shelf)
    try:
        tables, choices = read_settings(host.settings_path), load_choices(host.settings_path)
    except ChoicesError as error:
        raise CliError(str(error), Exit.CONFIG) from error
    with told():
        states = {name: shelf.state(model) for name, model in shelf.models.items()}
    strangers = sorted(shelf.users.keys() - shelf.models.keys())
    if as_json or host.as_json:
        print_json(
            {
                "models": [_document(model, shelf, *states[name]) for name, model in shelf.models.items()],
                "not_in_manifest": [{"name": name, "used_by": shelf.users[name]} for name in strangers],
                "voices": [asdict(voice) for voice in speaking],
                "choices": [{**asdict(choice), "counts": choice.counts(tables)} for choice in choices],
            }
        )
        return
    print_table(
        "Models",
        ("Model", "Here", "Engine", "Used by", "Languages", "Memory", "Size", "Licence"),
        [_row(model, shelf, states[name][0]) for name, model in shelf.models.items()],
        "none",
    )
    say()
    print_table(
        "Voices",
        ("Assistant", "Engine", "Voice", "Licence"),
        [(voice.assistant, voice.engine, voice.model, voice.licence) for voice in speaking],
        "none",
    )
    for choice in choices:
        state = (
            "chosen here" if choice.counts(tables) else "chosen here, but the inventory now says otherwise"
        )
        say(f"{choice.bot} {choice.stage}: {state}")
    for name in strangers:
        warn(f"{name}, used by {', '.join(shelf.users[name])}, is not in the manifest")
    for name, (found, problems) in states.items():
        if found is State.BROKEN:
            warn(f"{name}: {'; '.join(problems)}")


app.command()(models_fetch.fetch)


@app.command()
def verify(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="One model only.", metavar="[NAME]")] = "",
    as_json: Json = False,
) -> None:
    """Read every file of the models that are here, and compare it with its checksum.

    Exit code 1 if a file is missing, cut short or changed, or an assistant uses a model that is not here.
    """
    host: Host = context.obj
    shelf = open_shelf(host)
    wanted = [shelf.model(name)] if name else list(shelf.models.values())
    results = []
    for model in wanted:
        with told():
            state, problems = shelf.state(model, thorough=True)
        if state is State.MISSING:
            if not name and model.name not in shelf.users:
                continue
            problems = ["it is not here"]
        results.append((model, state, problems))
    if as_json or host.as_json:
        print_json(
            {
                "ok": not any(problems for _, _, problems in results),
                "models": [
                    {"name": model.name, "state": state.value, "problems": problems}
                    for model, state, problems in results
                ],
            }
        )
    else:
        for model, _, problems in results:
            say(f"{model.name}: {'; '.join(problems) or 'ok'}")
    if wrong := [model.name for model, _, problems in results if problems]:
        raise CliError(
            f"not as they should be: {', '.join(wrong)}; fetch them again with sipforge models fetch",
            Exit.DEGRADED,
        )


app.command()(models_convert.convert)
app.command()(models_use.use)


@app.command()
def remove(
    context: typer.Context,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove a model from this server, and what was fetched of it. Refused while an assistant uses it."""
    from sipforge.infra.models.manifest import SOURCE_SUFFIX

    host: Host = context.obj
    shelf = open_shelf(host)
    shelf.model(name)
    if users := shelf.users.get(name):
        raise CliError(
            f"{name} is used by {', '.join(users)}; switch first: sipforge models use", Exit.DEGRADED
        )
    if users := kept_for(host, name):
        raise CliError(
            f"{name} is what the inventory gives {', '.join(users)}, should the choice made here be undone:"
            " change the inventory first",
            Exit.DEGRADED,
        )
    names = (name, f"{name}{SOURCE_SUFFIX}")
    folders = [shelf.folder / each for each in (*names, *(f".{one}.part" for one in names))]
    folders += shelf.folder.glob(f".{name}.convert.*")  # of a conversion that was killed
    folders = [folder for folder in folders if folder.is_dir()]
    if not folders:
        raise CliError(f"{name} is not here", Exit.DEGRADED)
    with told():
        freed = sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())
        if not yes:
            if not sys.stdin.isatty():
                raise CliError("nobody to ask; give --yes to remove the model", Exit.USAGE)
            typer.confirm(f"Remove {name} ({freed / 1e6:.0f} MB)?", abort=True, err=True)
        for folder in folders:
            shutil.rmtree(folder)
    if as_json or host.as_json:
        print_json({"name": name, "freed_bytes": freed})
    else:
        say(f"{name} is removed; {freed / 1e6:.0f} MB are free again.")


def _document(model: Model, shelf: Shelf, state: State, problems: list[str]) -> dict[str, object]:
    return {
        "name": model.name,
        "state": state.value,
        "problems": problems,
        "engine": model.engine,
        "stage": model.stage,
        "used_by": shelf.users.get(model.name, ()),
        "languages": model.languages,
        "language_tokens": dict(model.language_tokens),
        "memory_bytes": model.memory_bytes,
        "size_bytes": model.size_bytes,
        "licence": model.licence,
        "licence_concern": model.licence_concern,
        "pinned": model.pinned,
        "convert": model.convert,
        "sources": [source.label for source in model.sources],
        "description": model.description,
    }


def _row(model: Model, shelf: Shelf, state: State) -> tuple[str, ...]:
    # What nobody has measured is said to be about so much.
    about = "" if model.pinned else "~"
    return (
        model.name,
        state.value,
        model.engine,
        ", ".join(shelf.users.get(model.name, ())),
        " ".join(model.languages),
        f"{about}{model.memory_bytes / 1e6:.0f} MB" if model.memory_bytes else "",
        f"{about}{model.size_bytes / 1e6:.0f} MB" if model.size_bytes else "",
        model.licence,
    )
