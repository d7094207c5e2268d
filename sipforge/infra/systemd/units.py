"""systemd units through systemctl(1): their state, a restart, and a command run as one of them is."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_RUNNING: Final = Path("/run/systemd/system")
"""There while systemd runs the host, see sd_booted(3)."""
_OURS: Final = ("User", "Group", "SupplementaryGroups", "Environment", "CPUAffinity")
"""What a command of a unit's is given."""
_BEHIND: Final = ("Nice=19", "CPUWeight=idle", "OOMScoreAdjust=1000")
"""A niceness counts among the processes of one unit only, so that the unit is idle, too; and where memory is
short, it is this that goes."""
_PROPERTIES = ("Id", "LoadState", "ActiveState", "SubState", "NRestarts", "ActiveEnterTimestamp")


class UnitsError(Exception):
    """systemctl cannot be asked."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit, in systemd's own words."""

    name: str
    """Without ".service"."""
    active: str
    """active, inactive, failed, activating ...; "not-found" where there is no such unit."""
    detail: str
    """running, exited, dead, auto-restart ..."""
    restarts: int
    since: str
    """When it became active; empty if it is not."""

    @property
    def is_running(self) -> bool:
        """Whether it is up."""
        return self.active == "active"


def show_units(names: Sequence[str], timeout_seconds: float = 5.0) -> tuple[Unit, ...]:
    """The state of each unit, in the order asked for.

    Raises:
        UnitsError: there is no systemctl, no systemd behind it, or it did not answer.
    """
    arguments = ["show", "--no-pager", f"--property={','.join(_PROPERTIES)}"]
    printed = _systemctl([*arguments, *(f"{name}.service" for name in names)], timeout_seconds)
    return parse_units(names, printed)


def restart_unit(name: str, timeout_seconds: float) -> None:
    """Restart a unit and wait until it says that it is ready.

    Raises:
        UnitsError: it did not come up, systemctl may not, or cannot be asked.
    """
    _systemctl(["restart", "--no-ask-password", f"{name}.service"], timeout_seconds)


def behind(name: str, command: Sequence[str], longest_seconds: int) -> list[str]:
    """`command` as the unit `name` runs its own (user, environment, cores), behind all else on the host.

    Where systemd does not run the host: as this process, and nice.

    Raises:
        UnitsError: systemctl cannot be asked.
    """
    if not _RUNNING.is_dir():
        return ["nice", "-n", "19", *command]
    shown = _systemctl(["show", f"--property={','.join(_OURS)}", f"{name}.service"], 5.0)
    properties = [*shown.splitlines(), *_BEHIND, f"RuntimeMaxSec={longest_seconds}"]
    given = [f"--property={line}" for line in properties if not line.endswith("=")]
    return ["systemd-run", "--quiet", "--collect", "--wait", "--pipe", *given, "--", *command]


def _systemctl(arguments: Sequence[str], timeout_seconds: float) -> str:
    """What systemctl prints; raises UnitsError."""
    try:
        done = subprocess.run(
            ["systemctl", *arguments], capture_output=True, text=True, timeout=timeout_seconds, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnitsError(f"systemctl: {error}") from error
    if done.returncode != 0:
        raise UnitsError(f"systemctl: {(done.stderr.strip() or 'failed').splitlines()[0]}")
    return done.stdout


def parse_units(names: Sequence[str], text: str) -> tuple[Unit, ...]:
    """Read what `systemctl show` printed: one block for each of `names`, divided by empty lines.

    Raises:
        UnitsError: there is not one block for each.
    """
    blocks = [block for block in text.strip().split("\n\n") if block]
    if len(blocks) != len(names):
        raise UnitsError(f"systemctl: {len(blocks)} answers about {len(names)} units")
    return tuple(_unit(name, block) for name, block in zip(names, blocks, strict=True))


def _unit(name: str, block: str) -> Unit:
    found = dict(line.split("=", 1) for line in block.splitlines() if "=" in line)
    missing = found.get("LoadState") == "not-found"
    restarts = found.get("NRestarts", "")
    return Unit(
        name=name,
        active="not-found" if missing else found.get("ActiveState", "unknown"),
        detail=found.get("SubState", ""),
        restarts=int(restarts) if restarts.isdecimal() else 0,
        since=found.get("ActiveEnterTimestamp", ""),
    )
