"""`sipforge models use`."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated, Final

import typer

from sipforge.cli.capacity import renew
from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.models.shelf import Json, State, open_shelf, told
from sipforge.cli.output import print_json, say, warn

_RENDER_SECONDS: Final = 120.0


def use(
    context: typer.Context,
    bot: Annotated[str, typer.Argument(help="The assistant, such as kinyarwanda.", metavar="BOT")],
    stage: Annotated[str, typer.Argument(help="stt, dialogue or tts.", metavar="STAGE")],
    name: Annotated[str, typer.Argument(help="The model; none with --undo.", metavar="[NAME]")] = "",
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Back to what the inventory says.")] = False,
    engine: Annotated[str, typer.Option("--engine", help="Run it with another engine than its own.")] = "",
    language: Annotated[
        str, typer.Option("--language", help="What callers speak (ISO 639-1), where it is not clear.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Switch one stage of an assistant to another model, ring it, and go back if it does not work.

    The assistant is restarted, which ends its calls; how many it bears is measured anew.

    The choice is kept in model-choices.json beside the settings file, with what the settings said before.
    It counts as long as they still say that: a playbook run leaves it alone, unless the inventory gives this
    stage something else than before; then the inventory wins. To make it the inventory's own, put in the line
    that this command prints.
    """
    from sipforge.cli.models import switch as models_switch
    from sipforge.cli.models.progress import tell
    from sipforge.infra.models.choices import Choice, apply_choices, load_choices
    from sipforge.infra.settings.host import read_settings

    host: Host = context.obj
    shelf = open_shelf(host)
    if bot not in host.settings.bots:
        known = ", ".join(sorted(host.settings.bots)) or "none"
        raise CliError(f"there is no assistant {bot!r}; there are: {known}", Exit.USAGE)
    if bool(name) == undo:
        raise CliError("give the name of a model, or --undo", Exit.USAGE)
    tables = read_settings(host.settings_path)
    stated = tables["bots"][bot].get(stage, {})
    choice = None
    if not undo:
        model = shelf.model(name)
        if model.stage != stage:
            raise CliError(f"{name} is for {model.stage or 'nothing'}, not for {stage!r}", Exit.USAGE)
        with told():
            state, problems = shelf.state(model, thorough=True)
        if state is not State.INSTALLED:
            verb = "convert" if state is State.FETCHED else "fetch"
            why = f" ({'; '.join(problems)})" if problems else ""
            raise CliError(f"{name} is not ready{why}; run: sipforge models {verb} {name}", Exit.DEGRADED)
        now = apply_choices(tables, load_choices(host.settings_path))["bots"][bot].get(stage, {})
        used = shelf.models.get(str(getattr(getattr(host.settings.bots[bot], stage), "model", "")))
        tokens = used.language_tokens if used else {}
        table = models_switch.table_with(model, now, engine or model.engine, tokens, language)
        choice = Choice(bot, stage, stated, table)
    with told():
        appliance = models_switch.Appliance(host)
        models_switch.switch(host.settings_path, bot, stage, choice, appliance=appliance, tell=tell)
    if stage == "tts":
        _render_prompts(host, bot)
    for problem in renew(host.settings_with(), host.settings_path, [bot])[1]:
        warn(problem)
    if as_json or host.as_json:
        print_json({"assistant": bot, "stage": stage, "use": dict(choice.use if choice else stated)})
        return
    if choice is None:
        say(f"{bot} {stage} is what the inventory says again, and {bot} speaks.")
        return
    say(f"{bot} {stage} is {name} now, and {bot} speaks. In the inventory, under {bot}, this would be:")
    say(f"  {models_switch.inventory_line(stage, choice.use)}")


def _render_prompts(host: Host, bot: str) -> None:
    """What callers hear where the assistant cannot be reached, in its new voice."""
    command = [sys.executable, "-m", "sipforge.bot", bot, "--settings", str(host.settings_path)]
    try:
        done = subprocess.run(
            [*command, "--render-prompts"],
            capture_output=True,
            text=True,
            timeout=_RENDER_SECONDS,
            check=False,
        )
        problem = "" if done.returncode == 0 else (done.stderr.strip() or "failed").splitlines()[-1]
    except (OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    if problem:
        warn(f"the apologies are still in the voice before: {problem}")
