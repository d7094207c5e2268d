"""Part `local-model`: how soon the local language model answers."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.bench import Bench, Judged
from tests.bench.findings import Curves, Findings
from tests.bench.modes import LOCAL_MODEL
from tests.bench.reply import line, raw, sounds
from tests.bench.stats import Target, count, distribution

P50, SOUND_SECONDS = Target(2.0), 1.2
SETTLED_SECONDS = 5.0
"""The model's own pauses are longer than an answer's from the file."""


def run(bench: Bench) -> Findings:
    """Ask the model what the file knows."""
    known, _ = bench.questions
    asked = bench.ask_in_mode(LOCAL_MODEL, known[: min(30, bench.turns)], "local-model", SETTLED_SECONDS)
    return findings(bench.judge(asked))


def findings(judged: Sequence[Judged]) -> Findings:
    """From the replies."""
    answers = [one.answer_seconds for one in judged]
    in_time = sum(one.sound_seconds <= SOUND_SECONDS for one in judged)
    return Findings(
        "local-model",
        "Reply time: local language model, offline",
        "As for knowledge answers, one call, with the model in place of the file's matcher. The model that "
        "packages carry is a fixture: its time is measured, and that it invents is known, so what it says is "
        "listed in report.json, not counted.",
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
