"""A file of verdicts: one JSON object a line, only ever added to; of several on one text the last counts.

A line is on disk before the next question is asked. A last line that was cut off, as by a power failure, says
nothing, and the next one begins anew behind it.
"""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import Path


class Verdict(StrEnum):
    """What a native speaker says of a text."""

    RIGHT = "right"
    WRONG = "wrong"
    CORRECTED = "corrected"


class VerdictError(Exception):
    """The file is not one of verdicts; the message names the line."""


@dataclass(frozen=True, slots=True)
class Record:
    """One verdict."""

    id: str
    digest: str
    text: str
    """What was judged, as written."""
    spoken: str
    """And as it was spoken: what a correction of a number, or a time, corrects."""
    verdict: Verdict
    correction: str = ""
    note: str = ""
    by: str = ""
    """Who judged."""
    at: str = ""
    """When: UTC, ISO 8601."""

    @property
    def key(self) -> tuple[str, str]:
        """What the verdict binds to; see `sipforge.cli.review.items.Item.key`."""
        return self.id, self.digest


def load(path: Path) -> dict[tuple[str, str], Record]:
    """Key → verdict; none where there is no file.

    Raises:
        VerdictError: a line is no verdict.
        OSError: the file cannot be read.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise VerdictError(f"{path}: is not UTF-8") from error
    lines = content.split("\n")
    records: dict[tuple[str, str], Record] = {}
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            record = _record(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            # Cut off: the last line, or one behind which a new one was begun.
            if not line.endswith("}"):
                continue
            raise VerdictError(f"{path}: line {number} is no verdict: {error}") from error
        records[record.key] = record
    return records


def append(path: Path, record: Record) -> None:
    """Add a verdict, on disk when this returns; two reviewers may share the file.

    Raises:
        OSError: the disk or the permissions refused.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(asdict(record), ensure_ascii=False) + "\n"
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                line = "\n" + line
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def _record(raw: dict[str, str]) -> Record:
    known = {field.name: raw[field.name] for field in fields(Record) if field.name in raw}
    if not all(isinstance(value, str) for value in known.values()):
        raise TypeError("a field is no text")
    return Record(**{**known, "verdict": Verdict(raw["verdict"])})  # type: ignore[arg-type]
