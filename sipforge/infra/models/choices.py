"""The models that an administrator chose on the host itself, beside the settings that Ansible writes.

A choice replaces one table of the settings file, such as bots.kinyarwanda.stt, and remembers what it
replaced. It counts while the file still says that. So a playbook run that changes nothing there leaves the
choice alone, and one that does say something else wins, without anybody having to undo the choice first.

The file is model-choices.json beside the settings file: {"kinyarwanda": {"stt": {"instead_of": {...},
"use": {...}}}}, the two being the table before and after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sipforge.infra.atomic_file import replace_file

FILE_NAME = "model-choices.json"

Table = Mapping[str, Any]


class ChoicesError(Exception):
    """The file of choices is not what this module writes; the message names it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What one stage of one assistant is to be, instead of what the settings file says."""

    bot: str
    stage: str
    instead_of: Table
    use: Table

    def counts(self, tables: Table) -> bool:
        """Whether the settings file, as `tables`, still says what this was chosen instead of."""
        bots = tables.get("bots")
        bot = bots.get(self.bot) if isinstance(bots, dict) else None
        return isinstance(bot, dict) and bot.get(self.stage, {}) == self.instead_of


def choices_file(settings: Path) -> Path:
    """Where the choices for the settings file `settings` stand."""
    return settings.with_name(FILE_NAME)


def load_choices(settings: Path) -> tuple[Choice, ...]:
    """The choices for the settings file `settings`; none where there is no file.

    Raises:
        OSError: it cannot be read.
        ChoicesError: it is not what this module writes.
    """
    path = choices_file(settings)
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return tuple(
            Choice(bot, stage, dict(choice["instead_of"]), dict(choice["use"]))
            for bot, stages in found.items()
            for stage, choice in stages.items()
        )
    except FileNotFoundError:
        return ()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ChoicesError(f"{path}: is not what sipforge models use writes; remove it") from error


def save_choices(settings: Path, choices: tuple[Choice, ...]) -> None:
    """Write the choices, readable for whom the settings file is.

    Raises:
        OSError: the folder or the disk refused; the file is as it was.
    """
    path = choices_file(settings)
    if not choices:
        path.unlink(missing_ok=True)
        return
    document: dict[str, dict[str, Any]] = {}
    for choice in choices:
        document.setdefault(choice.bot, {})[choice.stage] = {
            "instead_of": choice.instead_of,
            "use": choice.use,
        }
    content = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    status = settings.stat()
    replace_file(path, content.encode(), status.st_mode & 0o777, status.st_gid)


def apply_choices(tables: dict[str, Any], choices: tuple[Choice, ...]) -> dict[str, Any]:
    """The tables of a settings file with the choices that count put in."""
    for choice in choices:
        if choice.counts(tables):
            bot = {**tables["bots"][choice.bot], choice.stage: dict(choice.use)}
            tables = {**tables, "bots": {**tables["bots"], choice.bot: bot}}
    return tables
