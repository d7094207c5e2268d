"""`python -m sipforge.infra.settings`: whether an office's inventory makes sense, before a host is changed.

It reads {"settings": what sipforge.toml would be, "users": [...], "operator": "1000", "plan": {...}} as JSON
from its input and prints one sentence for each mistake, with the key as the inventory has it; the exit code
is 1 then. Runs where Ansible does: needs pydantic and nothing else.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from sipforge.core.office.extensions import is_user
from sipforge.core.office.keeping.user_plan import Wanted, parse_wanted, plan
from sipforge.core.office.office import Office, read_plan
from sipforge.core.office.reading import OfficeError
from sipforge.core.office.users import SECRET_MINIMUM, UserError
from sipforge.infra.settings.host import Settings, problems

_TABLE: Final = re.compile(rf"(?<![\w.])({'|'.join(Settings.model_fields)})(?=\.|:)")
_TABLES: Final = {
    "bots": "sipforge_assistants",
    **{table: f"sipforge_{table}" for table in ("office", "front_desk", "outside")},
}


def mistakes(document: Mapping[str, Any]) -> list[str]:
    """The mistakes in what the module's description shows."""
    users, operator = document["users"], str(document["operator"])
    found = []
    wanted: tuple[Wanted, ...] | None = None
    try:
        wanted = parse_wanted(json.dumps(users))
    except UserError as error:
        found.append(f"sipforge_{error}")
    if operator and operator not in {str(user.get("extension")) for user in users if isinstance(user, dict)}:
        found.append(f"sipforge_operator: {operator} is the extension of no user in sipforge_users")
    settings = None
    try:
        settings = Settings.model_validate(tomllib.loads(document["settings"]))
    except tomllib.TOMLDecodeError as error:
        found.append(f"sipforge_settings, sipforge_assistants: a value that settings cannot have: {error}")
    except ValidationError as error:
        # The assistants have the office's operator, of which all is said above.
        found += [
            _as_given(line) for line in problems(error) if f".operator: extension {operator!r}:" not in line
        ]
    try:
        described = read_plan(
            {key: value for key, value in document.get("plan", {}).items() if value not in ({}, "")}
        )
        if settings is not None and settings.front_desk is not None:
            hours = settings.front_desk.hours
            if hours and hours not in {plan.name for plan in described.hours}:
                found.append(f"sipforge_front_desk.hours: there are no hours {hours!r} in sipforge_hours")
        if wanted is not None and settings is not None:
            assistants = settings.assistants
            office = Office(plan((), wanted, lambda: "x" * SECRET_MINIMUM).users, described, assistants)
            found += _departments_of_nobody(settings, office)
    except OfficeError as error:
        found.append(f"sipforge_{error}")
    return found


def _departments_of_nobody(settings: Settings, office: Office) -> list[str]:
    """Of those whom assistants connect callers with; users may be added on the host."""
    return [
        f"sipforge_assistants.{name}.departments.{department}: {number} is the extension of nobody"
        for name, bot in settings.bots.items()
        for department, number in bot.departments.items()
        if number not in office.extensions and not number.startswith("+") and not is_user(number)
    ]


def _as_given(line: str) -> str:
    """`line` with the keys of the settings file as the inventory has them."""
    named = _TABLE.sub(lambda key: _TABLES.get(key[1], f"sipforge_settings.{key[1]}"), line)
    return named if named.startswith("sipforge_") else f"sipforge_settings.{named}"


if __name__ == "__main__":
    said = mistakes(json.load(sys.stdin))
    sys.stdout.writelines(f"{line}\n" for line in said)
    sys.exit(1 if said else 0)
