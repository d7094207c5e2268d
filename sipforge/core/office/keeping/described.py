"""An office as it is kept: its users, what the inventory declares, what was added on the host."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from sipforge.core.office.asterisk.numbers import prompt_name
from sipforge.core.office.keeping.layers import Layer, merged
from sipforge.core.office.office import Office, read_plan
from sipforge.core.office.users import Encryption, User


@dataclass(frozen=True, slots=True)
class Described:
    """The three parts; together they may still be wrong."""

    users: tuple[User, ...] = ()
    declared: Layer = field(default_factory=dict, repr=False)  # secrets are in them, and reprs reach logs
    added: Layer = field(default_factory=dict, repr=False)

    def office(self, assistants: Mapping[str, str]) -> Office:
        """The office that they describe.

        Args:
            assistants: extension → name.

        Raises:
            OfficeError: they do not fit together.
        """
        return Office(self.users, read_plan(merged(self.declared, self.added)), assistants)

    def telephones(self) -> Mapping[str, tuple[User, Encryption]]:
        """Extension → its user, and how the telephone must speak; whatever else may be wrong.

        Raises:
            OfficeError: the office's encryption is none.
        """
        plan = read_plan({"encryption": self.declared.get("encryption")})
        return {user.extension: (user, user.encryption or plan.encryption) for user in self.users}

    def with_users(self, users: Iterable[User]) -> Described:
        """The same office with other users."""
        return replace(self, users=tuple(sorted(users, key=lambda user: user.extension)))


def directory(office: Office) -> str:
    """Who is there, for the assistants: JSON, nothing secret."""
    entries = [{"extension": user.extension, "name": user.name} for user in office.users]
    return (
        json.dumps(sorted(entries, key=lambda entry: entry["extension"]), ensure_ascii=False, indent=1) + "\n"
    )


def hours(office: Office) -> str:
    """What the front desk and the assistants read: the opening hours, by their names."""
    found = {plan.name: {"open": plan.open, "closed": plan.closed} for plan in office.plan.hours}
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def spoken(office: Office) -> str:
    """What the menus say, for the assistants that say it: JSON, name of the assistant → prompt → text."""
    texts: dict[str, dict[str, str]] = {}
    for menu in office.plan.menus:
        for closed, says in ((False, menu.says), (True, menu.closed_says)):
            for assistant, text in says.items():
                texts.setdefault(assistant, {})[prompt_name(menu, closed=closed)] = text
    return json.dumps(texts, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def newly_spoken(before: str, after: str) -> set[str]:
    """Whose voices have something to say in `after`, as `spoken` makes it, that is not in `before`."""
    try:
        known = json.loads(before)
    except ValueError:
        known = {}
    return {
        assistant
        for assistant, texts in json.loads(after).items()
        if not texts.items() <= known.get(assistant, {}).items()
    }
