"""A small office that has one of everything, and how the tests build others from it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sipforge.core.office.asterisk.files import files
from sipforge.core.office.office import Office, read_plan
from sipforge.core.office.users import User

USERS = (
    User("1001", "Ange Uwase", "s3cret-1001-aaaa", email="ange@office.example"),
    User("1002", "Jean-Paul É. & Co", "s3cret-1002-aaaa", outside="abroad"),
    User("1003", "Aline", "s3cret-1003-aaaa"),
)
ASSISTANTS = {"2000": "english", "3000": "kinyarwanda"}
DOCUMENT: Mapping[str, Any] = {
    "hours": {
        "office": {"open": ["mon-fri 08:00-17:00", "sat 09:00-12:30"], "closed": ["12-25", "2027-04-07"]}
    },
    "groups": {
        "sales": {
            "extension": "4001",
            "members": ["1001", "1002"],
            "ring": "all",
            "seconds": 25,
            "otherwise": "voicemail 1001",
        },
        "support": {"extension": "4002", "members": ["1002", "1003"], "ring": "order", "otherwise": "4001"},
        "desk": {"extension": "4003", "members": ["1001", "1003"], "ring": "rotate"},
    },
    "menus": {
        "main": {
            "extension": "5000",
            "says": {"english": "For sales, press 1.", "kinyarwanda": "Kanda 1."},
            "keys": {"1": "4001", "2": "voicemail 1002", "*": "2000"},
            "otherwise": "4002",
            "hours": "office",
            "closed": "voicemail 1001",
            "closed_says": {"english": "We are closed."},
        }
    },
    "trunks": {
        "carrier": {
            "server": "sip.carrier.example:5070",
            "user": "250788100200",
            "secret": "hidden-word",
            "register": True,
            "transport": "tls",
            "numbers": {"+250788100200": "5000", "+250788100201": "1001"},
            "default": "voicemail 1001",
            "caller_number": "+250788100200",
            "number_format": "national",
            "calls": 4,
        },
        "gsm": {"server": "192.0.2.9", "number_format": "digits"},
    },
    "codes": {"*55": {"to": "1001"}, "*56": {"to": "+250788555555"}},
    "outside": {
        "country": "250",
        "national_prefix": "0",
        "international_prefix": "00",
        "emergency": ["112", "912"],
        "premium": ["+250900"],
        "trunks": ["carrier", "gsm"],
        "classes": {"staff": ["national"], "abroad": ["national", "+256"]},
        "default_class": "staff",
        "calls_at_once": 2,
        "calls_a_day": 100,
        "minutes_a_day": 240,
        "assistants_may_ring": ["+250788555555"],
    },
    "encryption": "offered",
}


def office(document: Mapping[str, Any] = DOCUMENT, users: tuple[User, ...] = USERS) -> Office:
    """The office that a document describes."""
    return Office(users, read_plan(document), ASSISTANTS)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The document with another value at a path such as groups.sales.members (a new key is added)."""
    document: dict[str, Any] = copy.deepcopy(dict(DOCUMENT))
    *folders, last = path.split(".")
    place = document
    for folder in folders:
        place = place.setdefault(folder, {})
    place[last] = value
    return document


def rendered(document: Mapping[str, Any] = DOCUMENT, users: tuple[User, ...] = USERS) -> Mapping[str, str]:
    """Asterisk's files of that office: their names without what all have in common → text."""
    found = files(office(document, users))
    return {name.removeprefix("sipforge_").removesuffix(".conf"): text for name, text in found.items()}


def context(dialplan: str, name: str) -> list[str]:
    """The lines of a context."""
    return dialplan.partition(f"\n[{name}]\n")[2].partition("\n[")[0].splitlines()
