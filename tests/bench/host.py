"""The machine: what it is, and what the services on it use and export."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.bench.readings import Reading, parse
from tests.models import REPOSITORY
from tests.phones.appliance import Appliance

UNITS = ("asterisk", "sipforge-orchestrator", "sipforge-bot@english", "sipforge-monitor", "redis-server")
METRICS = {
    "orchestrator": "http://127.0.0.1:8080/metrics",
    "english": "http://127.0.0.1:8081/metrics",
}
_TEXT = "import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1], timeout=5).read())"
_USAGE = """
import json, os, pathlib, subprocess, sys
ticks = os.sysconf("SC_CLK_TCK")
parents, seconds = {}, {}
for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        continue
    pid = int(stat.parent.name)
    parents[pid] = int(fields[1])
    seconds[pid] = sum(map(int, fields[11:15])) / ticks  # own and of children that are over

def of_memory(pid):
    try:
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)

def family(root):
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found

units = {}
for unit in sys.argv[1:]:
    shown = subprocess.run(["systemctl", "show", "-P", "MainPID", unit], capture_output=True, text=True)
    root = int(shown.stdout.strip() or 0)
    pids = [pid for pid in family(root) if pid in seconds] if root else []
    units[unit] = [sum(seconds[pid] for pid in pids), sum(of_memory(pid) for pid in pids) / 1024]
first = pathlib.Path("/proc/stat").read_text().split("\\n", 1)[0].split()[1:9]
numbers = list(map(int, first))
idle = numbers[3] + numbers[4]
print(json.dumps({"units": units, "busy": (sum(numbers) - idle) / ticks}))
"""


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used up to an instant."""

    instant: float
    """`time.monotonic()`."""
    cpu_seconds: Mapping[str, float]
    """By unit, of all its processes."""
    memory_mb: Mapping[str, float]
    """By unit; memory shared between processes counts in part for each (PSS)."""
    busy_seconds: float
    """Of all cores of the host, whoever used them."""

    @classmethod
    def read(cls, appliance: Appliance) -> Self:
        """Now.

        Raises:
            ApplianceError: the host cannot be asked.
        """
        found = json.loads(appliance.run("python3", "-", *UNITS, script=_USAGE))
        units = found["units"]
        return cls(
            time.monotonic(),
            {unit: float(values[0]) for unit, values in units.items()},
            {unit: float(values[1]) for unit, values in units.items()},
            float(found["busy"]),
        )


def cores_used(before: Usage, after: Usage) -> dict[str, float]:
    """How many cores each unit kept busy between two instants, and "machine" altogether."""
    seconds = after.instant - before.instant
    used = {
        unit: (value - before.cpu_seconds.get(unit, 0.0)) / seconds
        for unit, value in after.cpu_seconds.items()
    }
    return {**used, "machine": (after.busy_seconds - before.busy_seconds) / seconds}


def read_metrics(appliance: Appliance) -> dict[str, Reading]:
    """What each service exports now.

    Raises:
        ApplianceError: the host cannot be asked.
    """
    return {name: parse(appliance.run("python3", "-c", _TEXT, url)) for name, url in METRICS.items()}


def describe(load_before: tuple[float, float, float]) -> list[str]:
    """Lines about the machine that this program runs on."""
    now = os.getloadavg()
    return [
        f"{os.cpu_count()} cores, {_cpu_model()}, {_memory_gb():.1f} GB of memory, "
        f"Linux {platform.release()}, Python {platform.python_version()}",
        "the phones, the benchmark and (as make demo deploys it) the appliance share these cores",
        f"load average before {_load(load_before)}, after {_load(now)}",
    ]


def revision() -> str:
    """The commit, and whether what ran differs from it."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD")
        return f"{commit} with changes" if _git("status", "--porcelain") else commit
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(REPOSITORY), *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _load(averages: tuple[float, float, float]) -> str:
    return " ".join(f"{value:.2f}" for value in averages)
