"""`sipforge models fetch` as a program, against a hub on this machine."""

from __future__ import annotations

import json
import os
import pty
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.standin.hub import COMMIT, Hub, serve, sha256
from tests.unit.cli.models_host import BIG, LOOSE, PINNED, SMALL, Machine

BLOCK = 256 << 10


@pytest.fixture
def hub() -> Iterator[Hub]:
    with serve() as running:
        yield running


@pytest.fixture
def machine(tmp_path: Path, hub: Hub) -> Machine:
    return Machine(tmp_path, hub)


def left(machine: Machine) -> list[str]:
    return sorted(path.name for path in machine.models.iterdir())


def test_a_pinned_model(machine: Machine) -> None:
    done = machine.fetch("fresh")
    assert (done.returncode, done.stdout) == (
        0,
        f"fresh: hub {PINNED}@v1; its files are those of the manifest\n",
    )
    assert (machine.models / "fresh" / "model.bin").read_bytes() == BIG
    assert (machine.models / "fresh" / "sub" / "config.json").read_bytes() == SMALL
    assert "fresh: 2.1 of 2.1 MB (100 %)" in done.stderr.splitlines()
    assert left(machine) == ["fresh"]
    asked = len(machine.hub.asked)
    again = machine.fetch("fresh")
    assert again.stdout == "fresh: was here\n"
    assert len(machine.hub.asked) == asked


def test_a_model_without_checksums_is_locked_at_the_hubs_commit(machine: Machine) -> None:
    told = machine.json("fetch", "loose", "--hub", machine.hub.url)
    assert told == {
        "name": "loose",
        "source": f"{LOOSE} at {COMMIT}",
        "checked_against": "hub",
        "state": "installed",
    }
    lock = json.loads((machine.models / "loose" / "lock.json").read_text())
    assert (lock["id"], lock["revision"], lock["commit"], lock["checked"]) == (LOOSE, "main", COMMIT, "hub")
    assert lock["files"] == [
        {"path": "config.json", "size_bytes": len(SMALL), "sha256": sha256(SMALL)},
        {"path": "pytorch_model.bin", "size_bytes": len(BIG), "sha256": sha256(BIG)},
    ]
    # Every file is of the one commit, however long it takes, and nothing unwanted is asked for.
    paths = [asked.path for asked in machine.hub.asked if "/resolve/" in asked.path]
    assert paths == [f"/{LOOSE}/resolve/{COMMIT}/{name}" for name in ("config.json", "pytorch_model.bin")]
    shown = machine.fetch("loose")
    assert shown.stdout == "loose: was here\n"


def test_what_breaks_off_goes_on_in_the_same_run(machine: Machine) -> None:
    machine.hub.faults.cut_after, machine.hub.faults.cut_times = 3 * BLOCK, 2
    assert machine.fetch("fresh").returncode == 0
    assert machine.hub.ranges() == ["", f"bytes={3 * BLOCK}-", f"bytes={6 * BLOCK}-"]
    assert (machine.models / "fresh" / "model.bin").read_bytes() == BIG


@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_what_is_interrupted_goes_on_in_the_next_run(machine: Machine, signal_number: signal.Signals) -> None:
    machine.hub.faults.stall_after = 4 * BLOCK
    running = subprocess.Popen(
        machine.command("fetch", "fresh", "--hub", machine.hub.url),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=machine.environment,
    )
    assert running.stderr is not None
    for line in running.stderr:
        if "(40 %)" in line:  # the fourth of eight blocks is written
            break
    assert machine.hub.stalled.wait(10)
    running.send_signal(signal_number)
    _, said = running.communicate(timeout=20)
    part = machine.models / ".fresh.part" / "model.bin.part"
    assert part.stat().st_size == 4 * BLOCK
    if signal_number is signal.SIGINT:
        assert running.returncode == 1
        assert "what was fetched is kept, and sipforge models fetch fresh goes on from there" in said
    machine.hub.faults.stall_after = 0
    assert machine.fetch("fresh").returncode == 0
    assert machine.hub.ranges() == ["", f"bytes={4 * BLOCK}-"]
    assert [asked.if_range for asked in machine.hub.asked if asked.range] == [f'"{sha256(BIG)}"'] * 2
    assert (machine.models / "fresh" / "model.bin").read_bytes() == BIG
    assert left(machine) == ["fresh"]


def test_a_file_that_changed_meanwhile_is_not_glued(machine: Machine) -> None:
    gathered = machine.models / ".loose.part"
    gathered.mkdir()
    (gathered / "pytorch_model.bin.part").write_bytes(b"x" * BLOCK)
    (gathered / "pytorch_model.bin.part.etag").write_text('"of another file"')
    assert machine.fetch("loose").returncode == 0
    assert machine.hub.ranges() == [f"bytes={BLOCK}-"]
    assert machine.hub.asked[-1].if_range == '"of another file"'
    assert (machine.models / "loose" / "pytorch_model.bin").read_bytes() == BIG


def test_a_part_that_nobody_knows_of_is_fetched_anew(machine: Machine) -> None:
    gathered = machine.models / ".loose.part"
    gathered.mkdir()
    (gathered / "pytorch_model.bin.part").write_bytes(b"x" * BLOCK)
    assert machine.fetch("loose").returncode == 0
    assert machine.hub.ranges() == [""]
    assert (machine.models / "loose" / "pytorch_model.bin").read_bytes() == BIG


def test_a_hub_that_knows_no_ranges(machine: Machine) -> None:
    machine.hub.faults.no_ranges = True
    machine.hub.faults.cut_after, machine.hub.faults.cut_times = BLOCK, 1
    assert machine.fetch("fresh").returncode == 0
    assert (machine.models / "fresh" / "model.bin").read_bytes() == BIG


def test_a_connection_that_always_breaks_is_given_up_and_kept(machine: Machine) -> None:
    machine.hub.faults.no_ranges = True
    machine.hub.faults.cut_after, machine.hub.faults.cut_times = BLOCK, 99
    done = machine.fetch("fresh")
    assert done.returncode == 1
    assert f"broke off at {BLOCK} of {len(BIG)} bytes" in done.stderr
    assert "run it again, and it goes on from there" in done.stderr
    assert machine.state("fresh") == "no"


@pytest.mark.parametrize("name", ["fresh", "loose"])
def test_a_wrong_checksum_is_refused_and_removed(machine: Machine, name: str) -> None:
    machine.hub.faults.tampered = True
    done = machine.fetch(name)
    assert done.returncode == 1
    assert "has the wrong sha256 checksum" in done.stderr
    assert "refused and removed" in done.stderr
    found = [path for path in machine.models.rglob("*") if path.is_file() and path.stat().st_size > 1000]
    assert found == []
    machine.hub.faults.tampered = False
    assert machine.fetch(name).returncode == 0


def test_a_small_file_is_compared_too(machine: Machine) -> None:
    """It has git's blob id, not a SHA-256."""
    repository = machine.hub.repositories[LOOSE]
    machine.fetch("loose")
    shutil.rmtree(machine.models / "loose")
    gathered = machine.models / ".loose.part"
    gathered.mkdir()
    (gathered / "config.json").write_bytes(b'{"a": 2}')
    machine.hub.asked.clear()
    assert machine.fetch("loose").returncode == 0
    assert (machine.models / "loose" / "config.json").read_bytes() == repository.files["config.json"]


def test_what_the_hub_announces_as_another_file_is_not_fetched(machine: Machine) -> None:
    machine.hub.faults.other_linked = True
    done = machine.fetch("fresh")
    assert done.returncode == 1
    assert "is not the file it should be: the hub says its sha256 is" in done.stderr


def test_a_file_that_goes_on_after_its_end_is_refused(machine: Machine) -> None:
    machine.hub.faults.too_long = True
    done = machine.fetch("fresh")
    assert done.returncode == 1
    assert "longer than it should be" in done.stderr
    assert machine.state("fresh") == "no"


def test_a_busy_hub_is_asked_again(machine: Machine) -> None:
    machine.hub.faults.status, machine.hub.faults.status_times = 503, 1
    assert machine.fetch("fresh").returncode == 0


def test_a_hub_that_stays_busy(machine: Machine) -> None:
    machine.hub.faults.status, machine.hub.faults.status_times = 503, 99
    done = machine.fetch("fresh")
    assert done.returncode == 1
    assert "answered 503: try again later" in done.stderr


def test_a_login_is_said(machine: Machine) -> None:
    del machine.hub.repositories[LOOSE]
    done = machine.fetch("loose")
    assert done.returncode == 1
    assert "answered 401" in done.stderr


@pytest.mark.parametrize("name", ["fresh", "loose"])
def test_no_network(machine: Machine, name: str) -> None:
    done = machine.run("fetch", name, "--hub", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert "127.0.0.1:9 cannot be reached" in done.stderr
    assert "give that with --from" in done.stderr
    assert "Traceback" not in done.stderr
    assert left(machine) == []


def test_a_disk_too_small_is_said_before(machine: Machine) -> None:
    done = machine.fetch("too-big")
    assert done.returncode == 1
    assert "GB free, and too-big needs 1000000.00 GB" in done.stderr
    assert "free some space" in done.stderr
    assert machine.hub.asked == []


def test_the_hubs_own_sizes_count_not_the_estimate(machine: Machine) -> None:
    assert machine.fetch("huge").returncode == 0


def test_a_disk_that_becomes_full(machine: Machine) -> None:
    gathered = machine.models / ".fresh.part"
    gathered.mkdir()
    (gathered / "model.bin.part").symlink_to("/dev/full")
    done = machine.fetch("fresh")
    assert done.returncode == 1
    assert f"The disk of {machine.models} is full" in done.stderr
    assert "free some space and run it again" in done.stderr
    assert "Traceback" not in done.stderr
    (gathered / "model.bin.part").unlink()
    assert machine.fetch("fresh").returncode == 0


def test_a_quota_keeps_what_was_fetched(machine: Machine) -> None:
    """`ulimit -f` counts in KiB: the fifth block does not fit."""
    done = machine.fetch("fresh", limit="ulimit -f 1024")
    assert done.returncode == 1
    assert "is full: what was fetched so far is kept" in done.stderr
    kept = (machine.models / ".fresh.part" / "model.bin.part").stat().st_size
    assert kept == 1024 * 1024
    assert machine.fetch("fresh").returncode == 0
    assert machine.hub.ranges()[-1] == f"bytes={kept}-"


def test_two_at_once_do_not_mix(machine: Machine) -> None:
    machine.hub.faults.stall_after = BLOCK
    first = subprocess.Popen(
        machine.command("fetch", "fresh", "--hub", machine.hub.url),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=machine.environment,
    )
    assert machine.hub.stalled.wait(20)
    second = machine.fetch("fresh")
    first.kill()
    first.wait()
    assert second.returncode == 1
    assert "is being fetched by another command" in second.stderr


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("nc", "The licence of nc (CC-BY-NC-4.0) forbids commercial use."),
        ("untold", "The licence of untold (unknown) is not stated by its publisher."),
    ],
)
def test_a_licence_that_forbids_or_says_nothing_is_asked_for(machine: Machine, name: str, why: str) -> None:
    done = machine.fetch(name)
    assert done.returncode == 2
    assert why in done.stderr
    assert "--accept-licence" in done.stderr
    assert machine.hub.asked == []
    assert machine.fetch(name, "--accept-licence").returncode == 0


@pytest.mark.parametrize(("typed", "state"), [(b"n\n", "no"), (b"y\n", "installed")])
def test_the_licence_question_on_a_terminal(machine: Machine, typed: bytes, state: str) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, typed)
    done = subprocess.run(
        machine.command("fetch", "nc", "--hub", machine.hub.url),
        stdin=theirs,
        capture_output=True,
        text=True,
        env=machine.environment,
        check=False,
    )
    os.close(theirs)
    os.close(ours)
    assert "forbids commercial use. Fetch it? [y/N]:" in done.stderr
    assert machine.state("nc") == state


def test_a_terminal_gets_a_bar(machine: Machine) -> None:
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        machine.command("fetch", "fresh", "--hub", machine.hub.url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**machine.environment, "TERM": "xterm-256color", "COLUMNS": "100"},
    )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:
        pass  # how a terminal ends whose other side was closed
    os.close(ours)
    assert running.wait(timeout=20) == 0
    assert "━" in shown.decode()
    assert "MB" in shown.decode()


def test_from_a_folder(machine: Machine, tmp_path: Path) -> None:
    given = tmp_path / "usb"
    shutil.copytree(machine.put("base"), given / "fresh")
    done = machine.run("fetch", "fresh", "--from", str(given))
    assert (done.returncode, done.stdout) == (0, "fresh: folder; its files are those of the manifest\n")
    shutil.rmtree(machine.models / "fresh")
    assert machine.run("fetch", "fresh", "--from", str(given / "fresh")).returncode == 0
    (given / "fresh" / "model.bin").write_bytes(BIG[::-1])
    shutil.rmtree(machine.models / "fresh")
    wrong = machine.run("fetch", "fresh", "--from", str(given))
    assert wrong.returncode == 1
    assert "model.bin has the wrong sha256" in wrong.stderr
    missing = machine.run("fetch", "fresh", "--from", str(tmp_path / "nowhere"))
    assert missing.returncode == 1
    assert "No such file" in missing.stderr
    assert machine.hub.asked == []


def test_from_another_sipforge(machine: Machine, tmp_path: Path) -> None:
    machine.fetch("loose")
    usb = tmp_path / "usb"
    shutil.copytree(machine.models / "loose", usb / "loose")
    shutil.rmtree(machine.models / "loose")
    told = machine.json("fetch", "loose", "--from", str(usb))
    assert (told["checked_against"], told["state"]) == ("hub", "installed")
    shutil.rmtree(machine.models / "loose")
    (usb / "loose" / "config.json").write_bytes(b'{"a": 2}')
    wrong = machine.run("fetch", "loose", "--from", str(usb))
    assert wrong.returncode == 1
    assert "config.json has the wrong sha256" in wrong.stderr
    (usb / "loose" / "lock.json").unlink()
    unlocked = machine.run("fetch", "loose", "--from", str(usb))
    assert unlocked.returncode == 0
    assert "there was nothing to compare its files with" in unlocked.stdout
    assert json.loads((machine.models / "loose" / "lock.json").read_text())["checked"] == "nothing"


def test_a_folder_without_the_model(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    done = machine.run("fetch", "loose", "--from", str(tmp_path / "usb"))
    assert done.returncode == 1
    assert "cannot be loose: it has no file config.json" in done.stderr


def test_what_there_is_nothing_to_fetch_of(machine: Machine) -> None:
    assert machine.fetch("nonsense").returncode == 1
    built = machine.fetch("espeak-rw")
    assert built.returncode == 2
    assert "the playbook builds it" in built.stderr
