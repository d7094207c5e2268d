import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sipforge.cli.__main__ import app
from sipforge.cli.output import printable

HEAVY = (
    "urllib.request",
    "pydantic",
    "httpx",
    "rich.table",
    "asterisk",
    "sqlite3",
    "panoramisk",
    "fastapi",
    "numpy",
)


def test_help_teaches_the_exit_codes() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    for words in ("status", "calls", "user", "models", "config", "capacity", "Exit codes", "78"):
        assert words in result.stdout


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["user", "show"], ["calls", "--last", "0"]]
)
def test_wrong_usage_is_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def test_starting_loads_nothing_heavy() -> None:
    program = f"import sys, sipforge.cli.__main__; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_config_check(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text("[orchestrator]\nmax_calls = 5\n")
    bad.write_text("[orchestrator]\nmax_calls = 0\n[bots.english]\nnonsense = 1\n")
    result = CliRunner().invoke(app, ["config", "check", str(good)])
    assert (result.exit_code, result.stdout) == (0, f"{good}: ok; assistants: none\n")
    shown = CliRunner().invoke(app, ["--settings", str(good), "config", "check", "--json"])
    assert json.loads(shown.stdout) == {"file": str(good), "ok": True, "bots": []}
    wrong = CliRunner().invoke(app, ["config", "check", str(bad)])
    assert wrong.exit_code == 78
    for key in (str(bad), "orchestrator.max_calls", "bots.english.nonsense"):
        assert key in wrong.stderr


def test_call_test_wants_an_assistant(tmp_path: Path) -> None:
    path = tmp_path / "sipforge.toml"
    path.write_text(
        "[bots.english]\nextension = '2000'\nlanguage = 'english'\nhttp_port = 1\n"
        "phrases = 'p'\nknowledge = 'k'\n"
    )
    result = CliRunner().invoke(app, ["--settings", str(path), "call-test", "1001"])
    assert result.exit_code == 2
    assert result.stderr == "sipforge: 1001 is not the extension of an assistant; there are: 2000\n"


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["user", "list"],
        ["calls"],
        ["calls", "--past"],
        ["config", "check"],
        ["call-test", "2000"],
        ["capacity"],
        ["review", "kinyarwanda"],
        ["models", "list"],
        ["models", "use", "english", "stt", "whisper-base"],
    ],
)
def test_missing_settings_are_78_everywhere(command: list[str], tmp_path: Path) -> None:
    path = tmp_path / "nowhere.toml"
    result = CliRunner().invoke(app, ["--settings", str(path), *command])
    assert result.exit_code == 78
    assert result.stderr == f"sipforge: {path}: cannot be read: No such file or directory\n"


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """Settings of a host with three past calls."""
    settings, database = tmp_path / "etc/sipforge/sipforge.toml", tmp_path / "var/log/asterisk/master.db"
    settings.parent.mkdir(parents=True)
    database.parent.mkdir(parents=True)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(
            "CREATE TABLE cdr (AcctId INTEGER PRIMARY KEY, calldate, clid, src, dst, dcontext, channel,"
            " dstchannel, lastapp, duration, billsec, disposition, accountcode, uniqueid, userfield)"
        )
        for minute, user in enumerate(["", "[red]x", "call-3"]):
            connection.execute(
                "INSERT INTO cdr (calldate, src, dst, duration, billsec, disposition, userfield)"
                " VALUES (?, '1001', '1002', '9', '8', 'ANSWERED', ?)",
                (f"2026-11-22 09:0{minute}:00", user),
            )
    settings.write_text("")
    return settings


def test_past_calls(past: Path) -> None:
    result = CliRunner().invoke(app, ["--settings", str(past), "calls", "--past", "--last", "2"])
    assert result.exit_code == 0
    assert result.stdout == (
        "Past calls\n"
        "  Started              From  To    Outcome   Talked  Call\n"
        "  2026-11-22 09:02:00  1001  1002  answered  8 s     call-3\n"
        "  2026-11-22 09:01:00  1001  1002  answered  8 s     [red]x\n"
    )
    shown = CliRunner().invoke(app, ["--settings", str(past), "calls", "--past", "--json"])
    assert [call["call_id"] for call in json.loads(shown.stdout)["calls"]] == ["call-3", "[red]x", ""]


def on_a_terminal(arguments: list[str], **environment: str) -> str:
    """What a command prints on a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "sipforge.cli", *arguments],
        stdout=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **environment},
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # how a terminal ends whose other side was closed
    finally:
        os.close(ours)
    assert process.wait(timeout=10) == 0
    return shown.decode()


def test_a_terminal_gets_a_table_with_colours_unless_it_wants_none(past: Path) -> None:
    arguments = ["--settings", str(past), "calls", "--past"]
    coloured = on_a_terminal(arguments)
    assert "\x1b[1;36mStarted" in coloured
    assert "─" in coloured
    assert "[red]x" in coloured
    plain = on_a_terminal(arguments, NO_COLOR="1")
    assert "─" in plain
    assert "\x1b[1;36m" not in plain


def test_what_telephones_call_themselves_cannot_steer_the_terminal() -> None:
    assert printable("phone\x1b[2J\r\n É雨") == "phone\ufffd[2J\ufffd\ufffd É雨"
