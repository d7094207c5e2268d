"""How far a transfer has come: a bar on a terminal, a line for every tenth everywhere else; on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sipforge.cli.output import printable
from sipforge.infra.models.download import Progress

_TENTHS = 10


def tell(text: str) -> None:
    """A line on stderr: stdout is for the result."""
    print(printable(text), file=sys.stderr, flush=True)


@contextmanager
def shown(name: str) -> Iterator[Progress]:
    """Show how far the transfer of the model called `name` has come."""
    if not sys.stderr.isatty():
        yield _lines(name)
        return
    # Loaded only for a terminal.
    from rich import progress as drawn
    from rich.console import Console

    with drawn.Progress(
        drawn.TextColumn("{task.description}", markup=False),
        drawn.BarColumn(),
        drawn.DownloadColumn(),
        drawn.TransferSpeedColumn(),
        drawn.TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bars:
        task = bars.add_task(name, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)


def _lines(name: str) -> Progress:
    said = 0

    def progress(done: int, total: int) -> None:
        nonlocal said
        tenth = done * _TENTHS // max(total, 1)
        if tenth > said:
            said = tenth
            tell(f"{name}: {done / 1e6:.1f} of {total / 1e6:.1f} MB ({tenth * _TENTHS} %)")

    return progress
