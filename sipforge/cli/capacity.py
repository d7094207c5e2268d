"""`sipforge capacity`: how many calls this host bears, measured where it is not known."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sipforge.cli.errors import CliError, Exit
from sipforge.cli.host import Host
from sipforge.cli.output import print_json, print_table, say, warn

if TYPE_CHECKING:
    from sipforge.infra.capacity import Measurement
    from sipforge.infra.settings.host import Settings

LONGEST_SECONDS: Final = 240
"""For one assistant, on a host that is slow and busy; otherwise it takes some ten."""


def capacity(
    context: typer.Context,
    *,
    again: Annotated[bool, typer.Option("--again", help="Measure what is known already, too.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say what would be measured; do nothing.")] = False,
    candidate: Annotated[
        Path | None,
        typer.Option("--candidate", help="With --check: settings not installed yet.", metavar="FILE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> None:
    """Measure how many calls with assistants this server bears.

    Each assistant answers some of its own questions, with its own engines, behind all other work on the
    server: calls go on meanwhile. What a turn costs the processor says how many calls at once can be taken
    with replies that still come at once. That number holds wherever the inventory sets no max_calls.

    What was measured is kept, and measured again when the processor, the program, or the assistant's engines
    and models have changed. The playbook runs this. Nothing is to be restarted afterwards. Exit code 1 if an
    assistant could not be measured: it takes 10 calls then.
    """
    from sipforge.infra.capacity import current_measurements, load_measurements

    if candidate is not None and not check:
        raise CliError("--candidate goes with --check", Exit.USAGE)
    host: Host = context.obj
    settings = host.settings_with(candidate)
    current = current_measurements(settings)
    wanted = [name for name in sorted(settings.bots) if again or name not in current]
    if check:
        changed, problems = bool(wanted), list[str]()
        costs = {name: one.turn_seconds for name, one in current.items()}
        try:
            changed = changed or _borne(settings, costs) != load_measurements(settings)
        except OSError as error:
            problems.append(f"what the server bears cannot be told: {error}")
    else:
        changed, problems = renew(settings, host.settings_path, wanted)
    report = {"changed": changed, **_report(settings), "problems": problems}
    if as_json or host.as_json:
        print_json(report)
    else:
        _print(report)
        if check and wanted:
            say(f"To be measured: {', '.join(wanted)}.")
    for problem in problems:
        warn(problem)
    if problems:
        raise typer.Exit(Exit.DEGRADED)


def renew(settings: Settings, path: Path, names: Sequence[str]) -> tuple[bool, list[str]]:
    """Measure assistants, and write down what each bears of which that is known.

    Args:
        settings: of the host.
        path: of their file.
        names: of the assistants.

    Returns:
        Whether that is anything new, and what went wrong.
    """
    from sipforge.infra.capacity import current_measurements, load_measurements, save_measurements

    problems = []
    costs = {name: one.turn_seconds for name, one in current_measurements(settings).items()}
    for name in names:
        try:
            costs[name] = _turn_seconds(path, name)
        except CliError as error:
            problems.append(str(error))
    try:
        found = _borne(settings, costs)
        changed = found != load_measurements(settings)
        if changed:
            save_measurements(settings, found)
    except OSError as error:
        return False, [*problems, f"what was measured cannot be kept: {error}"]
    return changed, problems


def _borne(settings: Settings, costs: Mapping[str, float]) -> dict[str, Measurement]:
    """What the host bears of each assistant, given what its turn costs; OSError where that cannot be read."""
    from sipforge.core.asterisk.rtp_ports import parse_rtp_conf
    from sipforge.core.capacity import calls_borne
    from sipforge.infra.capacity import Measurement, measured_for, processor_cores

    rtp = settings.asterisk_directory / "rtp.conf"
    # Without the file Asterisk has ports of its own.
    ports = parse_rtp_conf(rtp.read_text(encoding="utf-8", errors="replace") if rtp.exists() else "")
    return {
        name: Measurement(
            measured_for(settings, name), cost, calls_borne(cost, processor_cores(), ports.assistant_calls)
        )
        for name, cost in costs.items()
    }


def _turn_seconds(settings: Path, name: str) -> float:
    """What a turn of an assistant costs, as its own program measures it; CliError where that fails."""
    from sipforge.cli.models.progress import tell
    from sipforge.infra.systemd.units import UnitsError, behind

    bot = [sys.executable, "-m", "sipforge.bot", name, "--settings", str(settings.resolve()), "--measure"]
    why = ""
    try:
        command = behind(f"sipforge-bot@{name}", bot, LONGEST_SECONDS)
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            for line in process.stderr or ():
                tell(line.rstrip())
                # Each line of its progress begins with its name.
                why = why if line.startswith(f"{name}: ") else line.strip()
            measured = process.stdout.read() if process.stdout else ""
        why = why or f"it ended with exit code {process.returncode}"
        return float(measured)
    except (UnitsError, OSError, ValueError) as error:
        raise CliError(f"{name} could not be measured: {why or error}", Exit.DEGRADED) from error


def _report(settings: Settings) -> dict[str, Any]:
    from sipforge.infra.capacity import limits, load_measurements, processor_cores

    measurements, cores = load_measurements(settings), processor_cores()
    assistants = {}
    for name, limit in sorted(limits(settings).items()):
        one = measurements.get(name)
        assistants[name] = {
            "turn_seconds": one and one.turn_seconds,
            "turns_a_second": one and round(cores / one.turn_seconds, 1),
            "calls_borne": one and one.calls,
            "max_calls": limit.calls,
            "source": limit.source.value,
        }
    return {"cores": cores, "assistants": assistants, "max_calls": settings.orchestrator.max_calls}


def _print(report: Mapping[str, Any]) -> None:
    print_table(
        "Calls with assistants",
        ("Assistant", "Processor a turn", "Turns a second", "Bears", "Takes at once", "Source"),
        [
            (
                name,
                f"{one['turn_seconds']:.2f} s" if one["turn_seconds"] else "?",
                one["turns_a_second"] or "?",
                one["calls_borne"] or "?",
                one["max_calls"],
                one["source"],
            )
            for name, one in report["assistants"].items()
        ],
        "none",
    )
    say()
    say(f"Those that were measured share the server. No more than {report['max_calls']} calls in all.")
