"""The models of a host: what the manifest lists, what is there of it, and which assistant uses what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sipforge.cli.errors import CliError, Exit

if TYPE_CHECKING:
    from sipforge.cli.host import Host
    from sipforge.infra.models.manifest import Model
    from sipforge.infra.settings.assistants import BotSettings
    from sipforge.infra.settings.host import Settings


Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Name = Annotated[str, typer.Argument(help="Name of the model; see: sipforge models list.", metavar="NAME")]


class State(Enum):
    """What there is of a model."""

    INSTALLED = "installed"
    FETCHED = "to be converted"
    MISSING = "no"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The models of a host."""

    models: Mapping[str, Model]
    """By name, in the manifest's order."""
    folder: Path
    """Where they are."""
    users: Mapping[str, tuple[str, ...]]
    """By model: "kinyarwanda stt", for each assistant and stage whose settings name it."""

    def model(self, name: str) -> Model:
        """The model called `name`.

        Raises:
            CliError: there is none.
        """
        if name not in self.models:
            raise CliError(f"there is no model {name!r}; see: sipforge models list", Exit.DEGRADED)
        return self.models[name]

    def directory(self, name: str) -> Path:
        """The folder that engines load the model called `name` from."""
        return self.folder / name

    def state(self, model: Model, *, thorough: bool = False) -> tuple[State, list[str]]:
        """What there is of `model`, and what is wrong with it.

        Args:
            model: which.
            thorough: read every file, even one whose size and time are those of when it was verified.
        """
        from sipforge.infra.models.manifest import source_folder
        from sipforge.infra.models.store import check

        ready, source = self.directory(model.name), source_folder(model, self.folder)
        if ready.is_dir():
            problems = check(model, ready, thorough=thorough)
            return (State.BROKEN if problems else State.INSTALLED), problems
        if source.is_dir():
            problems = check(model, source, thorough=thorough)
            return (State.BROKEN if problems else State.FETCHED), problems
        return State.MISSING, []


@contextmanager
def told() -> Iterator[None]:
    """Turn what the store complains about into the command's error."""
    from sipforge.infra.models.download import ModelError

    try:
        yield
    except ModelError as error:
        raise CliError(str(error), Exit.DEGRADED) from error
    except PermissionError as error:
        raise CliError(f"{error}; run as root: sudo sipforge ...", Exit.UNREACHABLE) from error
    except OSError as error:
        raise CliError(str(error), Exit.UNREACHABLE) from error


def open_shelf(host: Host) -> Shelf:
    """The models of `host`.

    Raises:
        CliError: the settings or the manifest are missing or wrong.
    """
    from sipforge.infra.models.download import ModelError
    from sipforge.infra.models.manifest import load_manifest

    settings = host.settings
    path = settings.model_manifest
    try:
        models = load_manifest(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CliError(f"{path}: cannot be read: {error.strerror}", Exit.CONFIG) from error
    except (ModelError, UnicodeDecodeError) as error:
        raise CliError(f"{path}: {error}", Exit.CONFIG) from error
    users: dict[str, tuple[str, ...]] = {}
    for bot, stage, name in _named(settings):
        users[name] = (*users.get(name, ()), f"{bot} {stage}")
    return Shelf(models, settings.model_directory, users)


def kept_for(host: Host, name: str) -> tuple[str, ...]:
    """Which assistants would use the model called `name`, did nobody choose another on the host."""
    from sipforge.infra.settings.host import check_settings, read_settings

    settings = check_settings(host.settings_path, read_settings(host.settings_path))
    return tuple(f"{bot} {stage}" for bot, stage, named in _named(settings) if named == name)


@dataclass(frozen=True, slots=True)
class Voice:
    """What an assistant speaks with."""

    assistant: str
    engine: str
    model: str
    licence: str


def voices(settings: Settings, shelf: Shelf) -> list[Voice]:
    """What the assistants speak with: each engine in order of preference."""
    return [
        _voice(name, bot, engine, settings, shelf)
        for name, bot in sorted(settings.bots.items())
        for engine in bot.tts.engines
    ]


def _voice(name: str, bot: BotSettings, engine: str, settings: Settings, shelf: Shelf) -> Voice:
    from sipforge.engines.registry import SPEAKING

    if SPEAKING[engine].remote:
        return Voice(name, engine, settings.openai.voice, "a service, on its provider's terms")
    if bot.tts.model:
        known = shelf.models.get(bot.tts.model)
        return Voice(name, engine, bot.tts.model, known.licence if known else "unknown: not in the manifest")
    return Voice(name, engine, f"{engine}'s own {bot.tts.voice}".rstrip(), "that of the program")


def _named(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Each (assistant, stage, model) that the settings name."""
    for name, bot in sorted(settings.bots.items()):
        for stage, values in bot.model_dump().items():
            for model in sorted(set(_models_in(values))):
                yield name, stage, model


def _models_in(values: Any) -> Iterator[str]:
    """What stands under the key "model", however deep."""
    if isinstance(values, dict):
        for key, value in values.items():
            if key == "model" and isinstance(value, str) and value:
                yield value
            else:
                yield from _models_in(value)
