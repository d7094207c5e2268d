"""What the parts of the benchmark share: the appliance, the phones, and calls that several parts measure."""

from __future__ import annotations

import contextlib
import itertools
import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.bench.calls import Asked, Callers, Pace, dealt
from tests.bench.host import Usage, cores_used, read_metrics
from tests.bench.modes import Mode, configured
from tests.bench.questions import Question, load_questions
from tests.bench.readings import Reading, change
from tests.bench.rtp import Flows, Tap
from tests.bench.stats import FAILED
from tests.bench.verdicts import Verdict, answer_start, fillers, judge, may_hide_answer
from tests.phones.appliance import Appliance
from tests.phones.audio import FRAME_SECONDS, SPEECH_DBFS, Segment, cut, levels_dbfs, read_wav, write_wav
from tests.phones.baresip import Phone
from tests.phones.recognise import Recogniser
from tests.phones.texts import Texts, load_texts

EVERY_SECONDS = 12.0
TURNS_PER_CALL = 10
IDLE_SECONDS = 10.0
SHORT_PAUSE_SECONDS = 0.12
"""Splits a filler from the answer that follows it."""
EDGE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with what was recognised in its reply."""

    asked: Asked
    text: str
    verdict: Verdict
    answer_seconds: float
    """From the end of the question to the first word of the answer; `FAILED`: none came, or it cut in."""

    @property
    def sound_seconds(self) -> float:
        """From the end of the question to the first sound, also that of a filler."""
        return self.asked.turn.reply_seconds if self.asked.turn else FAILED

    @property
    def problem(self) -> str:
        """Why there is no reply time; empty: there is one."""
        if math.isfinite(self.answer_seconds):
            return ""
        if self.asked.turn is None:
            return self.asked.problem or "the phone did not say it"
        return "the caller was cut off" if self.asked.turn.was_cut else self.asked.problem or "no reply"


@dataclass(frozen=True, slots=True)
class Conversations:
    """Calls at the same time in which the knowledge file was asked about, and what they cost."""

    callers: int
    asked: Sequence[Asked]
    seconds: float
    exported: dict[str, Reading]
    """By service: by how much its metrics grew."""
    cores: dict[str, float]
    """By unit, on average; "machine" altogether."""
    memory_mb: dict[str, float]
    """By unit, at the end."""
    flows: Flows | None
    """RTP packets; None: this program may not listen to them."""


class Bench:
    """One run of the benchmark."""

    def __init__(
        self,
        appliance: Appliance,
        callers: Callers,
        turns: int,
        calls_at_once: Sequence[int],
        folder: Path,
        say: Callable[[str], None],
    ) -> None:
        """Make no call yet.

        Args:
            appliance: what is measured.
            callers: who rings it.
            turns: how many turns are timed, at least, for each figure.
            calls_at_once: how many callers there are, in the runs with several.
            folder: where the report and what belongs to it are put.
            say: shows a line of progress.
        """
        self.appliance = appliance
        self.callers = callers
        self.turns = turns
        self.calls_at_once = tuple(calls_at_once)
        self.folder = folder
        self.say = say
        self._conversations: dict[int, Conversations] = {}
        self._judged: dict[int, list[Judged]] = {}

    @cached_property
    def texts(self) -> Texts:
        """What the assistant knows and says."""
        return load_texts("english", self.appliance.office())

    @cached_property
    def questions(self) -> tuple[list[Question], list[Question]]:
        """Those with an answer, and those without."""
        return load_questions()

    @cached_property
    def recogniser(self) -> Recogniser:
        """For recordings, when no call is timed."""
        return Recogniser(report=self.say)

    @cached_property
    def idle(self) -> dict[str, float]:
        """Cores that each unit keeps busy when nobody calls."""
        self.say(f"measuring the idle appliance for {IDLE_SECONDS:g} s")
        self.appliance.wait_idle(30.0)
        before = Usage.read(self.appliance)
        time.sleep(IDLE_SECONDS)
        return cores_used(before, Usage.read(self.appliance))

    def conversations(self, callers: int) -> Conversations:
        """So many calls at once; made when first asked for.

        Raises:
            ApplianceError, PhoneError: they cannot be made.
        """
        if callers not in self._conversations:
            self._conversations[callers] = self._converse(callers)
        return self._conversations[callers]

    def judged(self, callers: int) -> list[Judged]:
        """What was heard in `conversations`."""
        if callers not in self._judged:
            self._judged[callers] = self.judge(self.conversations(callers).asked)
        return self._judged[callers]

    def judge(self, asked: Sequence[Asked]) -> list[Judged]:
        """Recognise the replies; only when no call is timed."""
        self.say(f"recognising {len(asked)} replies")
        return [self._judge(one) for one in asked]

    def recognise(self, heard: Path, part: Segment | None) -> str:
        """What was said in just this part of a recording; nothing in no part."""
        if part is None:
            return ""
        samples, rate_hz = read_wav(heard)
        alone = self.folder / "part.wav"
        write_wav(alone, cut(samples, rate_hz, part, EDGE_SECONDS), rate_hz)
        try:
            return self.recogniser.write(alone)
        finally:
            alone.unlink()

    def ask_in_mode(
        self,
        mode: Mode,
        questions: Sequence[Question],
        settled_seconds: float,
        then: Callable[[], None] = lambda: None,
    ) -> list[Asked]:
        """One caller's questions, with the assistant in another mode.

        The first call only warms it up; `then` is called after it.

        Raises:
            ApplianceError, PhoneError: it cannot be done.
        """
        name = mode.name.replace(" ", "-")
        with configured(self.appliance, mode):
            self.ask(questions[:1], f"{name}-warm-up", settled_seconds)
            then()
            return self.ask(questions, name, settled_seconds)

    def ask(self, questions: Sequence[Question], name: str, settled_seconds: float = 1.2) -> list[Asked]:
        """One caller's questions, some in each call."""

        def use(phone: Phone, number: int) -> list[Asked]:
            found: list[Asked] = []
            for index, some in enumerate(_in_calls(questions)):
                self.say(f"{name}: {len(found)} of {len(questions)} asked")
                found += self.callers.ask_all(
                    phone, some, f"{name}-{index}", Pace(settled_seconds=settled_seconds)
                )
            return found

        return self.callers.each(1, use)

    def _converse(self, callers: int) -> Conversations:
        known, unknown = self.questions
        self.callers.phones(callers)
        self.appliance.wait_idle(30.0)
        self.say(f"{callers} at once: {self._turns_of(callers)} questions")
        with contextlib.ExitStack() as stack:
            tap = _tap(stack, self.say)
            exported, usage = read_metrics(self.appliance), Usage.read(self.appliance)
            if callers == 1:
                asked = self.ask(_mixed(known[: self.turns], unknown), "knowledge")
            else:
                asked = self._ask_at_once(callers)
            end = Usage.read(self.appliance)
            grown = read_metrics(self.appliance)
        return Conversations(
            callers,
            asked,
            end.instant - usage.instant,
            {name: change(exported[name], reading) for name, reading in grown.items()},
            cores_used(usage, end),
            dict(end.memory_mb),
            self.callers.own(tap.flows) if tap else None,
        )

    def _turns_of(self, callers: int) -> int:
        known, unknown = self.questions
        if callers == 1:
            return len(known[: self.turns]) + len(unknown)
        return callers * max(5, math.ceil(self.turns / callers))

    def _ask_at_once(self, callers: int) -> list[Asked]:
        known, _ = self.questions
        hands = list(dealt(list(itertools.islice(itertools.cycle(known), self._turns_of(callers))), callers))
        # They do not speak in step, nor evenly spread: each begins at random, the same in every run.
        begins = [
            random.Random(f"{callers} {number}").uniform(0.0, EVERY_SECONDS) for number in range(callers)
        ]

        def use(phone: Phone, number: int) -> list[Asked]:
            pace = Pace(EVERY_SECONDS, begins[number])
            return self.callers.ask_all(phone, hands[number], f"at-once-{callers}-{phone.extension}", pace)

        return self.callers.each(callers, use)

    def _judge(self, asked: Asked) -> Judged:
        turn = asked.turn
        if turn is None or asked.heard is None or turn.reply_place is None:
            return Judged(asked, "", Verdict.SILENT, FAILED)
        text = self.recognise(asked.heard, turn.reply_place)
        seconds = turn.reply_seconds
        if math.isfinite(seconds) and may_hide_answer(text, fillers(self.texts)):
            heard = asked.heard
            begins = answer_start(
                pieces(heard, turn.reply_place), lambda part: self.recognise(heard, part), fillers(self.texts)
            )
            seconds = FAILED if begins is None else seconds + begins - turn.reply_place.start
        verdict = judge(text, asked.question.topic, self.texts)
        if verdict is Verdict.OTHER and asked.reported:
            # The recogniser does not know every name; the assistant's own account of what was heard does.
            verdict = judge(asked.reported, asked.question.topic, self.texts)
        return Judged(asked, text, verdict, seconds)


def pieces(heard: Path, part: Segment) -> list[Segment]:
    """The stretches of speech in a part of a recording, split at every short pause."""
    samples, rate_hz = read_wav(heard)
    first = round(part.start / FRAME_SECONDS)
    levels = levels_dbfs(samples, rate_hz)[first : round(part.end / FRAME_SECONDS)]
    found: list[Segment] = []
    for index, level in enumerate(levels):
        if level < SPEECH_DBFS:
            continue
        start, end = (first + index) * FRAME_SECONDS, (first + index + 1) * FRAME_SECONDS
        if found and start - found[-1].end <= SHORT_PAUSE_SECONDS:
            found[-1] = Segment(found[-1].start, end)
        else:
            found.append(Segment(start, end))
    return found


def _mixed(known: Sequence[Question], unknown: Sequence[Question]) -> list[Question]:
    """Questions without an answer spread evenly among those with one."""
    places = sorted(
        [((index + 0.5) / len(known), question) for index, question in enumerate(known)]
        + [((index + 0.5) / len(unknown), question) for index, question in enumerate(unknown)],
        key=lambda place: place[0],
    )
    return [question for _, question in places]


def _in_calls(questions: Sequence[Question]) -> list[Sequence[Question]]:
    return [questions[start : start + TURNS_PER_CALL] for start in range(0, len(questions), TURNS_PER_CALL)]


def _tap(stack: contextlib.ExitStack, say: Callable[[str], None]) -> Tap | None:
    try:
        return stack.enter_context(Tap())
    except PermissionError:
        say("not root: the times of RTP packets are not measured")
        return None
