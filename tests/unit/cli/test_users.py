import json
import stat
from pathlib import Path

import pytest

from tests.unit.ami_server import ONE_CONTACT
from tests.unit.cli.machine import MODULES, Machine

# pyst2 uses old names of the threading module.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")


def test_add_saves_renders_reloads_and_tells_how_to_register(machine: Machine) -> None:
    result = machine.run("user", "add", "1001", "--name", "Ange Uwase")
    assert result.exit_code == 0
    (user,) = machine.stored()
    assert (user["extension"], user["name"]) == ("1001", "Ange Uwase")
    assert len(user["secret"]) >= 20
    assert stat.S_IMODE((machine.folder / "users.json").stat().st_mode) == 0o600
    pjsip = (machine.asterisk / "sipforge_pjsip_users.conf").read_text()
    assert f"password={user['secret']}" in pjsip
    assert machine.reloads() == MODULES
    assert "User 1001 (Ange Uwase) is added; applied: now." in result.stdout
    for word in ("Server / domain:", "1001", user["secret"], "port 5060"):
        assert word in result.stdout


def test_add_with_a_secret_from_stdin_does_not_print_it(machine: Machine) -> None:
    result = machine.run(
        "user", "add", "1001", "--name", "Ange", "--secret-stdin", stdin="given-given-given\n"
    )
    assert result.exit_code == 0
    assert machine.stored()[0]["secret"] == "given-given-given"
    assert "given-given-given" not in result.output


def test_two_users_have_two_secrets(machine: Machine) -> None:
    secrets = {
        machine.json("user", "add", extension, "--name", "A")["secret"] for extension in ("1001", "1002")
    }
    assert len(secrets) == 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("1001", "--name", "B"), "extension 1001 is taken"),
        (("2000", "--name", "B"), "must be a number from 1000 to 1999"),
        (("1002", "--name", "B;"), "';' is not allowed"),
        (("1002",), "--name"),
    ],
)
def test_a_wrong_user_is_refused_and_nothing_changes(
    machine: Machine, arguments: tuple[str, ...], why: str
) -> None:
    machine.run("user", "add", "1001", "--name", "A")
    before = (machine.folder / "users.json").read_bytes()
    result = machine.run("user", "add", *arguments)
    assert result.exit_code == 2
    assert why in result.stderr
    assert (machine.folder / "users.json").read_bytes() == before
    assert machine.reloads() == MODULES


def test_a_short_secret_is_refused_and_not_told(machine: Machine) -> None:
    result = machine.run("user", "add", "1001", "--name", "A", "--secret-stdin", stdin="short-one\n")
    assert result.exit_code == 2
    assert "12 to 128" in result.stderr
    assert "short-one" not in result.output


def test_apply_is_idempotent(machine: Machine) -> None:
    users = [
        {"extension": 1001, "name": "Ange", "secret": "s3cret-1001-aaaa"},
        {"extension": "1002", "name": "J"},
    ]
    first = machine.apply(users)
    assert (first["changed"], first["added"], first["updated"], first["unchanged"]) == (
        True,
        ["1001", "1002"],
        [],
        [],
    )
    assert first["applied"] == "now"
    secret = machine.stored()[1]["secret"]
    second = machine.apply(users)
    assert (second["changed"], second["added"], second["updated"], second["unchanged"]) == (
        False,
        [],
        [],
        ["1001", "1002"],
    )
    assert second["files"] == []
    assert machine.stored()[1]["secret"] == secret
    assert machine.reloads() == MODULES


def test_apply_updates_a_name_and_removes_nobody(machine: Machine) -> None:
    machine.apply([{"extension": 1001, "name": "Ange"}, {"extension": 1002, "name": "J"}])
    found = machine.apply([{"extension": 1002, "name": "Jean"}])
    assert (found["added"], found["updated"]) == ([], ["1002"])
    assert [user["name"] for user in machine.stored()] == ["Ange", "Jean"]


def test_apply_check_changes_nothing(machine: Machine) -> None:
    found = machine.apply([{"extension": 1001, "name": "Ange"}], "--check")
    assert (found["changed"], found["added"]) == (True, ["1001"])
    assert sorted(path.name for path in machine.folder.iterdir()) == [
        "credentials",
        "sipforge.toml",
    ]
    assert list(machine.asterisk.iterdir()) == []
    assert machine.server.actions == []


def test_apply_of_an_empty_list_makes_the_files(machine: Machine) -> None:
    assert machine.apply([])["changed"] is True
    assert len(list(machine.asterisk.iterdir())) == 4
    assert machine.apply([])["changed"] is False


def test_apply_restores_a_file_that_another_hand_changed(machine: Machine) -> None:
    machine.apply([{"extension": 1001, "name": "Ange"}])
    path = machine.asterisk / "sipforge_voicemail_users.conf"
    path.write_text("")
    found = machine.apply([{"extension": 1001, "name": "Ange"}])
    assert (found["changed"], found["updated"], found["files"]) == (True, [], [str(path)])
    assert "1001 => ,Ange" in path.read_text()


@pytest.mark.parametrize("credential", [True, False])
def test_apply_without_asterisk_is_for_its_start(machine: Machine, credential: bool) -> None:
    machine.server.close()
    if not credential:
        (machine.folder / "credentials" / "ami-cli").unlink()
    assert machine.apply([{"extension": 1001, "name": "Ange"}])["applied"] == "when Asterisk starts"
    assert machine.apply([{"extension": 1001, "name": "Ange"}])["changed"] is False


def test_what_asterisk_did_not_take_is_tried_again(machine: Machine) -> None:
    machine.server.answers["Reload"] = b"Response: Error\r\nMessage: Permission denied\r\n\r\n"
    users = json.dumps([{"extension": 1001, "name": "Ange"}])
    failed = machine.run("user", "apply", "--file", "-", stdin=users)
    assert failed.exit_code == 3
    assert "it is saved, but Asterisk has not taken it; the next change tries again" in failed.stderr
    machine.server.answers["Reload"] = b"Response: Success\r\n\r\n"
    found = machine.apply([{"extension": 1001, "name": "Ange"}])
    assert (found["changed"], found["applied"]) == (False, "now")


def test_apply_names_the_place_of_a_mistake(machine: Machine, tmp_path: Path) -> None:
    path = tmp_path / "users"
    path.write_text('[{"extension": 1001, "name": "A"}, {"extension": 3000, "name": "B"}]')
    result = machine.run("user", "apply", "--file", str(path))
    assert result.exit_code == 2
    assert "users[1]: extension '3000': must be a number from 1000 to 1999" in result.stderr
    assert not (machine.folder / "users.json").exists()


@pytest.mark.parametrize(
    ("file", "stdin", "why"), [("/nowhere", None, "No such file"), ("-", "x" * 4194305, "larger")]
)
def test_apply_of_a_list_that_cannot_be_read(
    machine: Machine, file: str, stdin: str | None, why: str
) -> None:
    result = machine.run("user", "apply", "--file", file, stdin=stdin)
    assert (result.exit_code, why in result.stderr) == (2, True)


def test_list_and_show_with_registrations(machine: Machine) -> None:
    machine.apply([{"extension": 1001, "name": "Ange É."}, {"extension": 1002, "name": "Jean"}])
    machine.server.answers["PJSIPShowRegistrationInboundContactStatuses"] = ONE_CONTACT
    assert machine.run("user", "list").stdout == (
        "Users\n"
        "  Extension  Name     Telephone\n"
        "  1001       Ange É.  registered\n"
        "  1002       Jean     not registered\n"
    )
    shown = machine.json("user", "show", "1001")
    assert shown["registered"] is True
    assert shown["contacts"] == [
        {"address": "127.0.0.1:5090", "status": "NonQualified", "user_agent": "baresip v1.0.0 (x86_64/linux)"}
    ]
    assert "secret" not in shown
    assert [user["registered"] for user in machine.json("user", "list")["users"]] == [True, False]


def test_a_secret_is_shown_only_if_asked_for(machine: Machine) -> None:
    machine.apply([{"extension": 1001, "name": "Ange", "secret": "s3cret-1001-aaaa"}])
    assert "s3cret-1001" not in machine.run("user", "show", "1001").output
    assert "s3cret-1001-aaaa" in machine.run("user", "show", "1001", "--secret").stdout
    assert machine.json("user", "show", "1001", "--secret")["secret"] == "s3cret-1001-aaaa"
    assert "s3cret-1001" not in machine.run("user", "list", "--json").output


def test_list_without_asterisk_says_what_is_unknown(machine: Machine) -> None:
    machine.apply([{"extension": 1001, "name": "Ange"}])
    machine.server.close()
    result = machine.run("user", "list")
    assert result.exit_code == 0
    assert "1001       Ange  unknown" in result.stdout
    assert "registrations are unknown: Asterisk does not answer" in result.stderr


def test_remove(machine: Machine) -> None:
    machine.apply([{"extension": 1001, "name": "Ange"}, {"extension": 1002, "name": "Jean"}])
    asked = machine.run("user", "remove", "1001")
    assert (asked.exit_code, "--yes" in asked.stderr) == (2, True)
    removed = machine.run("user", "remove", "1001", "--yes")
    assert removed.exit_code == 0
    assert [user["extension"] for user in machine.stored()] == ["1002"]
    assert "1001" not in (machine.asterisk / "sipforge_pjsip_users.conf").read_text()
    assert machine.reloads() == MODULES * 2


@pytest.mark.parametrize("command", [("show", "1001"), ("remove", "1001", "--yes")])
def test_a_user_who_is_not_there_is_exit_code_1(machine: Machine, command: tuple[str, ...]) -> None:
    result = machine.run("user", *command)
    assert result.exit_code == 1
    assert "there is no user '1001'" in result.stderr


def test_a_damaged_store_is_not_written_over(machine: Machine) -> None:
    (machine.folder / "users.json").write_text("{")
    result = machine.run("user", "add", "1001", "--name", "A")
    assert (result.exit_code, "users.json: is damaged" in result.stderr) == (3, True)
    assert (machine.folder / "users.json").read_text() == "{"


def test_json_may_stand_before_the_command_too(machine: Machine) -> None:
    users = json.dumps([{"extension": 1001, "name": "Ange"}])
    result = machine.run("--json", "user", "apply", "--file", "-", stdin=users)
    assert json.loads(result.stdout)["added"] == ["1001"]


class TestSet:
    def test_what_is_given_changes_and_the_rest_stays(self, machine: Machine) -> None:
        machine.apply([{"extension": 1001, "name": "Ange", "secret": "s3cret-1001-aaaa"}])
        set_ = machine.json(
            "user", "set", "1001", "--email", "ange@office.example", "--encryption", "required"
        )
        assert set_["applied"] == "now"
        assert machine.stored() == [
            {
                "extension": "1001",
                "name": "Ange",
                "secret": "s3cret-1001-aaaa",
                "email": "ange@office.example",
                "encryption": "required",
            }
        ]
        assert "1001 => ,Ange,ange@office.example\n" in machine.text("voicemail_users")
        machine.run("user", "set", "1001", "--email", "", "--name", "Ange Uwase")
        shown = machine.json("user", "show", "1001")
        assert (shown["name"], shown["email"], shown["encryption"]) == ("Ange Uwase", "", "required")

    @pytest.mark.parametrize(
        ("arguments", "why", "code"),
        [
            (("1001",), "nothing to change", 2),
            (("1002", "--name", "B"), "there is no user '1002'", 1),
            (("1001", "--name", "B;"), "';' is not allowed", 2),
            (("1001", "--email", "a;b@x.yz"), "email of 1001", 2),
            (("1001", "--outside", "A B"), "no name of a class", 2),
            (("1001", "--outside", "wide"), "users.1001.outside: there is no class 'wide'", 2),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_changes(
        self, machine: Machine, arguments: tuple[str, ...], why: str, code: int
    ) -> None:
        machine.apply([{"extension": 1001, "name": "Ange"}])
        before = machine.state()
        assert why in machine.refused("user", "set", *arguments, code=code)
        assert machine.state() == before

    def test_a_new_user_may_have_all_of_it(self, machine: Machine) -> None:
        options = ("--email", "b@office.example", "--encryption", "off")
        machine.run("user", "add", "1002", "--name", "B", *options)
        (user,) = machine.stored()
        assert (user["email"], user["encryption"]) == ("b@office.example", "off")
