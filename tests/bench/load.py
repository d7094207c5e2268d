"""Part `load`: processor and memory, idle and by the number of calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.bench.bench import Bench, Conversations
from tests.bench.findings import Findings, Table
from tests.bench.host import UNITS
from tests.bench.stats import Figure


def run(bench: Bench) -> Findings:
    """From the calls about the knowledge file."""
    idle = bench.idle
    return findings(idle, [bench.conversations(callers) for callers in (1, *bench.calls_at_once)])


def findings(idle: Mapping[str, float], runs: Sequence[Conversations]) -> Findings:
    """From the processors' time and the memory of each unit."""
    figures = [
        Figure(
            f"{made.callers} call{'s' if made.callers > 1 else ''}: cores for each call, all services",
            (_services(made.cores) - _services(idle)) / made.callers,
            "cores",
            made.callers,
        )
        for made in runs
    ]
    few, many = runs[0], runs[-1]
    if many.callers > few.callers:
        more = sum(many.memory_mb.values()) - sum(few.memory_mb.values())
        value = more / (many.callers - few.callers)
        figures.append(Figure("memory for each further call, all services", value, "MB", many.callers))
    labels = ["idle", *(str(made.callers) for made in runs)]
    used = [idle, *(made.cores for made in runs)]
    rows = [[unit, *(f"{cores.get(unit, 0.0):.3f}" for cores in used)] for unit in UNITS]
    rows.append(["whole machine, phones included", *(f"{cores['machine']:.2f}" for cores in used)])
    memory = [[unit, *(f"{made.memory_mb.get(unit, 0.0):.0f}" for made in runs)] for unit in UNITS]
    return Findings(
        "load",
        "Processor and memory",
        "Averages over all the calls about the knowledge file; a unit's processes with their children, from "
        "/proc; memory at the end of the calls, what is shared between processes counted in part for each "
        "(PSS).",
        figures,
        [
            Table("Cores in use, by calls at once", ("unit", *labels), rows),
            Table("MB at the end, by calls at once", ("unit", *labels[1:]), memory),
        ],
        raw={
            "idle": dict(idle),
            **{
                f"{made.callers} calls": {
                    "cores": made.cores,
                    "memory_mb": made.memory_mb,
                    "seconds": made.seconds,
                }
                for made in runs
            },
        },
    )


def _services(cores: Mapping[str, float]) -> float:
    return sum(cores.get(unit, 0.0) for unit in UNITS)
