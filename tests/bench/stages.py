"""Part `stages`: where the time of a reply goes, by the bot's own account."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.bench.bench import Bench, Conversations
from tests.bench.findings import Findings, Table
from tests.bench.readings import histogram, label_values
from tests.bench.stats import percentile

EXPORTED = "sipforge_bot_stage_seconds"
ORDER = ("end_of_turn", "stt", "dialogue", "tts", "reply")


def run(bench: Bench) -> Findings:
    """From the calls about the knowledge file."""
    return findings([bench.conversations(callers) for callers in (1, *bench.calls_at_once)])


def findings(runs: Sequence[Conversations]) -> Findings:
    """From what the bot said of each turn, and exported of all."""
    return Findings(
        "stages",
        "Stages of a reply",
        "p50 and p95: each turn's own times, as GET /calls shows them after it. Mean and n: the bot's "
        "histogram of all turns in the same calls. Recognition begins at the caller's first short pause, so "
        "stages overlap; reply is the whole.",
        tables=[_table(made) for made in runs],
        raw={f"{made.callers} calls": [one.stages for one in made.asked] for made in runs},
    )


def _table(made: Conversations) -> Table:
    exported = made.exported.get("english", {})
    named = {
        *label_values(exported, f"{EXPORTED}_bucket", "stage"),
        *(name for one in made.asked for name in one.stages),
    }
    rows = []
    for stage in [*(name for name in ORDER if name in named), *sorted(named - set(ORDER))]:
        # A turn without a reply leaves the times of the one before it.
        own = [
            one.stages[stage]
            for one in made.asked
            if stage in one.stages and one.turn is not None and math.isfinite(one.turn.reply_seconds)
        ]
        counted = histogram(exported, EXPORTED, stage=stage)
        rows.append(
            [
                stage,
                _shown(percentile(own, 50)),
                _shown(percentile(own, 95)),
                _shown(counted.mean),
                str(counted.n),
            ]
        )
    return Table(
        f"{made.callers} call{'s' if made.callers > 1 else ''} at once, seconds",
        ("stage", "p50", "p95", "mean", "n"),
        rows,
    )


def _shown(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.3f}"
