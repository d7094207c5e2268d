"""What was measured of the assistants on this host, and the limits that follow from it.

One file, /var/lib/sipforge/capacity.json, written by `sipforge capacity`: for each assistant what its turn
costs and how many calls that is, with what it was measured for. That command drops what does not hold any
more; who lets calls in reads the file for each, and believes it, so that nobody is restarted for it.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from sipforge.core.capacity import DEFAULT_CALLS, Limit, Source
from sipforge.infra.atomic_file import replace_file
from sipforge.infra.settings.host import Settings

_READABLE: Final = 0o644
_CPU: Final = Path("/proc/cpuinfo")
_MODEL: Final = re.compile(r"^(?:model name|Model|CPU part)\s*:\s*(.+)$", re.MULTILINE)
"""On x86; on boards such as the Raspberry Pi; on other ARM processors."""
_STAGES: Final = {"language", "vad", "stt", "dialogue", "tts"}


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was measured of one assistant."""

    measured_for: Mapping[str, Any]
    """See `measured_for`."""
    turn_seconds: float
    """Processor seconds of a caller's turn."""
    calls: int
    """What the host bears, if there are no calls with other assistants."""


def processor_cores() -> int:
    """How many cores there are for this process."""
    return len(os.sched_getaffinity(0))


def measured_for(settings: Settings, name: str) -> dict[str, Any]:
    """What a measurement of the assistant `name` holds for: host, program, engines and models."""
    program = settings.program_version
    return {
        "processor": _processor(),
        "cores": processor_cores(),
        "program": " ".join(program.read_text(encoding="utf-8").split()) if program.exists() else "",
        **settings.bots[name].model_dump(mode="json", include=_STAGES),
    }


def load_measurements(settings: Settings) -> dict[str, Measurement]:
    """What was measured of each assistant; nothing where there is no such file, or a broken one."""
    try:
        kept = json.loads(settings.capacity_file.read_text(encoding="utf-8"))
        return {
            name: Measurement(one["measured_for"], float(one["turn_seconds"]), int(one["calls"]))
            for name, one in kept.items()
            if one["turn_seconds"] > 0 and one["calls"] >= 1
        }
    except (OSError, AttributeError, KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return {}


def current_measurements(settings: Settings) -> dict[str, Measurement]:
    """As `load_measurements`, without what was measured for something else than there is now."""
    return {
        name: one
        for name, one in load_measurements(settings).items()
        if name in settings.bots and one.measured_for == measured_for(settings, name)
    }


def save_measurements(settings: Settings, measurements: Mapping[str, Measurement]) -> None:
    """Write what was measured.

    Raises:
        OSError: the folder or the disk refused; the file is as it was.
    """
    document = {name: asdict(one) for name, one in sorted(measurements.items())}
    replace_file(settings.capacity_file, (json.dumps(document, indent=2) + "\n").encode(), _READABLE)


def limits(settings: Settings) -> dict[str, Limit]:
    """How many calls each assistant takes at once: as the office has set, else measured, else the default."""
    measurements = load_measurements(settings)
    found = {}
    for name, bot in settings.bots.items():
        if bot.max_calls is not None:
            found[name] = Limit(bot.max_calls, Source.SET)
        elif name in measurements:
            found[name] = Limit(measurements[name].calls, Source.MEASURED)
        else:
            found[name] = Limit(DEFAULT_CALLS, Source.DEFAULT)
    return found


@cache
def _processor() -> str:
    """The processor's own name."""
    found = _MODEL.search(_CPU.read_text(encoding="utf-8", errors="replace")) if _CPU.exists() else None
    return found[1] if found else platform.machine()
