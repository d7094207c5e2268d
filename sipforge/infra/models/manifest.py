"""The manifest of speech models: what there is, where each comes from, under which checksums.

Standard library only, as the store beside it.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from .download import ModelError

LOCK = "lock.json"
"""In the folder of a model that is not pinned, or was converted: what is there, and from where."""
SOURCE_SUFFIX = ".source"
"""A model that is to be converted is fetched into a folder beside its own, called so."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model."""

    path: str
    """Relative to the model's folder, with forward slashes."""
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Wheel:
    """A pinned wheel."""

    package: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a wheel."""

    package: str
    member: str


@dataclass(frozen=True, slots=True)
class Source:
    """One place a model can come from; only the fields of its type are filled."""

    type: Literal["hub", "pypi", "folder", "built"]
    id: str = ""
    revision: str = ""
    prefix: str = ""
    wheels: tuple[Wheel, ...] = ()
    members: Mapping[str, tuple[Member, ...]] | None = None

    @property
    def label(self) -> str:
        """How messages name it."""
        match self.type:
            case "hub":
                return f"hub {self.id}@{self.revision}"
            case "pypi":
                return "PyPI " + ", ".join(f"{wheel.package} {wheel.version}" for wheel in self.wheels)
            case "folder":
                return "folder"
            case "built":
                return "built on the host"


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the manifest."""

    name: str
    engine: str
    description: str
    licence: str
    """SPDX identifier, or words; "unknown" where the publisher states none."""
    language_tokens: Mapping[str, str]
    """ISO 639-1 language to the token the model is called with."""
    size_bytes: int
    """What is fetched: exact where pinned, else about."""
    files: tuple[ModelFile, ...]
    """Empty where the entry is not pinned."""
    sources: tuple[Source, ...]
    stage: str = ""
    """Where in a turn it works: vad, stt, meaning, dialogue, translation or tts."""
    languages: tuple[str, ...] = ()
    """ISO 639-1, of those that it is used for here; empty where it knows no language."""
    memory_bytes: int = 0
    """Resident while it is loaded: measured where pinned, else estimated; 0 where nobody knows."""
    convert: str = ""
    """How what is fetched becomes what the engine loads, such as ctranslate2; empty: it is as it is."""
    include: tuple[str, ...] = ()
    """Not pinned: patterns of the names wanted; "a|b": b where there is no a; "a|": a where there is one."""

    @property
    def pinned(self) -> bool:
        """Whether the manifest has the checksums."""
        return bool(self.files)

    @property
    def fingerprint(self) -> str:
        """Of all its files, where it is pinned: what a conversion was made from."""
        return hashlib.sha256("".join(file.sha256 for file in self.files).encode()).hexdigest()

    @property
    def built(self) -> bool:
        """Whether a role makes it on the host, so that there is nothing to fetch."""
        return any(source.type == "built" for source in self.sources)

    @property
    def hub(self) -> Source | None:
        """Its repository on the hub."""
        return next((source for source in self.sources if source.type == "hub"), None)

    @property
    def licence_concern(self) -> str:
        """What an office must know of the licence before it uses the model; empty: nothing."""
        if re.search(r"\bNC\b", self.licence):
            return "forbids commercial use"
        return "is not stated by its publisher" if self.licence.startswith("unknown") else ""


@dataclass(frozen=True, slots=True)
class Lock:
    """What a folder holds of a model that the manifest does not pin."""

    id: str
    """Repository on the hub."""
    revision: str
    """As the manifest had it."""
    commit: str
    """What the revision was when it was fetched; empty where only a folder was given."""
    checked: Literal["hub", "manifest", "nothing"]
    """Against whose checksums the transfer was verified."""
    converted: str
    """The conversion that made the files, with the versions of its tools; empty: they are as published."""
    files: tuple[ModelFile, ...]

    def write(self, folder: Path) -> None:
        """Put it into `folder`."""
        (folder / LOCK).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        (folder / LOCK).chmod(0o644)


def source_folder(model: Model, models: Path) -> Path:
    """Where `model` is fetched to in `models`: its own folder, unless it is to be converted."""
    return models / (model.name + SOURCE_SUFFIX if model.convert else model.name)


def load_manifest(text: str) -> dict[str, Model]:
    """Read a manifest.

    Raises:
        ModelError: it is not TOML, or an entry lacks a field, leaves its folder, or contradicts itself.
    """
    try:
        entries = tomllib.loads(text)["models"]
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"The manifest is not valid TOML: {error}.") from error
    except KeyError as error:
        raise ModelError("The manifest has no [[models]].") from error
    models: dict[str, Model] = {}
    for entry in entries:
        name = entry.get("name", "(without a name)")
        try:
            model = _model(entry)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"Model {name} in the manifest is wrong: {error!r}.") from error
        if name in models:
            raise ModelError(f"Model {name} is in the manifest twice.")
        models[name] = model
    return models


def read_lock(folder: Path) -> Lock | None:
    """The lock file of `folder`; None where there is none that can be read."""
    try:
        found = json.loads((folder / LOCK).read_text(encoding="utf-8"))
        lock = Lock(**{**found, "files": tuple(ModelFile(**file) for file in found["files"])})
        _refuse_outside(file.path for file in lock.files)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return lock


def _model(entry: dict[str, Any]) -> Model:
    files = tuple(ModelFile(**file) for file in entry.pop("files", ()))
    sources = tuple(_source(source, files) for source in entry.pop("sources"))
    lists = {key: tuple(entry.pop(key, ())) for key in ("languages", "include")}
    model = Model(**{**entry, **lists}, files=files, sources=sources)
    if files and sum(file.size_bytes for file in files) != model.size_bytes:
        raise ValueError("size_bytes is not the sum of its files")
    if sum([bool(files), bool(model.include), model.built]) != 1:
        raise ValueError("it needs either files, or include, or a source that builds it")
    if model.include and not model.hub:
        raise ValueError("it has no files, so it needs a hub source")
    _refuse_outside([model.name, *(file.path for file in files)])
    return model


def _refuse_outside(paths: Iterable[str]) -> None:
    for path in paths:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or not path:
            raise ValueError(f"path {path!r} leaves the model's folder")


def _source(entry: dict[str, Any], files: Iterable[ModelFile]) -> Source:
    if entry["type"] not in ("hub", "pypi", "folder", "built"):
        raise ValueError(f"unknown source type {entry['type']!r}")
    if entry["type"] == "hub" and not (entry.get("id") and entry.get("revision")):
        raise ValueError("a hub source needs an id and a revision")
    if entry["type"] != "pypi":
        return Source(**entry)
    wheels = tuple(Wheel(**wheel) for wheel in entry["wheels"])
    members = {path: tuple(Member(**member) for member in parts) for path, parts in entry["members"].items()}
    if set(members) != {file.path for file in files}:
        raise ValueError("members of the pypi source are not the model's files")
    if {part.package for parts in members.values() for part in parts} != {wheel.package for wheel in wheels}:
        raise ValueError("members of the pypi source do not come from its wheels")
    return Source(type="pypi", wheels=wheels, members=members)
