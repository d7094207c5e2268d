"""`sipforge group|menu|hours|trunk|codes`: what is declared and what was added here are told apart."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from tests.unit.cli.machine import MODULES, Machine

# pyst2 uses old names of the threading module.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")

USERS = [{"extension": 1001, "name": "Ange"}, {"extension": 1002, "name": "Jean"}]
ASSISTANT = """
[bots.english]
extension = "2000"
language = "english"
http_port = 8081
phrases = "/p"
knowledge = "/k"
"""
ADD: dict[str, tuple[str, ...]] = {
    "group": ("sales", "--extension", "4001", "--member", "1001", "--member", "1002", "--ring", "rotate"),
    "hours": ("office", "--open", "mon-fri 08:00-17:00", "--open", "sat 09:00-12:00", "--closed", "12-25"),
    "menu": (
        "main",
        "--extension",
        "5000",
        "--says",
        "english=Press 1.",
        "--key",
        "1=1001",
        "--key",
        "2=1002",
    ),
    "trunk": ("carrier", "--server", "192.0.2.9", "--number", "+250788100200=1001", "--calls", "4"),
    "codes": ("*55", "1001"),
}
"""Command → how one is added."""
KEPT: dict[str, tuple[str, dict[str, Any]]] = {
    "group": ("groups", {"extension": "4001", "members": ["1001", "1002"], "ring": "rotate", "seconds": 20}),
    "hours": ("hours", {"open": ["mon-fri 08:00-17:00", "sat 09:00-12:00"], "closed": ["12-25"]}),
    "menu": (
        "menus",
        {"extension": "5000", "says": {"english": "Press 1."}, "keys": {"1": "1001", "2": "1002"}},
    ),
    "trunk": (
        "trunks",
        {
            "server": "192.0.2.9",
            "transport": "udp",
            "numbers": {"+250788100200": "1001"},
            "number_format": "plus",
            "calls": 4,
        },
    ),
    "codes": ("codes", {"to": "1001"}),
}
"""Command → its section, and what is kept."""
every = pytest.mark.parametrize("command", ADD)


@pytest.fixture
def office(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """Two users and an assistant, whose voice is elsewhere."""
    machine.settings.write_text(machine.settings.read_text() + ASSISTANT)
    monkeypatch.setattr(Host, "speak_prompts", lambda host, assistants: None)
    machine.declare(users=USERS)
    machine.server.actions.clear()
    return machine


def own(machine: Machine, command: str) -> list[dict[str, Any]]:
    """What the list has."""
    listed = machine.json(command, "list")
    found: list[dict[str, Any]] = listed["own" if command == "codes" else KEPT[command][0]]
    return found


@every
def test_one_is_added_listed_shown_and_removed(office: Machine, command: str) -> None:
    name = ADD[command][0]
    added = office.json(command, "add", *ADD[command])
    assert (added["name"], added["applied"]) == (name, "now")
    assert office.reloads() in (["pbx_config.so"], ["res_pjsip.so", "pbx_config.so"], MODULES[1:])
    section, values = KEPT[command]
    kept = json.loads((office.folder / "office" / "host.json").read_text())["plan"]
    assert kept == {section: {name: values}}
    shown = office.json(command, "show", name)
    assert {key: shown[key] for key in values} == values
    assert shown["from"] == "host"
    (listed,) = own(office, command)
    assert (listed.get("name", listed.get("keys")), listed["from"]) == (name, "host")
    text = office.run(command, "list").stdout
    assert name in text
    assert "host" in text
    assert f"{name}   (from the host)\n" in office.run(command, "show", name).stdout
    assert "give --yes" in office.refused(command, "remove", name)
    assert office.json(command, "remove", name, "--yes")["applied"] == "now"
    assert own(office, command) == []
    assert f"sipforge {command} add --help" in office.run(command, "list").stdout


@every
def test_what_the_inventory_declares_is_told_apart_and_kept(office: Machine, command: str) -> None:
    section, values = KEPT[command]
    name = ADD[command][0]
    office.declare(users=USERS, **{section: {name: values}})
    assert [one["from"] for one in own(office, command)] == ["inventory"]
    before = office.state()
    assert f"{section}.{name}: is declared by the inventory already" in office.refused(
        command, "add", *ADD[command]
    )
    assert "take it out there and run the playbook" in office.refused(command, "remove", name, "--yes")
    assert office.state() == before


@every
def test_a_deployment_leaves_what_was_added_here(office: Machine, command: str) -> None:
    office.run(command, "add", *ADD[command])
    assert office.declare(users=USERS)["changed"] is False
    assert [one["from"] for one in own(office, command)] == ["host"]
    # The inventory has come to declare the same: told, and neither is lost.
    section, values = KEPT[command]
    declared = json.dumps({"users": USERS, section: {ADD[command][0]: values}})
    before = office.state()
    said = office.refused("apply", "--file", "-", stdin=declared)
    assert "the inventory declares it, and it was added on the host as well; remove one" in said
    assert office.state() == before


@every
def test_one_that_is_not_there_is_exit_code_1(office: Machine, command: str) -> None:
    for arguments in (("show", "x"), ("remove", "x", "--yes")):
        assert f"there is no {command} 'x'; see: sipforge {command} list" in office.refused(
            command, *arguments, code=1
        )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("group", "add", "Sales", *ADD["group"][1:]), "groups.Sales.name: 'Sales' must be small letters"),
        (
            ("group", "add", "a", "--extension", "4001", "--member", "1009"),
            "groups.a.members: 1009 is the ext",
        ),
        (("group", "add", "a", "--extension", "2000", "--member", "1001"), "2000 is that of the assistant"),
        (
            (*("group", "add", *ADD["group"]), "--seconds", "1"),
            "groups.sales.seconds: 1 is not from 5 to 300",
        ),
        ((*("group", "add", *ADD["group"]), "--ring", "some"), "ring: must be one of all, order, rotate"),
        ((*("group", "add", *ADD["group"]), "--otherwise", "4001"), "goes in a circle: 4001 → 4001"),
        (
            ("hours", "add", "a", "--open", "mon 25:00-26:00"),
            "hours.a.open: 'mon 25:00-26:00': there is no 25:00",
        ),
        (("hours", "add", "a", "--open", "mon 8:00-9:00", "--closed", "x"), "hours.a.closed: 'x' is no date"),
        ((*("menu", "add", *ADD["menu"]), "--key", "3"), "--key 3: write --key WHAT=WHERE"),
        (
            (*("menu", "add", *ADD["menu"]), "--key", "12=1001"),
            "menus.main.keys: '12' is no key of a telephone",
        ),
        (
            (*("menu", "add", *ADD["menu"]), "--hours", "x"),
            "menus.main.hours: there are no opening hours 'x'",
        ),
        ((*("menu", "add", *ADD["menu"]), "--says", "french=Un."), "there is no assistant 'french'"),
        (("trunk", "add", "a", "--server", "x y"), "trunks.a.server: 'x y' is no server"),
        (
            ("trunk", "add", "a", "--server", "x", "--transport", "ip"),
            "transport: must be one of udp, tcp, tls",
        ),
        (("trunk", "add", "a", "--server", "x", "--user", "u"), "trunks.a.secret: is missing"),
        (("trunk", "add", "a", "--server", "x", "--number", "+25078=1001"), "'+25078' must be a plus"),
        (("codes", "add", "55", "1001"), "must be a star and two to four digits"),
        (("codes", "add", "*78", "1001"), "begins like *78"),
        (("codes", "add", "*55", "6000"), "codes.*55.to: 6000 is the extension of nobody"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    office: Machine, arguments: tuple[str, ...], why: str
) -> None:
    before = office.state()
    assert why in office.refused(*arguments)
    assert office.state() == before
    assert office.server.actions == []


def test_what_others_go_by_is_not_removed(office: Machine) -> None:
    office.run("group", "add", *ADD["group"])
    office.run("codes", "add", "*55", "4001")
    assert "codes.*55.to: 4001 is the extension of nobody" in office.refused(
        "group", "remove", "sales", "--yes"
    )
    assert "groups.sales.members: 1001 is the" in office.refused("user", "remove", "1001", "--yes")
    assert [user["extension"] for user in office.stored()] == ["1001", "1002"]


def test_a_trunks_secret_is_read_from_stdin_and_never_shown(office: Machine) -> None:
    arguments = (
        "trunk",
        "add",
        "carrier",
        "--server",
        "192.0.2.9",
        "--user",
        "u",
        "--secret-stdin",
        "--register",
    )
    added = office.run(*arguments, stdin="hidden-word\n")
    assert added.exit_code == 0, added.output
    assert "\npassword=hidden-word\n" in office.text("pjsip_trunks")
    shown = (("list",), ("show", "carrier"), ("list", "--json"), ("show", "carrier", "--json"))
    outputs = [added.output, *(office.run("trunk", *command).output for command in shown)]
    assert "hidden-word" not in "".join(outputs)
    assert office.json("trunk", "show", "carrier")["secret"] == "(secret)"


def test_a_trunks_bad_secret_is_refused_and_not_told(office: Machine) -> None:
    arguments = ("trunk", "add", "carrier", "--server", "192.0.2.9", "--user", "u", "--secret-stdin")
    said = office.refused(*arguments, stdin="hidden;word\n")
    assert "trunks.carrier.secret: may hold no space, quote" in said
    assert "hidden" not in said


def test_trunks_are_listed_with_their_state(office: Machine) -> None:
    office.run("trunk", "add", *ADD["trunk"])
    assert [one["state"] for one in own(office, "trunk")] == ["unknown"]
    start = b"Response: Success\r\nEventList: start\r\nMessage: x\r\n\r\n"
    end = b"Event: Complete\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"
    endpoint = b"Event: EndpointList\r\nObjectName: trunk-carrier\r\nDeviceState: Not in use\r\n\r\n"
    office.server.answers["PJSIPShowEndpoints"] = start + endpoint + end
    office.server.answers["PJSIPShowRegistrationsOutbound"] = start + end
    assert [one["state"] for one in own(office, "trunk")] == ["reachable"]
    assert office.json("trunk", "show", "carrier")["state"] == "reachable"


def test_hours_say_whether_it_is_open_now(office: Machine) -> None:
    office.run("hours", "add", "always", "--open", "mon-sun 00:00-24:00")
    office.declare(users=USERS, hours={"never": {"open": []}})
    assert {one["name"]: one["state"] for one in own(office, "hours")} == {
        "always": "open now",
        "never": "closed now",
    }


def test_the_table_of_codes_is_printed_with_the_offices_own(office: Machine) -> None:
    office.run("codes", "add", "*55", "1001")
    for arguments in (("codes",), ("codes", "list")):
        text = office.run(*arguments).stdout
        for words in ("*97", "hear your messages", "##", "*55", "ring 1001"):
            assert words in text
    listed = office.json("codes", "list")
    assert {"keys": "*97", "does": "hear your messages", "during_call": False} in listed["codes"]
    assert listed["own"] == [{"keys": "*55", "does": "ring 1001", "from": "host"}]


def test_voices_that_cannot_speak_a_menu_are_told_and_tried_again(
    office: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(host: Host, assistants: Collection[str]) -> None:
        raise CliError("the menus' texts could not be spoken: no voice", Exit.UNREACHABLE)

    with monkeypatch.context() as patched:
        patched.setattr(Host, "speak_prompts", silent)
        assert "no voice" in office.refused("menu", "add", *ADD["menu"], code=3)
        assert office.json("menu", "show", "main")["from"] == "host"
    # The telephones do not wait for a voice.
    assert "pbx_config.so" in office.reloads()
    spoken: list[Collection[str]] = []
    monkeypatch.setattr(Host, "speak_prompts", lambda host, assistants: spoken.append(assistants))
    found = office.declare(users=USERS)
    assert (found["changed"], found["applied"], spoken) == (False, "now", [()])
