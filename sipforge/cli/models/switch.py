"""Switching a stage of an assistant to another model: choose, restart, ring, and go back if that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sipforge.cli.call_test import ring
from sipforge.cli.errors import CliError, Exit
from sipforge.infra.systemd.units import UnitsError, restart_unit

if TYPE_CHECKING:
    from sipforge.cli.host import Host
    from sipforge.infra.models.choices import Choice
    from sipforge.infra.models.manifest import Model

RESTART_SECONDS: Final = 200.0
"""The unit's TimeoutStartSec, and a little more."""


class Appliance:
    """The services of this host."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def restart(self, bot: str) -> None:
        """Restart an assistant and wait until it is ready; CliError where it did not come up."""
        try:
            restart_unit(f"sipforge-bot@{bot}", RESTART_SECONDS)
        except UnitsError as error:
            raise CliError(str(error), Exit.UNREACHABLE) from error

    def ring(self, bot: str) -> str:
        """Ring it and listen; what was wrong, or empty. CliError where it cannot be rung."""
        return ring(self._host, self._host.settings.bots[bot].extension).problem


def table_with(
    model: Model, table: Mapping[str, Any], engine: str, tokens: Mapping[str, str], language: str
) -> dict[str, Any]:
    """The table of a stage with `model` in it.

    Args:
        model: what to use.
        table: as the stage is now.
        engine: the engine to run it with.
        tokens: of the model that is used now: language to token.
        language: ISO 639-1 of what callers speak; empty: told by the tokens.

    Raises:
        CliError: the model does not know the language, or nobody knows which it is.
    """
    new = {key: value for key, value in table.items() if key not in {"engine", "engines"}}
    before = [table["engine"]] if "engine" in table else list(table.get("engines", ()))
    if model.stage == "dialogue":
        # A chain: what answers first stays first.
        new["engines"] = [*(name for name in before or ["answers"] if name != engine), engine]
        inner = {**table.get(engine, {}), "model": model.name}
        if engine == "pivot":
            inner["language"] = _token(model, str(inner.get("language", "")), tokens, language)
            inner["english"] = model.language_tokens.get("en", "eng_Latn")
        return {**new, engine: inner}
    new["engines"] = [*(name for name in before if name == "openai"), engine]
    new["model"] = model.name
    if model.stage == "stt" and model.language_tokens:
        new["language"] = _token(model, str(table.get("language", "en")), tokens, language)
    if model.stage == "tts" and before[-1:] != [engine]:
        new.pop("voice", None)  # it was the other engine's
    return new


def _token(model: Model, now: str, tokens: Mapping[str, str], language: str) -> str:
    known = model.language_tokens
    language = language or next((code for code, token in tokens.items() if token == now), "")
    if language in known:
        return known[language]
    others = [token for code, token in known.items() if code != "en"]
    if not language and len(others) == 1:
        return others[0]
    raise CliError(
        f"{model.name} knows {', '.join(known)}; say with --language which of them callers speak", Exit.USAGE
    )


def switch(
    settings: Path,
    bot: str,
    stage: str,
    choice: Choice | None,
    *,
    appliance: Appliance,
    tell: Callable[[str], None],
) -> None:
    """Make `choice` for a stage of an assistant, or take back what was chosen, and see whether it works.

    Args:
        settings: the settings file.
        bot: the assistant.
        stage: the stage.
        choice: None: what the settings file says.
        appliance: the host.
        tell: told what is being done.

    Raises:
        CliError: the settings would be wrong (nothing was changed), or the assistant did not come up or did
            not speak (everything is as it was, or the message says that it is not).
    """
    from sipforge.infra.models.choices import apply_choices, load_choices, save_choices
    from sipforge.infra.settings.host import SettingsError, check_settings, read_settings

    before = load_choices(settings)
    others = tuple(one for one in before if (one.bot, one.stage) != (bot, stage))
    after = (*others, choice) if choice else others
    try:
        check_settings(settings, apply_choices(read_settings(settings), after))
    except SettingsError as error:
        raise CliError(f"{error}; nothing was changed", Exit.DEGRADED) from error
    try:
        save_choices(settings, after)
        tell(f"restarting {bot}")
        appliance.restart(bot)
        tell(f"ringing {bot}")
        problem = appliance.ring(bot)
        if problem:
            raise CliError(problem, Exit.DEGRADED)
    except (CliError, KeyboardInterrupt) as error:
        why = str(error) or "interrupted"
        tell(f"going back: {why}")
        save_choices(settings, before)
        try:
            appliance.restart(bot)
        except CliError as second:
            raise CliError(
                f"{bot} does not work with it ({why}); the settings are as they were, but it did not come up"
                f" with them either ({second}): see journalctl -u sipforge-bot@{bot}",
                Exit.DEGRADED,
            ) from error
        raise CliError(
            f"{bot} does not work with it ({why}); it is back with what it had", Exit.DEGRADED
        ) from error


def inventory_line(stage: str, table: Mapping[str, Any]) -> str:
    """A stage's table as it is written in the inventory."""
    return f"{stage}: {json.dumps(dict(table), ensure_ascii=False)}"
