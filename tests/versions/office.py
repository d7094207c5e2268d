"""An office that uses everything, as Asterisk's files: python -m tests.versions.office FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from sipforge.core.office.asterisk.files import files
from sipforge.core.office.office import Office, read_plan
from sipforge.core.office.users import Encryption, User

PLAN = {
    "hours": {
        "office": {"open": ["mon-fri 08:00-17:00", "sat 09:00-12:00"], "closed": ["12-25", "2027-04-07"]}
    },
    "groups": {
        "front": {"extension": "4000", "members": ["1001", "1002"], "otherwise": "voicemail 1000"},
        "sales": {"extension": "4001", "members": ["1001", "1002"], "ring": "rotate", "otherwise": "4000"},
        "night": {"extension": "4002", "members": ["1003"], "ring": "order"},
    },
    "menus": {
        "main": {
            "extension": "5000",
            "says": {"english": "For sales, press 1.", "kinyarwanda": "Kanda 2."},
            "keys": {"1": "4001", "2": "3000", "9": "voicemail 1001"},
            "otherwise": "1000",
            "hours": "office",
            "closed": "voicemail 1000",
            "closed_says": {"english": "We are closed."},
        }
    },
    "trunks": {
        "carrier": {
            "server": "192.0.2.1",
            "user": "250788100200",
            "secret": "geheim-12345",
            "register": True,
            "numbers": {"+250788100200": "5000"},
            "default": "4000",
            "caller_number": "+250788100200",
        },
        "gateway": {"server": "192.0.2.2:5080", "transport": "tcp", "number_format": "national", "calls": 2},
        "secure": {"server": "192.0.2.3", "transport": "tls", "number_format": "digits"},
    },
    "codes": {"*55": {"to": "4000"}, "*66": {"to": "+250788100201"}},
    "outside": {
        "country": "250",
        "emergency": ["112", "912"],
        "premium": ["+250900"],
        "classes": {
            "staff": ["national"],
            "abroad": ["national", "international", "premium"],
            "kampala": ["+256"],
        },
        "default_class": "staff",
        "assistants_may_ring": ["+250788100201"],
    },
}
"""All sections, each kind of value."""


def office() -> Office:
    """The office."""
    users = (
        User("1000", "Reception", "x" * 24, email="front@office.example"),
        User("1001", "Aline Uwase", "x" * 24, outside="abroad", encryption=Encryption.OFFERED),
        User("1002", "Eric", "x" * 24, outside="kampala", encryption=Encryption.OFF),
        User("1003", "Grace", "x" * 24, encryption=Encryption.REQUIRED),
    )
    return Office(users, read_plan(PLAN), {"2000": "english", "3000": "kinyarwanda"})


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    for name, text in files(office()).items():
        (folder / name).write_text(text)
