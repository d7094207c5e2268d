"""What a command prints: JSON, tables for a person on a terminal, or plain columns for a pipe."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any

_STYLES: Mapping[str, str] = {
    "ok": "green",
    "active": "green",
    "up": "green",
    "registered": "green",
    "degraded": "yellow",
    "ringing": "yellow",
    "activating": "yellow",
    "failed": "bold red",
    "inactive": "red",
    "not-found": "red",
    "unreachable": "red",
    "not registered": "dim",
    "unknown": "yellow",
}


def print_json(document: Any) -> None:
    """One JSON document, indented."""
    print(json.dumps(document, indent=2, ensure_ascii=False))


def say(text: str = "") -> None:
    """A line on stdout."""
    print(printable(text))


def warn(text: str) -> None:
    """A line on stderr."""
    print(f"sipforge: {printable(text)}", file=sys.stderr)


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """A table: drawn on a terminal, and as plain columns two spaces apart everywhere else.

    Args:
        title: stands above.
        columns: their headings.
        rows: cells, as many as columns in each row.
        empty: what to say instead where there are no rows.
    """
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _draw(title, columns, cells, empty)
        return
    print(title)
    if not cells:
        print(f"  {empty}")
        return
    widths = [max(len(row[index]) for row in [list(columns), *cells]) for index in range(len(columns))]
    for row in [list(columns), *cells]:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def printable(text: str) -> str:
    """`text` without what could steer a terminal: telephones choose their own names and addresses."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _draw(title: str, columns: Sequence[str], cells: Sequence[Sequence[str]], empty: str) -> None:
    # Loaded only for a terminal: a script waits for nothing that it does not see.
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console.print(Text(title, style="bold"))
    if not cells:
        console.print(Text(f"  {empty}", style="dim"))
        return
    table = Table(*columns, box=box.SIMPLE_HEAD, header_style="bold cyan", pad_edge=True)
    for row in cells:
        # As Text, not as markup: "[red]" in somebody's name is part of the name.
        table.add_row(*(Text(cell, style=_STYLES.get(cell, "")) for cell in row))
    console.print(table)
