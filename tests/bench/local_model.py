"""Part `local-model`: how soon the local language model answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.bench.bench import Bench, Judged
from tests.bench.findings import Curves, Findings, Table
from tests.bench.modes import LOCAL_MODEL, installed
from tests.bench.reply import line, raw, sounds
from tests.bench.stats import Target, count, distribution
from tests.bench.verdicts import Verdict

P50, SOUND_SECONDS = Target(2.0), 1.2
SETTLED_SECONDS = 5.0
"""The model's own pauses are longer than an answer's from the file."""


def run(bench: Bench) -> Findings:
    """Ask the model what the file knows."""
    known, _ = bench.questions
    with installed(bench.appliance, _folder()):
        asked = bench.ask_in_mode(LOCAL_MODEL, known[: min(30, bench.turns)], SETTLED_SECONDS)
    return findings(bench.judge(asked))


def _folder() -> Path:
    # It needs libraries that nothing else here does.
    from tests.smollm import smollm  # noqa: PLC0415

    folder: Path = smollm()
    return folder


def findings(judged: Sequence[Judged]) -> Findings:
    """From the replies."""
    answers = [one.answer_seconds for one in judged]
    in_time = sum(one.sound_seconds <= SOUND_SECONDS for one in judged)
    return Findings(
        "local-model",
        "Reply time: local language model, offline",
        "As for knowledge answers, one call, with the model in place of the file's matcher. The model that "
        "packages carry is a fixture: its time is measured, and what it says is shown, not held to a target.",
        [
            *distribution("end of question to first word of answer", answers, "s", p50=P50),
            *distribution("to first sound, a filler included", sounds(judged), "s"),
            count(
                f"something heard within {SOUND_SECONDS:g} s",
                in_time,
                len(judged),
                Target(len(judged), at_least=True),
            ),
        ],
        [
            Table(
                "What was heard",
                tuple(verdict.value for verdict in Verdict),
                [[str(Counter(one.verdict for one in judged)[verdict]) for verdict in Verdict]],
            )
        ],
        failures=[line("local model", one) for one in judged if one.problem],
        plots=[
            Curves(
                "reply-time-local-model",
                "Local model: end of question to first word, and to first sound",
                "seconds",
                {"first word": answers, "first sound": sounds(judged)},
                {"p50 target": P50.bound},
            )
        ],
        raw=[raw(one) for one in judged],
    )
