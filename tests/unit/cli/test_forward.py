"""`sipforge forward`: where users' calls go on, as Asterisk's database has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.ami_server import database
from tests.unit.cli.machine import Machine

# pyst2 uses old names of the threading module.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")

OFFICE: dict[str, Any] = {
    "users": [
        {"extension": 1001, "name": "Ange", "outside": "staff"},
        {"extension": 1002, "name": "Jean"},
        {"extension": 1003, "name": "Aline"},
    ],
    "groups": {"sales": {"extension": 4001, "members": [1001]}},
    "outside": {"country": 250, "premium": ["+250900"], "classes": {"staff": ["national"]}},
}


@pytest.fixture
def office(machine: Machine) -> Machine:
    machine.declare(**OFFICE)
    machine.server.actions.clear()
    return machine


def told(machine: Machine) -> list[tuple[str, ...]]:
    """What Asterisk was told to keep."""
    return [
        tuple(action.get(key, "") for key in ("Action", "Family", "Key", "Val"))
        for action in machine.server.actions
        if action["Action"] in ("DBPut", "DBDel")
    ]


@pytest.mark.parametrize(
    ("to", "kept"),
    [("1002", "1002"), ("4001", "4001"), ("+250 788-123 456", "+250788123456"), ("0788123456", "0788123456")],
)
def test_it_is_kept_in_asterisks_database(office: Machine, to: str, kept: str) -> None:
    added = office.json("forward", "add", "1001", to, "--when", "no-answer")
    assert added == {"extension": "1001", "when": "no-answer", "to": kept}
    assert told(office) == [("DBPut", "forward-no-answer", "1001", kept)]
    lamp = [action for action in office.server.actions if action["Action"] == "Setvar"]
    assert [one["Variable"] for one in lamp] == ["DEVICE_STATE(Custom:FORWARD1001)"]


@pytest.mark.parametrize(
    ("extension", "to", "why"),
    [
        ("1009", "1002", "1009: is the extension of no user"),
        ("4001", "1002", "4001: is the extension of no user"),
        ("1001", "1001", "1001: calls cannot go on to where they come from"),
        ("1001", "1009", "1009: is the extension of nobody, and no number outside"),
        ("1001", "112", "112: is the extension of nobody, and no number outside"),
        ("1001", "*97", "*97: is the extension of nobody, and no number outside"),
        ("1001", "0788123456;x", "is the extension of nobody, and no number outside"),
        ("1001", "+256700123456", "+256700123456: 1001 may not ring it (staff)"),
        ("1001", "0900123456", "0900123456: 1001 may not ring it (staff)"),
        ("1002", "0788123456", "0788123456: 1002 may not ring it (no class)"),
        ("1001", "1002", "1001: calls would go in a circle: 1001 → 1002 → 1003 → 1001"),
    ],
)
def test_what_may_not_be_is_refused(office: Machine, extension: str, to: str, why: str) -> None:
    office.server.answers["DBGetTree forward-always"] = database(
        "forward-always", {"1002": "1003", "1003": "1001"}
    )
    assert why in office.refused("forward", "add", extension, to)
    assert told(office) == []


def test_others_circles_stop_nobody(office: Machine) -> None:
    office.server.answers["DBGetTree forward-always"] = database(
        "forward-always", {"1002": "1003", "1003": "1002"}
    )
    assert office.json("forward", "add", "1001", "1002")["to"] == "1002"


def test_they_are_listed_and_shown(office: Machine) -> None:
    office.server.answers["DBGetTree forward-busy"] = database("forward-busy", {"1001": "1002"})
    office.server.answers["DBGetTree dnd"] = database("dnd", {"1003": "1"})
    assert office.json("forward", "list") == {
        "forwards": [{"extension": "1001", "when": "busy", "to": "1002"}],
        "do_not_disturb": ["1003"],
    }
    text = office.run("forward", "list").stdout
    assert "1001       busy            1002" in text
    assert "1003       do not disturb" in text
    assert office.json("forward", "show", "1001") == {
        "extension": "1001",
        "always": "",
        "busy": "1002",
        "no-answer": "",
        "do_not_disturb": False,
    }
    assert "always: not forwarded\nbusy: 1002\n" in office.run("forward", "show", "1001").stdout


def test_one_is_removed(office: Machine) -> None:
    office.server.answers["DBGetTree forward-busy"] = database("forward-busy", {"1001": "1002"})
    office.run("forward", "remove", "1001", "--when", "busy")
    assert told(office) == [("DBDel", "forward-busy", "1001", "")]
    said = office.refused("forward", "remove", "1001", code=1)
    assert "calls of 1001 are not forwarded (always)" in said


def test_without_asterisk_it_says_so(office: Machine) -> None:
    office.server.close()
    for arguments in (("list",), ("show", "1001"), ("add", "1001", "1002"), ("remove", "1001")):
        assert "Asterisk does not answer" in office.refused("forward", *arguments, code=3)
    assert json.loads(office.run("group", "list", "--json").stdout)["groups"]
