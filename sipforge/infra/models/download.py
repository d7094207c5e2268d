"""Gathering a model's files: from a hub, going on where a broken connection left off, or from a folder.

A file is known by its size and checksum before it is fetched, and one that is not what it should be is
removed. What goes wrong is said in one sentence, with what to do about it.

Standard library only: the role `models` ships it to the host together with `store`.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import http.client
import os
import re
import shutil
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

RESERVE_BYTES: Final = 256 << 20
"""Left free on the disk: the telephone server writes there, too."""
_BLOCK_BYTES: Final = 256 << 10
_TIMEOUT_SECONDS: Final = 60.0
_DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are there, of the whole model."""


class ModelError(Exception):
    """A manifest is wrong or a model cannot be installed; the message is one sentence."""


def download(
    url: str,
    target: Path,
    size_bytes: int,
    digest: str,
    progress: Callable[[int], None] = lambda done: None,
    *,
    attempts: int = 3,
    pause_seconds: float = 1.0,
) -> None:
    """Fetch `url` into `target`, going on from where a broken connection, now or in an earlier run, left it.

    What is there so far is in `target`.part, and beside it the ETag of what it is a part of: a file that has
    changed meanwhile is fetched anew.

    Args:
        url: where from.
        target: where to; if it is there and right, nothing is fetched.
        size_bytes: its size.
        digest: "sha256:" or "git:" (of a blob, SHA-1) and the checksum in hex.
        progress: told how many bytes are there.
        attempts: how often in a row nothing may come.
        pause_seconds: before the next attempt.

    Raises:
        ModelError: refused, out of reach, broken off, or not the right file, which is removed then.
        OSError: the host's disk refused.
    """
    if target.exists() and not digest_problem(target, size_bytes, digest):
        progress(size_bytes)
        return
    part = target.with_name(f"{target.name}.part")
    tag = target.with_name(f"{target.name}.part.etag")
    failed, most = 0, _size(part)
    while _size(part) != size_bytes or size_bytes == 0:
        if (problem := _attempt(url, part, tag, size_bytes, digest=digest, progress=progress)) == "":
            break
        have = _size(part)
        failed, most = (0, have) if have > most else (failed + 1, most)
        if failed >= attempts:
            raise ModelError(problem)
        time.sleep(pause_seconds if failed else 0)
    tag.unlink(missing_ok=True)
    if problem := digest_problem(part, size_bytes, digest):
        part.unlink()
        raise ModelError(f"{target.name} {problem}, so it was refused and removed")
    part.replace(target)


def digest_problem(path: Path, size_bytes: int, digest: str) -> str:
    """How a file differs from its size and "sha256:..." or "git:..." digest; empty where it does not."""
    if (size := path.stat().st_size) != size_bytes:
        return f"has {size} bytes instead of {size_bytes}"
    kind, _, wanted = digest.partition(":")
    if kind == "git":
        with path.open("rb") as stream:
            found = hashlib.sha1(f"blob {size_bytes}\0".encode() + stream.read()).hexdigest()  # noqa: S324 - git's own
    else:
        found = sha256_of(path)
    return "" if found == wanted else f"has the wrong {kind} checksum {found[:12]}…"


def sha256_of(path: Path) -> str:
    """Checksum of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def copy_files(folder: Path, paths: Iterable[str], gathered: Path, progress: Progress) -> None:
    """Copy files of `folder` to `gathered`.

    Raises:
        OSError: one is missing or cannot be read, or the disk refused.
    """
    sizes = {path: (folder / path).stat().st_size for path in paths}
    done, total = 0, sum(sizes.values())
    for path in sizes:
        target = gathered / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with (folder / path).open("rb") as source, target.open("wb") as stream:
            while block := source.read(_BLOCK_BYTES):
                stream.write(block)
                done += len(block)
                progress(done, total)


def made(target: Path) -> Path:
    """`target`, whose folder is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def refuse_without_space(name: str, folder: Path, needed_bytes: int) -> None:
    """Raise ModelError unless the disk of `folder` has `needed_bytes` free, and some to spare."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes + RESERVE_BYTES:
        raise ModelError(
            f"The disk of {folder} has {free / 1e9:.2f} GB free, and {name} needs {needed_bytes / 1e9:.2f} GB"
            f" and {RESERVE_BYTES / 1e9:.2f} GB to spare: free some space, for example with"
            " sipforge models remove, and run it again"
        )


def kept_bytes(name: str, directory: Path) -> int:
    """How much of the model called `name` an earlier attempt has left beside `directory`."""
    kept = directory.with_name(f".{name}.part")
    return sum(path.stat().st_size for path in kept.rglob("*") if path.is_file() and not path.is_symlink())


@contextlib.contextmanager
def gathering(name: str, directory: Path, *, keep: bool) -> Iterator[Path]:
    """A folder beside `directory` in which the model called `name` is gathered.

    Args:
        name: the model's.
        directory: its folder.
        keep: whether what is there stays when gathering fails, to be gone on from.

    Raises:
        ModelError: the disk is full, or it is gathered already by somebody else.
    """
    if not keep:
        with tempfile.TemporaryDirectory(dir=directory.parent, prefix=f".{name}.") as scratch:
            gathered = Path(scratch) / "model"
            gathered.mkdir()
            with _disk_told(directory.parent, "nothing has changed"):
                yield gathered
        return
    gathered = directory.with_name(f".{name}.part")
    gathered.mkdir(exist_ok=True)
    with contextlib.ExitStack() as stack:
        held = os.open(gathered, os.O_RDONLY)
        stack.callback(os.close, held)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ModelError(f"{name} is being fetched by another command") from error
        try:
            with _disk_told(directory.parent, "what was fetched so far is kept"):
                yield gathered
        finally:
            with contextlib.suppress(OSError):
                gathered.rmdir()  # nothing was fetched


def unreachable(host: str, error: urllib.error.URLError) -> str:
    """That there is no network, or at least no way to `host`, and what to do about it."""
    return (
        f"{host} cannot be reached ({error.reason}): is this server on the Internet? Without it, bring the"
        " model in a folder or on a USB disk, and give that with --from"
    )


@contextlib.contextmanager
def _disk_told(folder: Path, kept: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK_FULL:
            raise ModelError(str(error)) from error
        raise ModelError(f"The disk of {folder} is full: {kept}; free some space and run it again") from error


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Notes what the hub says of a file before it sends one on to where the file is."""

    linked = ""

    def redirect_request(  # noqa: PLR0917 - urllib's
        self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Any:
        """Go on to `newurl`."""
        self.linked = (headers.get("X-Linked-Etag") or "").strip('"') or self.linked
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _attempt(
    url: str, part: Path, tag: Path, size_bytes: int, *, digest: str, progress: Callable[[int], None]
) -> str:
    """Fetch what is missing; what is in the way if it may be gone next time, and empty when all is there."""
    have = _size(part)
    known = tag.read_text(encoding="utf-8") if have and tag.exists() else ""
    # Without a strong ETag nobody can tell whether the rest belongs to what is there.
    headers = {"Range": f"bytes={have}-", "If-Range": known} if known.startswith('"') else {}
    redirects = _Redirects()
    host = urllib.parse.urlsplit(url).netloc
    try:
        request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the manifest's or the administrator's
        with urllib.request.build_opener(redirects).open(request, timeout=_TIMEOUT_SECONDS) as answer:
            if re.fullmatch(r"[0-9a-f]{64}", redirects.linked) and digest.startswith("sha256:"):
                _refuse_other(url, redirects.linked, digest)
            resumed = answer.status == 206
            if resumed and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
                raise ModelError(f"{url} answered with another part of the file than it was asked for")
            with part.open("ab" if resumed else "wb") as stream:
                tag.write_text(answer.headers.get("ETag") or "", encoding="utf-8")
                _copy_at_most(answer, stream, have if resumed else 0, size_bytes, progress)
    except ModelError:
        part.unlink(missing_ok=True)
        raise
    except urllib.error.HTTPError as error:
        if error.code == 416:
            part.unlink(missing_ok=True)
        elif error.code in {401, 403}:
            raise ModelError(
                f"{url} answered {error.code}: its publisher wants you to log in and agree; fetch it in a"
                " browser into a folder and give that with --from"
            ) from error
        elif error.code != 429 and error.code < 500:
            raise ModelError(f"{url} answered {error.code}") from error
        return f"{host} answered {error.code}: try again later; what was fetched so far is kept"
    except urllib.error.URLError as error:
        return unreachable(host, error)
    except (ConnectionError, TimeoutError, http.client.HTTPException) as error:
        return _broken(host, part, size_bytes, str(error) or type(error).__name__)
    return "" if _size(part) == size_bytes else _broken(host, part, size_bytes, "it ended early")


def _copy_at_most(
    source: IO[bytes], target: IO[bytes], done: int, size_bytes: int, progress: Callable[[int], None]
) -> None:
    while block := source.read(_BLOCK_BYTES):
        done += len(block)
        if done > size_bytes:
            raise ModelError("the file is longer than it should be")
        target.write(block)
        progress(done)


def _broken(host: str, part: Path, size_bytes: int, why: str) -> str:
    return (
        f"The connection to {host} broke off at {_size(part)} of {size_bytes} bytes ({why}): "
        "run it again, and it goes on from there"
    )


def _refuse_other(url: str, linked: str, digest: str) -> None:
    if linked != digest.partition(":")[2]:
        raise ModelError(f"{url} is not the file it should be: the hub says its sha256 is {linked[:12]}…")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
