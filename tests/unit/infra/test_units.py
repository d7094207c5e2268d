import os
from pathlib import Path

import pytest

from sipforge.infra.systemd import units
from sipforge.infra.systemd.units import Unit, UnitsError, behind, parse_units, restart_unit, show_units

# As systemd 259 prints it; the order of the properties is systemd's own.
RUNNING = """NRestarts=2
Id=asterisk.service
LoadState=loaded
ActiveState=active
SubState=running
ActiveEnterTimestamp=Sun 2026-11-22 09:55:23 UTC"""
MISSING = """NRestarts=0
Id=sipforge-bot@english.service
LoadState=not-found
ActiveState=inactive
SubState=dead
ActiveEnterTimestamp="""


def test_two_units() -> None:
    running, missing = parse_units(["asterisk", "sipforge-bot@english"], f"{RUNNING}\n\n{MISSING}\n")
    assert running == Unit("asterisk", "active", "running", 2, "Sun 2026-11-22 09:55:23 UTC")
    assert running.is_running
    assert missing == Unit("sipforge-bot@english", "not-found", "dead", 0, "")
    assert not missing.is_running


def test_an_answer_too_few() -> None:
    with pytest.raises(UnitsError, match="1 answers about 2 units"):
        parse_units(["a", "b"], RUNNING)


def fake_systemctl(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "systemctl"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


def test_asking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_systemctl(tmp_path, f'echo "$@" > {tmp_path}/asked; cat <<END\n{RUNNING}\nEND', monkeypatch)
    assert [unit.name for unit in show_units(["asterisk"])] == ["asterisk"]
    assert (tmp_path / "asked").read_text() == (
        "show --no-pager --property=Id,LoadState,ActiveState,SubState,NRestarts,ActiveEnterTimestamp"
        " asterisk.service\n"
    )


def test_restarting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_systemctl(tmp_path, f'echo "$@" > {tmp_path}/asked', monkeypatch)
    restart_unit("sipforge-bot@english", 10)
    assert (tmp_path / "asked").read_text() == "restart --no-ask-password sipforge-bot@english.service\n"
    fake_systemctl(tmp_path, "echo 'Job for x.service failed.' >&2; exit 1", monkeypatch)
    with pytest.raises(UnitsError, match=r"systemctl: Job for x\.service failed"):
        restart_unit("x", 10)


def test_a_command_as_a_unit_runs_its_own_and_behind_all_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = "User=sipforge\nGroup=sipforge\nSupplementaryGroups=\nEnvironment=HOME=/x OMP_WAIT_POLICY=PASSIVE"
    fake_systemctl(tmp_path, f'echo "$@" > {tmp_path}/asked; cat <<END\n{shown}\nEND', monkeypatch)
    monkeypatch.setattr(units, "_RUNNING", tmp_path)
    command = behind("sipforge-bot@english", ["python", "-m", "x"], 60)
    assert command[0] == "systemd-run"
    assert [part.removeprefix("--property=") for part in command if part.startswith("--property=")] == [
        "User=sipforge",
        "Group=sipforge",
        "Environment=HOME=/x OMP_WAIT_POLICY=PASSIVE",
        "Nice=19",
        "CPUWeight=idle",
        "OOMScoreAdjust=1000",
        "RuntimeMaxSec=60",
    ]
    assert command[-4:] == ["--", "python", "-m", "x"]
    assert (tmp_path / "asked").read_text().endswith(" sipforge-bot@english.service\n")
    monkeypatch.setattr(units, "_RUNNING", tmp_path / "none")
    assert behind("sipforge-bot@english", ["python"], 60) == ["nice", "-n", "19", "python"]


def test_no_systemd_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_systemctl(tmp_path, "echo 'System has not been booted with systemd' >&2; exit 1", monkeypatch)
    with pytest.raises(UnitsError, match="systemctl: System has not been booted with systemd"):
        show_units(["asterisk"])


def test_no_systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnitsError, match="systemctl"):
        show_units(["asterisk"])
