"""Part `turn-cuts`: callers who pause inside a sentence: who is cut off, and how long the others wait."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.bench.bench import Bench
from tests.bench.calls import INTERRUPTED, Asked, Conversation
from tests.bench.findings import Curves, Findings
from tests.bench.questions import VOICES
from tests.bench.stats import FAILED, Target, count, distribution
from tests.phones.audio import Samples, resample
from tests.phones.baresip import Phone
from tests.phones.process import SOURCE_RATE_HZ

if TYPE_CHECKING:
    from tests.bench.pauses import Paused as Sentence

CUTS_SHARE = 2 / 50


@dataclass(frozen=True, slots=True)
class Paused:
    """A sentence with a pause in it, and what came of it."""

    first: str
    pause_seconds: float
    second: str
    was_cut: bool
    """The assistant began to speak before the caller had ended."""
    wait_seconds: float
    """From the caller's last sound to the reply; `FAILED`: cut off, or no reply."""
    text: str
    """What was heard."""
    problem: str
    recording: str


def run(bench: Bench) -> Findings:
    """One call for each sentence, since some ask for a person, and end it; recognition afterwards."""
    from tests.bench.pauses import PAUSED  # noqa: PLC0415
    from tests.bench.speakers import RATE_HZ, SPEAKERS  # noqa: PLC0415

    speakers = SPEAKERS[: len(VOICES)]
    sounds = []
    for index, one in enumerate(PAUSED):
        sound, _, _ = one.spoken(speakers[index % len(speakers)])
        sounds.append(resample(sound, RATE_HZ, SOURCE_RATE_HZ))
    calls: list[Conversation] = []

    def use(phone: Phone, number: int) -> list[Asked]:
        for index, sound in enumerate(sounds):
            if index % 10 == 0:
                bench.say(f"turn-cuts: {index} of {len(sounds)}")
            calls.append(bench.callers.converse(phone, f"paused-{index}", partial(_talk, sound)))
        return []

    bench.callers.each(1, use)
    bench.say(f"recognising {len(calls)} replies")
    return findings(
        [
            _paused(bench, one, call)
            for one, call in zip(PAUSED, calls, strict=True)
            if call.problem != INTERRUPTED
        ]
    )


def findings(paused: Sequence[Paused]) -> Findings:
    """From what was heard."""
    cut = [one for one in paused if one.was_cut]
    waits = [one.wait_seconds for one in paused if not one.was_cut]
    return Findings(
        "turn-cuts",
        "Turn cuts",
        "Sentences with one pause inside, up to 700 ms: a caller is cut off when the assistant is heard "
        "before the caller's last sound. The wait is that from the last sound to the reply, of those who were"
        " not.",
        [
            count("callers cut off", len(cut), len(paused), Target(math.floor(CUTS_SHARE * len(paused)))),
            *distribution("wait after the last sound", waits, "s"),
        ],
        failures=[_line(one) for one in paused if one.was_cut or math.isinf(one.wait_seconds)],
        plots=[Curves("turn-wait", "Wait after a sentence with a pause inside", "seconds", {"wait": waits})],
        raw=[asdict(one) for one in paused],
    )


def _line(one: Paused) -> str:
    what = one.problem or ("cut off" if one.was_cut else "no reply")
    sentence = f"“{one.first} … {one.second}” ({one.pause_seconds:.1f} s)"
    return f"{sentence}: {what}; heard “{one.text}” ({one.recording})"


def _talk(sound: Samples, call: Conversation) -> None:
    call.say(sound)
    call.hear_reply()


def _paused(bench: Bench, one: Sentence, call: Conversation) -> Paused:
    turn = next(iter(call.turns()), None)
    if turn is None or call.recording is None:
        problem = call.problem or "the phone did not say it"
        return Paused(one.first, one.pause_seconds, one.second, False, FAILED, "", problem, "")
    return Paused(
        one.first,
        one.pause_seconds,
        one.second,
        turn.was_cut,
        turn.reply_seconds,
        bench.recognise(call.recording.heard, turn.reply_place),
        call.problem,
        call.recording.heard.name,
    )
