"""Models that the manifest does not pin: fetched at a revision, verified by the hub's own checksums, locked.

The hub tells of each file of a repository its size and, of a large one, the SHA-256 (of a small one, git's
blob id). That makes sure that what arrives is what the hub has, not that the hub still has what it had when
the manifest was written: so what was got is recorded in the folder's lock file, and checked by that later.

Standard library only, like `store`.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from sipforge.infra.models.download import (
    ModelError,
    Progress,
    copy_files,
    download,
    gathering,
    kept_bytes,
    made,
    refuse_without_space,
    sha256_of,
    unreachable,
)
from sipforge.infra.models.manifest import (
    LOCK,
    SOURCE_SUFFIX,
    Lock,
    Model,
    ModelFile,
    Source,
    read_lock,
    source_folder,
)
from sipforge.infra.models.store import STAMP, Report, check, put_in_place, resolve_url

_TIMEOUT_SECONDS: Final = 30.0
_ANSWER_BYTES: Final = 16 << 20


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a repository, as the hub lists it."""

    path: str
    size_bytes: int
    digest: str
    """ "sha256:..." or "git:..."; see `sipforge.infra.models.download.digest_problem`."""


def list_files(source: Source, hub: str) -> tuple[str, tuple[Listed, ...]]:
    """The commit that a source's revision is, and the files it has.

    Raises:
        ModelError: out of reach, refused, or not an answer of a hub.
    """
    url = f"{hub}/api/models/{source.id}/revision/{urllib.parse.quote(source.revision, safe='')}?blobs=true"
    host = urllib.parse.urlsplit(hub).netloc
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - the administrator's
            told = json.loads(answer.read(_ANSWER_BYTES))
        files = tuple(_listed(file) for file in told["siblings"])
        return str(told["sha"]), files
    except urllib.error.HTTPError as error:
        raise ModelError(f"{url} answered {error.code}") from error
    except urllib.error.URLError as error:
        raise ModelError(unreachable(host, error)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{url} did not answer as a hub does") from error
    except OSError as error:
        raise ModelError(f"The connection to {host} broke off ({error}): run it again") from error


def choose(paths: Iterable[str], include: Iterable[str]) -> list[str]:
    """Which of `paths` the patterns of a manifest entry want; see `Model.include`.

    Raises:
        ModelError: nothing is what a pattern names.
    """
    present = [path for path in paths if path not in {LOCK, STAMP}]
    chosen: dict[str, None] = {}
    for pattern in include:
        for alternative in pattern.split("|"):
            # A name's "*" is not for folders: there, training leaves its checkpoints.
            found = [
                path
                for path in present
                if fnmatchcase(path, alternative) and path.count("/") == alternative.count("/")
            ]
            if found or not alternative:
                chosen |= dict.fromkeys(found)
                break
        else:
            raise ModelError(f"it has no file {pattern}")
    return list(chosen)


def fetch(model: Model, models: Path, hub: str, report: Report, progress: Progress) -> Lock:
    """Fetch `model` from the hub.

    Args:
        model: not pinned.
        models: the folder of all models.
        hub: address of the hub.
        report: told what is being done.
        progress: told how far it has come.

    Returns:
        What was got.

    Raises:
        ModelError: whatever is in the way, in one sentence; what was fetched is kept, unless it is wrong.
    """
    source = model.hub
    if source is None:
        raise ModelError(f"Model {model.name} has no hub source")
    directory = source_folder(model, models)
    commit, listed = list_files(source, hub)
    report(f"{model.name}: {source.id}@{source.revision} is commit {commit}")
    by_path = {file.path: file for file in listed}
    wanted = [by_path[path] for path in choose(by_path, model.include)]
    total = sum(file.size_bytes for file in wanted)
    models.mkdir(parents=True, exist_ok=True)
    refuse_without_space(model.name, models, total - kept_bytes(directory.name, directory))
    with gathering(directory.name, directory, keep=True) as gathered:
        before = 0
        for file in wanted:
            report(f"{model.name}: {file.path}")
            target = made(gathered / file.path)
            url = resolve_url(hub, source, file.path, commit)
            download(url, target, file.size_bytes, file.digest, _shifted(progress, before, total))
            before += file.size_bytes
        lock = Lock(source.id, source.revision, commit, "hub", "", ())
        return lock_and_place(lock, [file.path for file in wanted], gathered, directory)


def fetch_folder(model: Model, models: Path, folder: Path, report: Report, progress: Progress) -> Lock:
    """Take `model` from a folder: one that another SipForge fetched or converted, or plain files of the hub.

    The lock file in it, where there is one, says what the files must be; without it there is nothing to
    compare them with.

    Args:
        model: not pinned.
        models: the folder of all models.
        folder: has the files, or a folder with the model's name that has them.
        report: told what is being done.
        progress: told how far it has come.

    Returns:
        What was got.

    Raises:
        ModelError: whatever is in the way, in one sentence.
    """
    source = model.hub
    names = (model.name, model.name + SOURCE_SUFFIX)
    found = next((folder / name for name in names if (folder / name).is_dir()), folder)
    if source is None or not found.is_dir():
        raise ModelError(f"There is no folder {found}")
    lock = read_lock(found)
    try:
        if lock is None:
            report(f"{model.name}: {found} has no {LOCK}: there is nothing to compare its files with")
            present = [path.relative_to(found).as_posix() for path in found.rglob("*") if path.is_file()]
            paths = choose(present, model.include)
        else:
            if problems := check(model, found, thorough=True):
                raise ModelError("; ".join(problems))
            paths = [file.path for file in lock.files]
        if not paths:
            raise ModelError("none of its files is there")
    except (ModelError, OSError) as error:
        raise ModelError(f"The folder {found} cannot be {model.name}: {error}") from error
    directory = models / model.name if lock and lock.converted else source_folder(model, models)
    models.mkdir(parents=True, exist_ok=True)
    refuse_without_space(model.name, models, sum((found / path).stat().st_size for path in paths))
    with gathering(directory.name, directory, keep=False) as gathered:
        copy_files(found, paths, gathered, progress)
        if lock is None:
            new = Lock(source.id, source.revision, "", "nothing", "", ())
            return lock_and_place(new, paths, gathered, directory)
        lock.write(gathered)
        if problems := check(model, gathered, thorough=True):
            raise ModelError("; ".join(problems))
        put_in_place(lock.files, gathered, directory)
        return lock


def lock_and_place(lock: Lock, paths: Iterable[str], gathered: Path, directory: Path) -> Lock:
    """`lock` with the files `paths` that were gathered, written beside them; then they are in place."""
    files = tuple(
        ModelFile(path, (gathered / path).stat().st_size, sha256_of(gathered / path)) for path in paths
    )
    lock = replace(lock, files=files)
    lock.write(gathered)
    put_in_place(files, gathered, directory)
    return lock


def _listed(file: Any) -> Listed:
    path, large = str(file["rfilename"]), file.get("lfs")
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError(f"path {path!r} leaves the folder")
    digest = f"sha256:{large['sha256']}" if large else f"git:{file['blobId']}"
    return Listed(path, int(file["size"]), digest)


def _shifted(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, total)
