"""What the office is like in these tests: its numbers, who may ring outside, a group, a menu."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.calls.telephones import ABSENT, CALLER, COLLEAGUE
from tests.outside_numbers import RULES
from tests.phones.appliance import Appliance
from tests.phones.carrier import Account

TRUNK, SECRET = "carrier", "a-word-of-the-carrier"
TO_USER, TO_GROUP, TO_MENU, TO_ASSISTANT, TO_DESK, TO_ANYBODY = (
    "+250788100200",
    "+250788100210",
    "+250788100220",
    "+250788100230",
    "+250788100240",
    "+250788100299",
)
"""The office's numbers; the last is not named by any rule."""
ACCOUNT = Account("office", SECRET, (TO_USER, TO_GROUP, TO_MENU, TO_ASSISTANT, TO_DESK, TO_ANYBODY))
KNOWN = Account("known", numbers=("+250788100800",))
"""The same office at the carrier, by its address."""
CUSTOMER, FRIEND = "+250788555010", "+250788555020"
"""People with telephones outside."""
CUSTOMER_DIALLED, FRIEND_DIALLED = "0788555010", "0788555020"
"""The same, as they are dialled in the office."""
GROUP, MENU = "4001", "5001"
MENU_SAYS = "Welcome. For sales, press one. For accounts, press two."
DESTINATIONS = {TO_USER: COLLEAGUE, TO_GROUP: GROUP, TO_MENU: MENU, TO_ASSISTANT: "3000", TO_DESK: "9000"}
CLASSES = {CALLER: "local", COLLEAGUE: "", ABSENT: "all"}
"""User → whom that user may ring outside."""
MANY = 1000


class Arranged:
    """The office's description, changed for the tests."""

    def __init__(self, host: Appliance) -> None:
        self._host = host
        kept = host.shell("cat /etc/sipforge/office/declared.json 2>/dev/null || true").strip()
        self._declared: dict[str, Any] = json.loads(kept)["plan"] if kept else {}
        self._users = {user["extension"]: user for user in self._listed("user", "users")}

    def apply(self, users: Mapping[str, str] = CLASSES, **outside: object) -> None:
        """Declare it.

        Args:
            users: extension → class.
            outside: other values of the section `outside`.
        """
        rules = {**RULES, "calls_at_once": 10, "calls_a_day": MANY, "minutes_a_day": MANY, **outside}
        sections = {
            "groups": {"sales": {"extension": GROUP, "members": [CALLER, COLLEAGUE], "seconds": 10}},
            "menus": {
                "front": {
                    "extension": MENU,
                    "says": {"english": MENU_SAYS},
                    "keys": {"1": GROUP, "2": COLLEAGUE},
                }
            },
        }
        merged = {name: {**self._declared.get(name, {}), **entries} for name, entries in sections.items()}
        self._declare({**self._declared, **merged, "outside": rules}, users)

    def restore(self) -> None:
        """As it was."""
        before = {extension: self._users[extension].get("outside", "") for extension in CLASSES}
        self._declare(self._declared, before)

    @contextlib.contextmanager
    def trunk(
        self, name: str, server: str, *options: str, user: str = ACCOUNT.user, secret: str = SECRET
    ) -> Iterator[None]:
        """A trunk, as an administrator adds it; without a user it is known by its address."""
        account = ("--user", user, "--secret-stdin", "--register") if user else ()
        numbers = [
            word for number, where in DESTINATIONS.items() for word in ("--number", f"{number}={where}")
        ]
        if name != TRUNK:
            numbers = []
        command = ("sipforge", "trunk", "add", name, "--server", server, *account, *numbers)
        self._host.run(
            "sipforge", "trunk", "remove", name, "--yes", check=False
        )  # an interrupted run left it
        self._host.run(*command, "--default", CALLER, *options, script=f"{secret}\n")
        try:
            yield
        finally:
            self._host.run("sipforge", "trunk", "remove", name, "--yes")

    def trunk_state(self, name: str) -> str:
        """How a trunk is, in words."""
        found = {entry["name"]: entry for entry in self._listed("trunk", "trunks")}
        return str(found[name]["state"])

    def _listed(self, command: str, key: str) -> list[dict[str, Any]]:
        printed = json.loads(self._host.run("sipforge", command, "list", "--json"))
        found: list[dict[str, Any]] = printed[key] if isinstance(printed, dict) else printed
        return found

    def _declare(self, sections: Mapping[str, Any], users: Mapping[str, str]) -> None:
        named = [
            {"extension": extension, "name": self._users[extension]["name"], "outside": chosen}
            for extension, chosen in users.items()
        ]
        document = json.dumps({**sections, "users": named})
        self._host.run("sipforge", "apply", "--file", "-", script=document)
