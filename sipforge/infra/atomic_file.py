"""Replacing a file in one step: a reader, or a crash, sees the old content or the new, never half."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes, mode: int, group_id: int | None = None) -> None:
    """Put a new file in place of `path`, on disk before it has the name.

    Args:
        path: the file; its folder must exist.
        content: all of it.
        mode: permissions.
        group_id: owning group; None leaves the writer's.

    Raises:
        OSError: the disk or the folder's permissions refused; `path` is as it was.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary: Path | None = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            # Ownership first: a mode that lets a group read must not meet the wrong group.
            if group_id is not None:
                os.fchown(file.fileno(), -1, group_id)
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        temporary = None
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
