"""The whole office: its users and what is arranged for them, checked as one.

What each part refuses alone, its own module says. Here: every destination exists, no extension is taken
twice, no number comes in by two trunks, no chain of last resorts goes in a circle, every class and plan of
hours that is named is there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from sipforge.core.office.codes import SERVICES
from sipforge.core.office.destinations import Destination
from sipforge.core.office.groups import Group
from sipforge.core.office.hours import Hours
from sipforge.core.office.menus import Menu
from sipforge.core.office.outside_numbers import Outside
from sipforge.core.office.reading import OfficeError, read
from sipforge.core.office.shortcuts import Shortcut
from sipforge.core.office.trunks import Trunk
from sipforge.core.office.users import Encryption, User

SECTIONS: Final[Mapping[str, type[Any]]] = {
    "hours": Hours,
    "groups": Group,
    "menus": Menu,
    "trunks": Trunk,
    "codes": Shortcut,
}
"""What there are several of, by name: key of the section → what stands there."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is arranged, as its sections; users and assistants are others' business."""

    hours: tuple[Hours, ...] = ()
    groups: tuple[Group, ...] = ()
    menus: tuple[Menu, ...] = ()
    trunks: tuple[Trunk, ...] = ()
    codes: tuple[Shortcut, ...] = ()
    outside: Outside | None = None
    """None: nobody rings outside, not even for help."""
    encryption: Encryption = Encryption.OFFERED
    """Of users who have none of their own."""


def read_plan(document: Mapping[str, Any]) -> Plan:
    """A plan from its sections.

    Args:
        document: section → name → keys with values; `outside` has no names, `encryption` is a word.

    Raises:
        OfficeError: something in it cannot be.
    """
    known = {*SECTIONS, "outside", "encryption"}
    unknown = sorted(document.keys() - known)
    if unknown:
        raise OfficeError(f"{unknown[0]}: there is no such section; there are: {', '.join(sorted(known))}")
    parts = {
        section: tuple(read_section(section, kind, document.get(section) or {}))
        for section, kind in SECTIONS.items()
    }
    outside = read(Outside, "outside", document["outside"]) if document.get("outside") else None
    # YAML takes off for false.
    chosen = (
        "off"
        if document.get("encryption") is False
        else document.get("encryption") or Encryption.OFFERED.value
    )
    if chosen not in [one.value for one in Encryption]:
        raise OfficeError(f"encryption: must be one of {', '.join(one.value for one in Encryption)}")
    return Plan(**parts, outside=outside, encryption=Encryption(chosen))


def read_section(section: str, kind: type[Any], raw: Any) -> Iterator[Any]:
    """Its entries, in their order."""
    if not isinstance(raw, Mapping):
        raise OfficeError(f"{section}: must be names with what each stands for")
    for name, values in raw.items():
        yield read(kind, f"{section}.{name}", values, name=str(name))


@dataclass(frozen=True, slots=True)
class Office:
    """Everything that Asterisk's files are made of.

    Raises:
        OfficeError: the parts do not fit together.
    """

    users: tuple[User, ...]
    plan: Plan = field(default_factory=Plan)
    assistants: Mapping[str, str] = field(default_factory=dict)
    """Extension → name."""

    def __post_init__(self) -> None:
        self._check_extensions()
        extensions = self.extensions
        for where, destination in self._destinations():
            if destination.mailbox and self.user(destination.extension) is None:
                raise OfficeError(f"{where}: {destination.extension} is the extension of no user")
            if destination.extension and destination.extension not in extensions:
                raise OfficeError(f"{where}: {destination.extension} is the extension of nobody")
        self._check_members()
        self._check_circles()
        self._check_hours()
        self._check_outside()

    @property
    def extensions(self) -> Mapping[str, str]:
        """Extension → whose it is, in words."""
        found = {user.extension: f"user {user.name}" for user in self.users}
        found |= {extension: f"the assistant {name}" for extension, name in self.assistants.items()}
        found |= {group.extension: f"group {group.name}" for group in self.plan.groups}
        return found | {menu.extension: f"menu {menu.name}" for menu in self.plan.menus}

    def user(self, extension: str) -> User | None:
        """The user there."""
        return next((user for user in self.users if user.extension == extension), None)

    def encryption(self, user: User) -> Encryption:
        """How a user's telephone must speak."""
        return user.encryption or self.plan.encryption

    def _check_extensions(self) -> None:
        taken = {extension: f"the assistant {name}" for extension, name in self.assistants.items()}
        for section in ("groups", "menus"):
            for entry in getattr(self.plan, section):
                where = f"{section}.{entry.name}.extension"
                if entry.extension in taken:
                    raise OfficeError(f"{where}: {entry.extension} is that of {taken[entry.extension]}")
                taken[entry.extension] = f"{section}.{entry.name}"

    def _destinations(self) -> Iterator[tuple[str, Destination]]:
        for group in self.plan.groups:
            yield f"groups.{group.name}.otherwise", group.last
        for menu in self.plan.menus:
            for key, destination in menu.by_key.items():
                yield f"menus.{menu.name}.keys.{key}", destination
            yield f"menus.{menu.name}.otherwise", menu.after_silence
            yield f"menus.{menu.name}.closed", menu.after_hours
        for trunk in self.plan.trunks:
            for number, destination in trunk.by_number.items():
                yield f"trunks.{trunk.name}.numbers.{number}", destination
            yield f"trunks.{trunk.name}.default", trunk.fallback
        for code in self.plan.codes:
            if not code.is_outside:
                yield f"codes.{code.name}.to", code.place

    def _check_members(self) -> None:
        for group in self.plan.groups:
            for member in group.members:
                if self.user(member) is None:
                    raise OfficeError(f"groups.{group.name}.members: {member} is the extension of no user")

    def _check_circles(self) -> None:
        """A call that nobody takes must come to an end, whatever the hour."""
        names, onward = dict[str, str](), dict[str, tuple[str, ...]]()
        for group in self.plan.groups:
            names[group.extension] = f"groups.{group.name}"
            onward[group.extension] = _extensions(group.last)
        for menu in self.plan.menus:
            names[menu.extension] = f"menus.{menu.name}"
            onward[menu.extension] = _extensions(menu.after_silence, menu.after_hours)
        for start, name in names.items():
            circle = circle_from([start], onward, set())
            if circle:
                raise OfficeError(f"{name}: a call that nobody takes goes in a circle: {' → '.join(circle)}")

    def _check_hours(self) -> None:
        known = {hours.name for hours in self.plan.hours}
        for menu in self.plan.menus:
            if menu.hours and menu.hours not in known:
                raise OfficeError(f"menus.{menu.name}.hours: there are no opening hours {menu.hours!r}")
            for key, says in (("says", menu.says), ("closed_says", menu.closed_says)):
                for name in says:
                    if name not in self.assistants.values():
                        raise OfficeError(
                            f"menus.{menu.name}.{key}: there is no assistant {name!r} to say it"
                        )

    def _check_outside(self) -> None:
        trunks, outside = {trunk.name for trunk in self.plan.trunks}, self.plan.outside
        owners: dict[str, str] = {}
        for trunk in self.plan.trunks:
            for number in trunk.numbers:
                if owners.setdefault(number, trunk.name) != trunk.name:
                    raise OfficeError(
                        f"trunks.{trunk.name}.numbers: {number} comes in by trunks.{owners[number]} already"
                    )
        for name in outside.trunks if outside else ():
            if name not in trunks:
                raise OfficeError(f"outside.trunks: there is no trunk {name!r}")
        for user in self.users:
            if user.outside and user.outside not in (outside.classes if outside else {}):
                raise OfficeError(f"users.{user.extension}.outside: there is no class {user.outside!r}")
        clash = SERVICES.keys() & set(outside.emergency if outside else ())
        if clash:
            raise OfficeError(
                f"outside.emergency: {min(clash)} is a service of the office: {SERVICES[min(clash)]}"
            )


def _extensions(*places: Destination) -> tuple[str, ...]:
    return tuple(place.extension for place in places if place.extension and not place.mailbox)


def circle_from(path: list[str], onward: Mapping[str, tuple[str, ...]], ends: set[str]) -> list[str]:
    """The circle in which a call that came by `path` would go on; empty: it ends.

    Args:
        path: extensions.
        onward: extension → those where a call may go on from there.
        ends: extensions from where it ends, as far as is known; added to.
    """
    for extension in onward.get(path[-1], ()):
        if extension in path:
            return [*path, extension]
        if extension not in ends and (circle := circle_from([*path, extension], onward, ends)):
            return circle
    ends.add(path[-1])
    return []
