"""Ansible filter: the services, each with what it is started from.

A service reads its program, its unit and its files once, when it starts. Whatever of that is newer than its
start, it runs without. The settings file is everybody's, so beside it stands, for each service, the part that
it reads: that file is newer only where the part has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ETC = "/etc/sipforge"
SYSTEMD = "/etc/systemd/system"
PARTS = "/var/lib/sipforge/settings"
PROGRAM = "/opt/sipforge/installed"
"""Written last, when the program and its libraries are in place."""
CERTIFICATE = "/etc/asterisk/keys/sipforge.pem"
OPENAI_KEY = f"{ETC}/credentials/openai-api-key"
BOT_DROP_INS = f"{SYSTEMD}/sipforge-bot@.service.d"
"""A folder is as new as the last file that came into it, or went."""

INSTALLED = {"phrases", "knowledge"}
"""Files that the role installs under names of its own: what counts is what is in them."""

OTHERS_READ = {"max_calls"}
"""Keys of an assistant that it does not read itself."""

TABLES_OF_FEW = {
    "ami": {"monitor", "orchestrator"},
    "monitor": {"monitor"},
    "orchestrator": {"orchestrator", "monitor"},
    "provisioning": {"provisioning"},
    "redis": {"orchestrator"},
    "openai": {"openai"},
    "front_desk": {"orchestrator", "bot", "monitor"},
    "outside": {"orchestrator"},
}
"""Tables of the settings file that not everybody reads; any other is everybody's."""


def sipforge_units(
    assistants: Mapping[str, Any], office: str, operator: str, settings: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The services of an office: name of the unit, files that it is started from, part of the settings."""
    bots = {
        name: {"operator": operator, **{key: values[key] for key in values if key not in INSTALLED}}
        for name, values in assistants.items()
    }
    orchestrated = ("extension", "max_calls", "operator", "departments")
    return [
        _unit(
            "sipforge-orchestrator",
            [f"{ETC}/credentials/{name}" for name in ("jwt-key", "redis-password", "ami-orchestrator")],
            {
                **_tables(settings, "orchestrator"),
                "bots": {name: _picked(bot, *orchestrated) for name, bot in bots.items()},
            },
        ),
        _unit(
            "sipforge-monitor",
            [f"{ETC}/credentials/ami-monitor"],
            {
                **_tables(settings, "monitor"),
                "bots": {name: _picked(bot, "extension") for name, bot in bots.items()},
            },
        ),
        _unit("sipforge-provisioning", [CERTIFICATE], _tables(settings, "provisioning")),
        *(_assistant(name, bots, office, settings) for name in bots),
    ]


def _assistant(
    name: str, bots: Mapping[str, Any], office: str, settings: Mapping[str, Any]
) -> dict[str, Any]:
    bot = bots[name]
    others = [other for other in _others(bot) if other in bots]
    phrases = [name, *others]
    knowledge = [name]
    pivot = _table(bot, "dialogue", "pivot")
    if "pivot" in _engines(bot, "dialogue"):
        knowledge.append(pivot.get("knowledge_of", "english"))
    openai = any("openai" in _engines(bot, stage) for stage in ("stt", "dialogue", "tts")) or (
        "pivot" in _engines(bot, "dialogue") and pivot.get("dialogue") == "openai"
    )
    company = {
        other: {
            **_picked(bots[other], "extension", "language"),
            "stt": _picked(_table(bots[other], "stt"), "language"),
        }
        for other in others
    }
    return _unit(
        f"sipforge-bot@{name}",
        [
            f"{ETC}/credentials/jwt-key",
            *(f"{ETC}/phrases/{one}.toml" for one in dict.fromkeys(phrases)),
            *(f"{ETC}/knowledge/{one}.toml" for one in dict.fromkeys(knowledge)),
            *([OPENAI_KEY, BOT_DROP_INS] if openai else []),
        ],
        {
            "office": office,
            **_tables(settings, "bot", *(["openai"] if openai else [])),
            "bots": {name: _picked(bot, *(bot.keys() - OTHERS_READ)), **company},
        },
    )


def _unit(name: str, files: list[str], part: dict[str, Any]) -> dict[str, Any]:
    unit = f"{SYSTEMD}/{name.partition('@')[0]}{'@' if '@' in name else ''}.service"
    part_file = f"{PARTS}/{name}.json"
    return {"name": name, "files": [PROGRAM, unit, part_file, *files], "part": part, "part_file": part_file}


def _tables(settings: Mapping[str, Any], *readers: str) -> dict[str, Any]:
    return {
        table: values
        for table, values in settings.items()
        if table not in TABLES_OF_FEW or TABLES_OF_FEW[table] & set(readers)
    }


def _others(bot: Mapping[str, Any]) -> list[str]:
    """The assistants that this one offers; `other: name` is short for `others: [name]`."""
    return [*bot.get("others", ()), *([bot["other"]] if bot.get("other") else [])]


def _engines(bot: Mapping[str, Any], stage: str) -> list[str]:
    table = _table(bot, stage)
    return [*table.get("engines", ()), *([table["engine"]] if "engine" in table else [])]


def _table(values: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    for key in path:
        values = values.get(key) or {}
    return values


def _picked(values: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: values[key] for key in keys if key in values}


class FilterModule:
    """What Ansible asks for."""

    def filters(self) -> dict[str, Any]:
        """The filters by name."""
        return {"sipforge_units": sipforge_units}
