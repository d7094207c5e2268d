"""What came of sounds over a reply, wanted and unwanted, and the figures made of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.bench.findings import Curves, Findings, Table
from tests.bench.sound import speaks_at, stop_seconds
from tests.bench.stats import FAILED, Figure, Target, count, distribution
from tests.bench.verdicts import Verdict
from tests.phones.audio import Samples

P50, P95 = Target(0.25), Target(0.4)
FALSE_STOPS_SHARE = 1 / 50
HESITATES_SECONDS = 0.15
"""A longest pause that much longer than the undisturbed answer's is a hesitation."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """The caller spoke over a reply."""

    question: str
    over: str
    """Topic of the reply."""
    stop_seconds: float | None
    """From the caller's first sound to the reply's last; `FAILED`: it went on, or there was none; None: the
    caller's first sound fell into a pause of the reply, so there was nothing to measure.
    """
    verdict: Verdict
    """On the reply to it."""
    text: str
    problem: str = ""
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A sound that nobody means, over a reply."""

    name: str
    kind: str
    went_on: bool
    """The reply was heard to its end."""
    hesitation_seconds: float
    """By how much its longest pause was longer than undisturbed."""
    answered: bool
    """The assistant replied to it."""
    text: str
    problem: str = ""
    recording: str = ""


def measured_stop(levels: Samples, onset: float, until: float) -> float | None:
    """When a reply stopped, as `Interruption.stop_seconds`."""
    if not speaks_at(levels, onset):
        return None
    stop = stop_seconds(levels, onset, until)
    return FAILED if stop is None else stop


def findings(interruptions: Sequence[Interruption], disturbances: Sequence[Disturbance]) -> Findings:
    """From what was heard."""
    stops = [one.stop_seconds for one in interruptions if one.stop_seconds is not None]
    right = sum(one.verdict is Verdict.RIGHT for one in interruptions)
    lost = [one for one in disturbances if not one.went_on]
    most = Target(math.floor(FALSE_STOPS_SHARE * len(disturbances)))
    figures: list[Figure] = [
        *distribution("caller's first sound to the reply's last", stops, "s", p50=P50, p95=P95),
        count(
            "interruptions that fell into a pause of the reply, not among those",
            len(interruptions) - len(stops),
            len(interruptions),
        ),
        count("interrupting questions answered right", right, len(interruptions)),
        count("replies lost to a cough, a noise or a back-channel", len(lost), len(disturbances), most),
        count("disturbances that got a reply", sum(one.answered for one in disturbances), len(disturbances)),
        *distribution(
            "hesitation of replies that went on",
            [one.hesitation_seconds for one in disturbances if one.went_on],
            "s",
        ),
    ]
    return Findings(
        "barge-in",
        "Barge-in",
        "A second question is spoken over a reply, 0.8 to 1.4 s after it began: from its first sound in what "
        "the phone said to the last sound of the reply in what it heard (20 ms steps). Coughs, noises and "
        "back-channels are played over replies in the same way; a reply is lost when its last words are not "
        "heard.",
        figures,
        [_by_kind(disturbances)],
        [
            *(
                f"interrupted “{one.question}” over {one.over}: {one.problem or _outcome(one)} "
                f"({one.recording})"
                for one in interruptions
                if one.problem or one.stop_seconds == FAILED or one.verdict is not Verdict.RIGHT
            ),
            *(
                f"{one.name} ({one.kind}): {one.problem or f'reply lost, heard “{one.text}”'} "
                f"({one.recording})"
                for one in lost
            ),
        ],
        [
            Curves(
                "barge-in",
                "Barge-in: caller's first sound to the end of the reply",
                "seconds",
                {"stop": stops},
                {"p50 target": P50.bound, "p95 target": P95.bound},
            )
        ],
        {
            "interruptions": [_raw(one) for one in interruptions],
            "disturbances": [_raw(one) for one in disturbances],
        },
    )


def _outcome(one: Interruption) -> str:
    if one.stop_seconds is None:
        stop = "in a pause"
    else:
        stop = "did not stop" if one.stop_seconds == FAILED else f"stopped after {one.stop_seconds:.2f} s"
    return f"{stop}, {one.verdict.value}: “{one.text}”"


def _by_kind(disturbances: Sequence[Disturbance]) -> Table:
    rows = []
    for kind in dict.fromkeys(one.kind for one in disturbances):
        own = [one for one in disturbances if one.kind == kind]
        hesitated = sum(one.went_on and one.hesitation_seconds > HESITATES_SECONDS for one in own)
        lost = sum(not one.went_on for one in own)
        answered = sum(one.answered for one in own)
        rows.append([kind, str(len(own)), str(lost), str(hesitated), str(answered)])
    return Table("Disturbances", ("kind", "n", "reply lost", "hesitated, went on", "got a reply"), rows)


def _raw(one: Interruption | Disturbance) -> dict[str, Any]:
    return {name: value.value if isinstance(value, Verdict) else value for name, value in asdict(one).items()}
