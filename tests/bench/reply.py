"""Part `reply`: how soon knowledge answers come, at one call and at several, and whether they are right."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.bench import Bench, Judged
from tests.bench.findings import Curves, Findings, Table
from tests.bench.stats import Figure, Target, count, distribution, mean, percentile
from tests.bench.verdicts import Verdict

P50, P95, AT_TEN_P95 = Target(0.9), Target(1.4), Target(3.0)
RIGHT_SHARE = 0.9
"""45 of 50."""


def run(bench: Bench) -> Findings:
    """Ask, at each number of calls at once, and judge afterwards."""
    runs: dict[int, list[Judged]] = {}
    for callers in (1, *bench.calls_at_once):
        bench.conversations(callers)  # all that is timed comes before the recogniser takes the processor
    for callers in (1, *bench.calls_at_once):
        runs[callers] = bench.judged(callers)
    return findings(runs)


def findings(runs: Mapping[int, Sequence[Judged]]) -> Findings:
    """From the replies at each number of calls at once."""
    figures: list[Figure] = []
    series: dict[str, Sequence[float]] = {}
    rows = []
    failures: list[str] = []
    for callers, judged in runs.items():
        known = [one for one in judged if one.asked.question.topic]
        label = f"{callers} call{'s' if callers > 1 else ''}"
        answers = [one.answer_seconds for one in known]
        targets = {1: {"p50": P50, "p95": P95}, 10: {"p95": AT_TEN_P95}}.get(callers, {})
        figures += distribution(f"{label}: end of question to first word of answer", answers, "s", **targets)
        figures += distribution(f"{label}: to first sound, a filler included", sounds(known), "s")
        if callers > 1:
            figures.append(
                mean(f"{label}: from one question of a caller to the next, mean", intervals(known), "s")
            )
        series[label] = answers
        rows.append(_row(label, known))
        failures += [line(label, one) for one in judged if one.problem or not _as_it_should_be(one)]
        if callers == 1:
            figures += correctness(judged)
            rows.append(_row("questions without an answer", [one for one in judged if one not in known]))
    return Findings(
        "reply",
        "Reply time: knowledge answers, offline",
        "From the last sound of the question in the phone's recording of what it said to the first word of "
        "the answer in its recording of what it heard, both on one clock (20 ms steps; the clock's own "
        f"uncertainty, 95th percentile: {_spread(runs)}). Three voices, PCMU; with one "
        "call the next question comes when the reply is over, with several each caller speaks every 12 s. "
        "What a reply was is judged afterwards, by recognising the recording, and where that is nothing that "
        "the assistant says, by its own account.",
        figures,
        [Table("What was heard", ("", *(verdict.value for verdict in Verdict), "n"), rows)],
        failures,
        [
            Curves(
                "reply-time",
                "Knowledge answers: end of question to first word",
                "seconds",
                series,
                {"p50 target": P50.bound, "p95 target": P95.bound},
            )
        ],
        {f"{callers} calls": [raw(one) for one in judged] for callers, judged in runs.items()},
    )


def sounds(judged: Sequence[Judged]) -> list[float]:
    """Times to the first sound."""
    return [one.sound_seconds for one in judged]


def intervals(judged: Sequence[Judged]) -> list[float]:
    """Seconds from the start of each question to that of the next in the same call."""
    begun: dict[str, list[float]] = {}
    for one in judged:
        if one.asked.turn is not None:
            begun.setdefault(str(one.asked.heard), []).append(one.asked.turn.said.start)
    return [later - earlier for starts in begun.values() for earlier, later in itertools.pairwise(starts)]


def correctness(judged: Sequence[Judged]) -> list[Figure]:
    """How many known questions were answered right or asked back about rightly, and unknown ones answered."""
    known = [one for one in judged if one.asked.question.topic]
    unknown = [one for one in judged if not one.asked.question.topic]
    right = sum(one.verdict is Verdict.RIGHT for one in known)
    served = right + sum(one.verdict is Verdict.ASKED for one in known)
    wrong = sum(one.verdict is Verdict.WRONG for one in unknown)
    least = Target(math.ceil(RIGHT_SHARE * len(known)), at_least=True)
    return [
        count("questions in other words than the file's, answered right", right, len(known)),
        count("those, or asked back whether that is meant", served, len(known), least),
        count("questions without an answer, answered wrongly", wrong, len(unknown), Target(0)),
    ]


def line(label: str, one: Judged) -> str:
    """A reply that is not as it should be, for the list of failures."""
    what = one.problem or f"{one.verdict.value}: “{one.text}”"
    recording = one.asked.heard.name if one.asked.heard else "no recording"
    topic = one.asked.question.topic or "no answer"
    return f"{label}: “{one.asked.question.text}” ({topic}): {what} ({recording})"


def raw(one: Judged) -> dict[str, Any]:
    """All about a reply, for report.json."""
    return {
        "question": one.asked.question.text,
        "topic": one.asked.question.topic,
        "voice": one.asked.question.voice,
        "answer_seconds": one.answer_seconds,
        "first_sound_seconds": one.sound_seconds,
        "verdict": one.verdict.value,
        "heard": one.text,
        "recording": one.asked.heard.name if one.asked.heard else "",
        "problem": one.problem,
        "stages": one.asked.stages,
        "clock_spread_seconds": one.asked.clock_spread_seconds,
    }


def _as_it_should_be(one: Judged) -> bool:
    if one.asked.question.topic:
        return one.verdict in {Verdict.RIGHT, Verdict.ASKED}
    return one.verdict is not Verdict.WRONG


def _row(label: str, judged: Sequence[Judged]) -> list[str]:
    verdicts = Counter(one.verdict for one in judged)
    return [label, *(str(verdicts[verdict]) for verdict in Verdict), str(len(judged))]


def _spread(runs: Mapping[int, Sequence[Judged]]) -> str:
    spreads = [
        one.asked.clock_spread_seconds for judged in runs.values() for one in judged if not one.problem
    ]
    found = percentile(spreads, 95)
    return "unknown" if found is None else f"{1000 * found:.0f} ms"
