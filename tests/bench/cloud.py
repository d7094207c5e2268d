"""Part `cloud`: the cloud's services, by their stand-in on this machine, whole and with each fault."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from tests.bench.bench import Bench, Judged
from tests.bench.calls import Asked
from tests.bench.findings import Curves, Findings
from tests.bench.modes import FAULTS, Mode, cloud, standin
from tests.bench.questions import Question
from tests.bench.reply import line, raw, sounds
from tests.bench.stats import Figure, Target, count, distribution, percentile
from tests.bench.verdicts import Verdict
from tests.phones.appliance import ApplianceError
from tests.ports import free_port

TURNS, FAULT_TURNS = 30, 4
SETTLED_SECONDS = 3.0
LATER = Target(2.0)
NO_DELAY = Target(0.1)
WHOLE, NO_KEY, NO_NETWORK, OFFLINE = "no fault", "no key", "no network", "offline mode"


def run(bench: Bench) -> Findings:
    """Ask with the stand-in, with each fault of it, and without a key or a network."""
    if not bench.appliance.host.startswith("127."):
        raise ApplianceError(
            "the stand-in is on this machine, whose loopback address the appliance does not share"
        )
    known, _ = bench.questions
    questions = known[: min(TURNS, bench.turns)]
    # In the file's own words: with a fault it counts that there is an answer, not how hard it was to find.
    topics = list(bench.texts.topics.values())[:FAULT_TURNS]
    few = [Question(topic.questions[0], topic.id) for topic in topics]
    asked: dict[str, list[Asked]] = {}

    def ask(name: str, mode: Mode, some: Sequence[Question], then: Callable[[], None] = lambda: None) -> None:
        if not bench.callers.interrupted:
            asked[name] = bench.ask_in_mode(mode, some, SETTLED_SECONDS, then)

    with standin() as service:
        for fault in ("", *FAULTS):
            name = fault.replace("_", " ") or WHOLE
            service.break_down(
                ""
            )  # it is well when the assistant starts, and fails in the middle of its work
            mode = cloud(service.base_url, f"cloud {name}")
            ask(name, mode, few if fault else questions, partial(service.break_down, fault))
    nowhere = f"http://127.0.0.1:{free_port()}/v1"
    ask(NO_NETWORK, cloud(nowhere, NO_NETWORK), few)
    ask(NO_KEY, cloud(nowhere, NO_KEY, key=False), few)
    ask(OFFLINE, Mode(OFFLINE), few)
    return findings({name: bench.judge(some) for name, some in asked.items()})


def findings(runs: Mapping[str, Sequence[Judged]]) -> Findings:
    """From the replies in each state of the cloud."""
    figures: list[Figure] = []
    answers = {name: [one.answer_seconds for one in judged] for name, judged in runs.items()}
    whole = percentile(answers.get(WHOLE, []), 50)
    offline = percentile(answers.get(OFFLINE, []), 50)
    for name, judged in runs.items():
        figures += distribution(f"{name}: end of question to first word", answers[name], "s")
        if name == WHOLE:
            figures += distribution(f"{name}: to first sound", sounds(judged), "s")
        if name in (WHOLE, OFFLINE):
            continue
        replied = sum(one.verdict is Verdict.RIGHT for one in judged)
        wanted = Target(len(judged), at_least=True)
        figures.append(
            count(
                f"{name}: answered right from the local file in the same turn", replied, len(judged), wanted
            )
        )
        if name in (NO_KEY, NO_NETWORK):
            figures.append(
                _later(f"{name}: median later than in offline mode", answers[name], 50, offline, NO_DELAY)
            )
        else:
            figures.append(
                _later(f"{name}: slowest later than the median without it", answers[name], 100, whole, LATER)
            )
    return Findings(
        "cloud",
        "Reply time: cloud stand-in",
        "One call; recognition, language model and speech by a server on this machine with the cloud's API, "
        "which shares its two cores: the times say that streaming works, not how fast the real services are.",
        figures,
        failures=[
            line(name, one)
            for name, judged in runs.items()
            for one in judged
            if one.problem or (name != WHOLE and one.verdict is not Verdict.RIGHT)
        ],
        plots=[
            Curves("reply-time-cloud", "Cloud stand-in: end of question to first word", "seconds", answers)
        ],
        raw={name: [raw(one) for one in judged] for name, judged in runs.items()},
    )


def _later(what: str, seconds: Sequence[float], percent: float, base: float | None, target: Target) -> Figure:
    found = percentile(seconds, percent)
    value = None if found is None or base is None else found - base
    return Figure(what, value, "s", len(seconds), 0, target)
