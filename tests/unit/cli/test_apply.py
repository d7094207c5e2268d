"""`sipforge apply`: the whole office at once, or nothing of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.machine import MODULES, Machine

# pyst2 uses old names of the threading module.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")

OFFICE: dict[str, Any] = {
    "users": [
        {"extension": 1001, "name": "Ange", "secret": "s3cret-1001-aaaa", "outside": "staff"},
        {"extension": 1002, "name": "Jean"},
    ],
    "groups": {"sales": {"extension": 4001, "members": [1001, 1002]}},
    "trunks": {"carrier": {"server": "192.0.2.9", "user": "u", "secret": "hidden-word", "default": 4001}},
    "outside": {"country": 250, "classes": {"staff": ["national"]}},
    "encryption": "off",
}


def other(**sections: Any) -> str:
    return json.dumps({**OFFICE, **sections})


def test_all_of_it_comes_and_a_second_time_changes_nothing(machine: Machine) -> None:
    first = machine.declare(**OFFICE)
    assert (first["changed"], first["applied"], len(first["files"])) == (True, "now", 7)
    assert machine.reloads() == MODULES
    for name, words in (
        ("pjsip_users", "password=s3cret-1001-aaaa"),
        ("pjsip_trunks", "password=hidden-word"),
        ("extensions_users", "exten => 4001,1,Gosub(sub-ringing,s,1)"),
        ("voicemail_users", "1002 => ,Jean"),
    ):
        assert words in machine.text(name)
    second = machine.declare(**OFFICE)
    assert (second["changed"], second["applied"], second["files"]) == (False, "nothing to do", [])
    assert machine.reloads() == MODULES


def test_what_is_no_longer_declared_is_gone_and_users_stay(machine: Machine) -> None:
    machine.declare(**OFFICE)
    machine.declare(users=[OFFICE["users"][0] | {"outside": ""}])
    assert machine.json("group", "list")["groups"] == []
    assert [user["extension"] for user in machine.stored()] == ["1001", "1002"]
    assert "4001" not in machine.text("extensions_users")


def test_only_the_modules_of_changed_files_read_theirs(machine: Machine) -> None:
    machine.declare(**OFFICE)
    machine.server.actions.clear()
    machine.declare(**{**OFFICE, "groups": {"sales": {"extension": 4001, "members": [1001]}}})
    assert machine.reloads() == ["pbx_config.so", "res_pjsip.so"]  # who picks up whose calls is the phones'
    machine.server.actions.clear()
    machine.declare(**{**OFFICE, "groups": {"sales": {"extension": 4001, "members": [1001], "seconds": 30}}})
    assert machine.reloads() == ["pbx_config.so"]


def test_check_writes_nothing_and_asks_nobody(machine: Machine) -> None:
    before = machine.state()
    found = machine.json("apply", "--check", "--file", "-", stdin=json.dumps(OFFICE))
    assert (found["changed"], found["applied"], len(found["files"])) == (True, "not written (check)", 7)
    assert machine.state() == before
    assert machine.server.actions == []
    text = machine.run("apply", "--check", "--file", "-", stdin=json.dumps(OFFICE)).stdout
    assert text.count("would change: ") == 7


def test_the_difference_is_shown_without_secrets(machine: Machine) -> None:
    first = machine.run("apply", "--diff", "--file", "-", stdin=json.dumps(OFFICE)).stdout
    assert "+password=(secret)" in first
    assert "+exten => 4001,1,Gosub(sub-ringing,s,1)" in first
    for secret in ("s3cret-1001", "hidden-word", machine.stored()[1]["secret"]):
        assert secret not in first
    users = [{**OFFICE["users"][0], "secret": "s3cret-1001-bbbb"}, OFFICE["users"][1]]
    changed = machine.json("apply", "--diff", "--file", "-", stdin=other(users=users))["diff"]
    assert changed == f"{machine.asterisk / 'sipforge_pjsip_users.conf'}: a secret differs"
    (machine.asterisk / "sipforge_pjsip_users.conf").chmod(0o600)
    assert "its mode or owner differs" in machine.run("apply", "--diff").stdout


@pytest.mark.parametrize(
    "line", ["password = d00r", " password=d00r", "password => d00r", "; password = d00r", "md5_cred=d00r"]
)
def test_nor_are_those_of_the_administrators_own_file(machine: Machine, line: str) -> None:
    local = machine.folder / "local"
    local.mkdir()
    (local / "pjsip.conf").write_text(f"[local-door](sipforge-auth)\n{line}\n")
    shown = machine.run("apply", "--diff").stdout
    assert "+[local-door](sipforge-auth)" in shown
    assert "d00r" not in shown


def test_without_a_file_the_office_is_brought_as_it_is_kept(machine: Machine) -> None:
    machine.declare(**OFFICE)
    path = machine.asterisk / "sipforge_extensions_users.conf"
    path.write_text("")
    assert machine.json("apply")["files"] == [str(path)]
    assert "exten => 4001" in path.read_text()
    text = machine.run("apply").stdout
    assert text == "applied: nothing to do.\n"


class TestTheAdministratorsOwnFile:
    @pytest.fixture
    def local(self, machine: Machine) -> Path:
        machine.declare(**OFFICE)
        (machine.folder / "local").mkdir()
        return machine.folder / "local" / "extensions.conf"

    def test_it_comes_with_the_rest(self, machine: Machine, local: Path) -> None:
        local.write_text("[local-office]\nexten => 55,1,Goto(inside,1001,1)\n")
        machine.server.actions.clear()
        machine.declare(**OFFICE)
        assert machine.text("local_extensions") == local.read_text()
        assert machine.reloads() == ["pbx_config.so"]

    def test_one_that_is_wrong_changes_nothing(self, machine: Machine, local: Path) -> None:
        local.write_text("[local-office]\nexten => 55,1,System(id)\n")
        before = machine.state()
        said = machine.refused("apply", "--file", "-", stdin=other(groups={}, trunks={}))
        assert f"{local}: line 2: " in said
        assert "runs a program on the server" in said
        assert machine.state() == before

    def test_other_commands_do_not_touch_it(self, machine: Machine, local: Path) -> None:
        local.write_text("nonsense")
        assert machine.json("user", "add", "1003", "--name", "A")["applied"] == "now"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is not JSON"),
        ("[]", "is not a JSON object"),
        ('{"users": {}}', "not a JSON list of users"),
        ('{"users": null}', "not a JSON list of users"),
        ('{"grops": {"a": {}}}', "grops: there is no such section"),
        ('{"groups": ["a"]}', "groups: must be names with what each stands for"),
        (
            other(groups={"sales": {"extension": 4001, "members": [1009]}}),
            "groups.sales.members: 1009 is the",
        ),
        (other(outside={}), "users.1001.outside: there is no class 'staff'"),
        (other(encryption="on"), "encryption: must be one of required, offered, off"),
        (
            other(trunks={"a": {"server": "x", "user": "u", "secret": "hidden word"}}),
            "trunks.a.secret: may hold",
        ),
    ],
)
def test_what_cannot_be_is_refused_whole(machine: Machine, text: str, why: str) -> None:
    machine.declare(**OFFICE)
    before = machine.state()
    said = machine.refused("apply", "--file", "-", stdin=text)
    assert why in said
    assert "hidden" not in said
    assert machine.state() == before
    assert machine.reloads() == MODULES


def test_a_file_that_cannot_be_read_is_named(machine: Machine, tmp_path: Path) -> None:
    assert "/nowhere: No such file" in machine.refused("apply", "--file", "/nowhere")
    (tmp_path / "office").write_bytes(b"\xff")
    assert "is not JSON" in machine.refused("apply", "--file", str(tmp_path / "office"))


def test_what_was_interrupted_before_asterisk_took_it_is_made_good(machine: Machine) -> None:
    machine.server.answers["Reload"] = b"Response: Error\r\nMessage: Permission denied\r\n\r\n"
    said = machine.refused("apply", "--file", "-", stdin=json.dumps(OFFICE), code=3)
    assert "it is saved, but Asterisk has not taken it; the next change tries again" in said
    machine.server.answers["Reload"] = b"Response: Success\r\n\r\n"
    machine.server.actions.clear()
    # Any command that changes something does.
    machine.run("user", "set", "1002", "--name", "Jean-Paul")
    assert machine.reloads() == MODULES


def test_what_was_interrupted_between_two_files_is_made_good(machine: Machine) -> None:
    """As a crash leaves it: saved, marked, one file written and others not."""
    machine.declare(**OFFICE)
    (machine.folder / "users.pending").write_text("pbx_config.so\nres_pjsip.so\n")
    (machine.asterisk / "sipforge_extensions_users.conf").write_text("; old\n")
    machine.server.actions.clear()
    assert machine.json("apply")["applied"] == "now"
    assert machine.reloads() == ["pbx_config.so", "res_pjsip.so"]
    assert not (machine.folder / "users.pending").exists()
    assert machine.json("apply")["applied"] == "nothing to do"
