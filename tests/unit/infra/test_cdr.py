import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sipforge.infra.asterisk.cdr import CdrError, PastCall, past_calls

COLUMNS = (
    "calldate, clid, src, dst, dcontext, channel, dstchannel, lastapp, duration, billsec, disposition,"
    " accountcode, uniqueid, userfield"
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "cdr ?#.sqlite3"
    with closing(sqlite3.connect(path)) as connection, connection:
        # As cdr_sqlite3_custom.c makes it.
        connection.execute(f"CREATE TABLE cdr (AcctId INTEGER PRIMARY KEY, {COLUMNS})")
        connection.executemany(
            f"INSERT INTO cdr ({COLUMNS}) VALUES ({','.join('?' * 14)})",
            [
                (
                    "2026-11-22 09:58:20",
                    '"Ange" <1001>',
                    "1001",
                    "1002",
                    "users",
                    "PJSIP/1001-2",
                    "PJSIP/1002-3",
                    "Dial",
                    "4",
                    "3",
                    "ANSWERED",
                    "",
                    "1.4",
                    "",
                ),
                (
                    "2026-11-22 09:58:25",
                    '"Ange" <1001>',
                    "1001",
                    "2000",
                    "users",
                    "PJSIP/1001-4",
                    "AudioSocket/x",
                    "Dial",
                    "5",
                    "5",
                    "ANSWERED",
                    "",
                    "1.6",
                    "40325ec2-5efd-4bd3-805f-53576e581d13",
                ),
                (
                    "2026-11-22 09:59:00",
                    "",
                    "1002",
                    "1001",
                    "users",
                    "PJSIP/1002-5",
                    None,
                    "Dial",
                    "20",
                    "",
                    "NO ANSWER",
                    "",
                    "1.8",
                    None,
                ),
            ],
        )
    return path


def test_the_newest_first(database: Path) -> None:
    missed = PastCall("2026-11-22 09:59:00", "1002", "1001", 20, 0, "no answer", "")
    assistant = PastCall(
        "2026-11-22 09:58:25", "1001", "2000", 5, 5, "answered", "40325ec2-5efd-4bd3-805f-53576e581d13"
    )
    user = PastCall("2026-11-22 09:58:20", "1001", "1002", 4, 3, "answered", "")
    assert past_calls(database, 10) == (missed, assistant, user)
    assert past_calls(database, 1) == (missed,)


def test_reading_changes_nothing(database: Path) -> None:
    before = database.read_bytes()
    past_calls(database, 10)
    assert database.read_bytes() == before
    assert [path.name for path in database.parent.iterdir()] == [database.name]


def test_a_missing_file_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(CdrError, match="no call records yet"):
        past_calls(tmp_path / "cdr.sqlite3", 10)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "cdr.sqlite3"
    path.write_text("not a database, and long enough to be looked at by SQLite" * 20)
    with pytest.raises(CdrError, match="not a database"):
        past_calls(path, 10)
