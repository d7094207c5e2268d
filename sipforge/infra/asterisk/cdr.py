"""Past calls, from the call detail records that Asterisk writes into SQLite (cdr_sqlite3_custom).

Table `cdr`, columns calldate, clid, src, dst, dcontext, channel, dstchannel, lastapp, duration, billsec,
disposition, accountcode, uniqueid, userfield; `userfield` holds the call id of an assistant call. Asterisk is
the only writer; here the file is opened for reading alone.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

_QUERY = """
    SELECT calldate, src, dst, duration, billsec, disposition, userfield
    FROM cdr ORDER BY rowid DESC LIMIT ?
"""
_BUSY_SECONDS = 2.0


class CdrError(Exception):
    """The records cannot be read; the message names the file."""


@dataclass(frozen=True, slots=True)
class PastCall:
    """One finished call."""

    started: str
    """Local time, "2026-11-22 09:56:51"."""
    caller: str
    dialled: str
    seconds: int
    """From the first ring to the end."""
    talked_seconds: int
    """From the answer to the end; 0 if nobody answered."""
    outcome: str
    """In lower case: answered, no answer, busy, failed, congestion."""
    call_id: str
    """Of an assistant call; empty for any other."""


def past_calls(database: Path, last: int) -> tuple[PastCall, ...]:
    """The `last` calls, newest first.

    Raises:
        CdrError: the file is missing, unreadable, locked for too long, or has no such table.
    """
    if not database.exists():
        raise CdrError(f"{database}: there are no call records yet (Asterisk makes the file when it starts)")
    try:
        with closing(
            sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True, timeout=_BUSY_SECONDS)
        ) as connection:
            return tuple(_past_call(row) for row in connection.execute(_QUERY, (last,)))
    except sqlite3.Error as error:
        raise CdrError(f"{database}: {error}") from error


def _past_call(row: tuple[object, ...]) -> PastCall:
    # The module stores every column as text, and an empty one as NULL or "".
    started, caller, dialled, seconds, talked, outcome, call_id = (
        "" if cell is None else str(cell) for cell in row
    )
    return PastCall(
        started=started,
        caller=caller,
        dialled=dialled,
        seconds=_whole(seconds),
        talked_seconds=_whole(talked),
        outcome=outcome.lower(),
        call_id=call_id,
    )


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() else 0
