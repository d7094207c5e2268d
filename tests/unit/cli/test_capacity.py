"""`sipforge capacity` as a program, with real engines, which the program of the assistant measures."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sipforge.infra.capacity import Measurement, measured_for, save_measurements
from sipforge.infra.settings.host import load_settings
from tests.models import REPOSITORY, model

SETTINGS = """
[bots.english]
extension = "2000"
language = "english"
http_port = 8081
phrases = "{phrases}/english.toml"
knowledge = "{knowledge}"
stt = {{ engine = "whisper", model = "{stt}" }}
# Without a key the service is left out, and espeak-ng speaks.
tts = {{ engines = ["openai", "espeak"], voice = "en-us" }}
{more}
"""
KNOWLEDGE = """
[[topics]]
id = "opening hours"
questions = ["What are your opening hours?", "When do you open?"]
answer = "We are open from eight to five."
"""


class Machine:
    """A host in a folder, without systemd."""

    def __init__(self, folder: Path) -> None:
        self.settings = folder / "etc/sipforge/sipforge.toml"
        self.kept = folder / "var/lib/sipforge/capacity.json"
        self._knowledge = folder / "english.toml"
        models, asterisk = folder / "var/lib/sipforge/models", folder / "etc/asterisk"
        for needed in (self.settings.parent, models, asterisk):
            needed.mkdir(parents=True)
        for name in ("whisper-base", "silero-vad"):
            (models / name).symlink_to(model(name))
        self._knowledge.write_text(KNOWLEDGE)
        (asterisk / "rtp.conf").write_text("[general]\nrtpstart = 10000\nrtpend = 10005\n")
        self.settings.write_text(self.described())

    def described(self, stt: str = "whisper-base", more: str = "") -> str:
        phrases = REPOSITORY / "roles/sipforge/files/phrases"
        return SETTINGS.format(phrases=phrases, knowledge=self._knowledge, stt=stt, more=more)

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "sipforge.cli", "--settings", str(self.settings), "capacity", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            check=False,
        )

    def json(self, *arguments: str, stdin: str = "", code: int = 0) -> dict[str, Any]:
        done = self.run("--json", *arguments, stdin=stdin)
        assert done.returncode == code, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    return Machine(tmp_path_factory.mktemp("host"))


@pytest.fixture(scope="module")
def measured(machine: Machine) -> subprocess.CompletedProcess[str]:
    assert machine.json("--check")["changed"]
    assert not machine.kept.exists()
    return machine.run("--json")


def test_real_turns_are_measured(machine: Machine, measured: subprocess.CompletedProcess[str]) -> None:
    assert measured.returncode == 0, measured.stderr
    report = json.loads(measured.stdout)
    english = report["assistants"]["english"]
    assert (report["changed"], report["problems"], report["max_calls"]) == (True, [], 20)
    assert 0.01 < english["turn_seconds"] < 30
    assert english["turns_a_second"] == round(report["cores"] / english["turn_seconds"], 1)
    # There are ports for three.
    assert (english["calls_borne"], english["max_calls"], english["source"]) == (3, 3, "measured")
    told = measured.stderr.splitlines()
    assert [line.partition(":")[0] for line in told] == ["english"] * 4
    assert all(line.endswith("2 of 2 answered") for line in told)


@pytest.mark.usefixtures("measured")
def test_what_is_known_is_not_measured_again(machine: Machine) -> None:
    before = machine.kept.stat().st_mtime_ns
    for arguments in ((), ("--check",)):
        assert not machine.json(*arguments)["changed"]
    shown = machine.run()
    assert "  english " in shown.stdout
    assert "measured" in shown.stdout
    assert shown.stderr == ""
    assert machine.kept.stat().st_mtime_ns == before


def test_check_says_that_the_ports_bear_fewer_calls_now(tmp_path: Path) -> None:
    known = Machine(tmp_path)
    settings = load_settings(known.settings)
    save_measurements(settings, {"english": Measurement(measured_for(settings, "english"), 0.1, 3)})
    assert not known.json("--check")["changed"]
    (tmp_path / "etc/asterisk/rtp.conf").write_text("[general]\nrtpstart = 10000\nrtpend = 10003\n")
    assert known.json("--check")["changed"]
    assert known.json()["assistants"]["english"]["calls_borne"] == 2
    assert not known.json("--check")["changed"]


@pytest.mark.usefixtures("measured")
@pytest.mark.parametrize(
    ("change", "changed"), [({"stt": "another"}, True), ({"more": "max_calls = 2"}, False), ({}, False)]
)
def test_settings_that_are_not_installed_yet_tell_what_will_be(
    machine: Machine, change: dict[str, str], changed: bool
) -> None:
    candidate = machine.described(**change)
    report = machine.json("--check", "--candidate", "/dev/stdin", stdin=candidate)
    assert report["changed"] is changed
    assert report["assistants"]["english"]["source"] == ("set" if "more" in change else "measured")


def test_an_assistant_that_cannot_be_measured_is_one_sentence_and_takes_ten(tmp_path: Path) -> None:
    broken = Machine(tmp_path)
    broken.settings.write_text(broken.described(stt="gone"))
    report = broken.json(code=1)
    assert report["changed"] is False
    assert report["assistants"]["english"]["max_calls"] == 10
    [problem] = report["problems"]
    assert problem.startswith("english could not be measured: ")
    assert "gone cannot be loaded" in problem
    assert not broken.kept.exists()


@pytest.mark.usefixtures("measured")
def test_what_does_not_hold_any_more_goes_with_a_failed_measurement(machine: Machine) -> None:
    before = machine.kept.read_text()
    machine.settings.write_text(machine.described(stt="gone"))
    try:
        report = machine.json(code=1)
        assert report["changed"] is True
        assert report["assistants"]["english"]["source"] == "default"
    finally:
        machine.settings.write_text(machine.described())
        machine.kept.write_text(before)


def test_candidate_is_for_check(machine: Machine) -> None:
    done = machine.run("--candidate", "/dev/stdin", stdin=machine.described())
    assert (done.returncode, "--check" in done.stderr) == (2, True)
