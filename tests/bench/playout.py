"""Part `playout`: whether what is heard comes evenly: packets, holes in speech, late frames."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from tests.bench.bench import Bench, Conversations
from tests.bench.findings import Findings
from tests.bench.readings import histogram, total
from tests.bench.rtp import GAP_SECONDS, gaps
from tests.bench.sound import HOLE_SECONDS, holes
from tests.bench.stats import Figure, Target, count, percentile
from tests.phones.audio import read_wav

NONE = Target(0)


def run(bench: Bench) -> Findings:
    """From the calls about the knowledge file."""
    return findings([bench.conversations(callers) for callers in (1, *bench.calls_at_once)])


def findings(runs: Sequence[Conversations]) -> Findings:
    """From the packets, recordings and metrics of calls."""
    figures: list[Figure] = []
    failures: list[str] = []
    for made in runs:
        label = f"{made.callers} call{'s' if made.callers > 1 else ''}"
        figures += _packets(label, made)
        heard = sorted({one.heard for one in made.asked if one.heard is not None})
        torn = [(path.name, hole) for path in heard for hole in holes(*read_wav(path))]
        figures.append(
            count(f"{label}: holes over {1000 * HOLE_SECONDS:.0f} ms in speech", len(torn), len(heard), NONE)
        )
        failures += [
            f"{label}: {1000 * hole.seconds:.0f} ms at {hole.start:.2f} s ({name})" for name, hole in torn
        ]
        figures += _exported(label, made)
    return Findings(
        "playout",
        "Playout",
        "Gaps: between RTP packets of one call on their way to the phone, by the kernel's clock (one is due "
        "every 20 ms). Holes: runs of nothing in a recording, torn into loud speech; n is the number of "
        "calls. Lateness and speech that ran dry are the orchestrator's own metrics (percentiles interpolated"
        " in their buckets).",
        figures,
        failures=failures,
        raw={
            f"{made.callers} calls": {
                "gaps": _long_gaps(made),
                "packets": sum(len(packets) for packets in (made.flows or {}).values()),
            }
            for made in runs
        },
    )


def _gaps(made: Conversations) -> list[float]:
    flows = made.flows or {}
    return [gap for flow, packets in flows.items() if flow.to_phone for gap in gaps(packets)]


def _long_gaps(made: Conversations) -> list[dict[str, float]]:
    """Those that are too long, each with how long after the first packet of its call it was."""
    return [
        {
            "seconds": later.instant - earlier.instant,
            "after_seconds": earlier.instant - packets[0].instant,
            "packets_missing": float(later.sequence - earlier.sequence - 1),
            "port": float(flow.target_port),
        }
        for flow, packets in (made.flows or {}).items()
        if flow.to_phone
        for earlier, later in itertools.pairwise(packets)
        if later.instant - earlier.instant > GAP_SECONDS
    ]


def _packets(label: str, made: Conversations) -> list[Figure]:
    found = _gaps(made)
    longest = max(found, default=None)
    late = sum(gap > GAP_SECONDS for gap in found)
    return [
        Figure(f"{label}: gap between packets, p99", _ms(percentile(found, 99)), "ms", len(found)),
        Figure(f"{label}: longest gap", _ms(longest), "ms", len(found)),
        count(f"{label}: gaps over {1000 * GAP_SECONDS:.0f} ms", late, len(found), NONE),
    ]


def _exported(label: str, made: Conversations) -> list[Figure]:
    grown = made.exported.get("orchestrator", {})
    late = histogram(grown, "sipforge_playout_late_seconds")
    dry = total(grown, "sipforge_playout_underruns_total")
    return [
        Figure(f"{label}: frames sent late by, p99", _ms(late.percentile(99)), "ms", late.n),
        count(f"{label}: times that speech ran dry", round(dry), len(made.asked)),
    ]


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else 1000.0 * seconds
