"""Part `barge-in`: how soon a reply stops when the caller speaks over it, and what else stops it."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.bench import Bench
from tests.bench.calls import Asked, Conversation
from tests.bench.findings import Findings
from tests.bench.interruptions import Disturbance, Interruption, findings, measured_stop
from tests.bench.questions import VOICES, Question
from tests.bench.sound import longest_pause
from tests.bench.stats import FAILED
from tests.bench.turns import Turn, position
from tests.bench.verdicts import Verdict, judge, was_answered, went_on
from tests.phones.audio import FRAME_SECONDS, Samples, Segment, levels_dbfs, read_wav, resample
from tests.phones.baresip import Phone
from tests.phones.errors import PhoneTimeout
from tests.phones.process import SOURCE_RATE_HZ

if TYPE_CHECKING:
    from tests.bench.noises import Clip

LONG_ANSWER = 60
"""Characters: such an answer goes on for long enough to be interrupted."""
AFTER_SECONDS = (0.8, 1.1, 1.4)
"""From the first sound of a reply to what is said over it, in turn."""
PER_CALL = 5
DISTURBANCES = 50


@dataclass(frozen=True, slots=True)
class _Over:
    """A question, and a sound that comes over its reply."""

    question: Question
    sound: Samples
    after_seconds: float


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came of one `_Over`."""

    first: Turn | None
    second: Turn | None
    call: Conversation


@dataclass(frozen=True, slots=True)
class _Plain:
    """An answer that nothing disturbed."""

    pause_seconds: float = 0.0
    """The longest in it."""
    text: str = ""
    """As it is recognised: some answers never are to the letter."""


def run(bench: Bench) -> Findings:
    """Interrupt, then disturb; all calls first, recognition afterwards."""
    from tests.bench.noises import RATE_HZ, clips  # noqa: PLC0415

    asked = list(itertools.islice(_long_questions(bench), min(30, bench.turns)))
    speech = _other_questions(bench, asked)
    interruptions = [
        _Over(question, other.sound(), after)
        for question, other, after in zip(asked, speech, itertools.cycle(AFTER_SECONDS), strict=False)
    ]
    noises = chosen(list(clips()))
    disturbances = [
        _Over(question, resample(clip.samples, RATE_HZ, SOURCE_RATE_HZ), after)
        for question, clip, after in zip(
            _long_questions(bench), noises, itertools.cycle(AFTER_SECONDS), strict=False
        )
    ]
    plain = list({over.question.topic: over.question for over in disturbances}.values())
    undisturbed = bench.ask(plain, "undisturbed")
    heard = _make(bench, interruptions, "barge-in", replied=True)
    disturbed = _make(bench, disturbances, "disturbed", replied=False)
    bench.say("recognising what was heard")
    plainly = {
        one.question.topic: _Plain(
            longest_pause(_levels(one.heard, one.turn.reply_place)),
            bench.recognise(one.heard, one.turn.reply_place),
        )
        for one in undisturbed
        if one.turn is not None and one.heard is not None and one.turn.reply_place is not None
    }
    found = [
        _interruption(bench, over, other, one)
        for over, other, one in zip(interruptions, speech, heard, strict=False)
    ]
    others = [
        _disturbance(bench, over, clip.name, clip.kind.value, one, plainly.get(over.question.topic, _Plain()))
        for over, clip, one in zip(disturbances, noises, disturbed, strict=False)
    ]
    return findings(found, others)


def chosen(clips: Sequence[Clip]) -> list[Clip]:
    """`DISTURBANCES` of all clips: each cough and back-channel, others evenly spread; silence is none."""
    people = [clip for clip in clips if clip.kind.value in ("cough", "backchannel")][:DISTURBANCES]
    others = [clip for clip in clips if clip.kind.value not in ("cough", "backchannel", "silence")]
    wanted = min(DISTURBANCES - len(people), len(others))
    return people + [others[index * len(others) // wanted] for index in range(wanted)]


def _long_questions(bench: Bench) -> Iterator[Question]:
    """Questions that get a long answer, in the file's own words: what counts is what comes after."""
    topics = [topic for topic in bench.texts.topics.values() if len(topic.answer) >= LONG_ANSWER]
    for voice, topic in zip(itertools.cycle(VOICES), itertools.cycle(topics), strict=False):
        yield Question(topic.questions[0], topic.id, voice)


def _other_questions(bench: Bench, asked: Sequence[Question]) -> list[Question]:
    """Questions in the same voices, each about something else than what it comes over."""
    known, _ = bench.questions
    found = []
    for question, other in zip(asked, itertools.cycle(known), strict=False):
        chosen = (
            other
            if other.topic != question.topic
            else next(one for one in known if one.topic != question.topic)
        )
        found.append(Question(chosen.text, chosen.topic, question.voice))
    return found


def _make(bench: Bench, overs: Sequence[_Over], name: str, *, replied: bool) -> list[_Heard]:
    """One caller's calls, a few of `overs` in each; `replied`: what is said over a reply gets its own."""
    made: list[_Heard] = []

    def use(phone: Phone, number: int) -> list[Asked]:
        for start in range(0, len(overs), PER_CALL):
            bench.say(f"{name}: {start} of {len(overs)}")
            some = overs[start : start + PER_CALL]
            made.extend(_call(bench, phone, some, f"{name}-{start // PER_CALL}", replied))
        return []

    bench.callers.each(1, use)
    return made


def _call(bench: Bench, phone: Phone, overs: Sequence[_Over], name: str, replied: bool) -> list[_Heard]:
    sounds = [over.question.sound() for over in overs]

    def talk(call: Conversation) -> None:
        for over, sound in zip(overs, sounds, strict=True):
            call.say(sound)
            with contextlib.suppress(PhoneTimeout):  # found in the recording
                phone.wait_speech()
            bench.callers.wait(over.after_seconds)
            call.say(over.sound)
            if replied:
                call.hear_reply()
            else:
                call.hear_end()

    call = bench.callers.converse(phone, name, talk)
    turns = call.turns()
    if bench.callers.interrupted:  # what was not said any more has not failed
        overs = overs[: max(0, len(turns) - 1) // 2]
    turns += [None] * (2 * len(overs) - len(turns))
    return [_Heard(turns[2 * index], turns[2 * index + 1], call) for index in range(len(overs))]


def _interruption(bench: Bench, over: _Over, other: Question, one: _Heard) -> Interruption:
    recording = one.call.recording
    if recording is None or one.first is None or one.second is None:
        problem = one.call.problem or "the phone did not say it"
        return Interruption(other.text, over.question.topic, FAILED, Verdict.SILENT, "", problem)
    heard_any = bool(one.first.during or one.first.after)
    stop = measured_stop(
        _levels(recording.heard, None),
        position(recording.heard_clock, one.second.said.start),
        position(recording.heard_clock, one.second.said.end),
    )
    after = one.second.after
    place = Segment(after[0].place.start, after[-1].place.end) if after else None
    text = bench.recognise(recording.heard, place)
    verdict = judge(text, other.topic, bench.texts)
    problem = one.call.problem if heard_any else "no reply to interrupt"
    return Interruption(
        other.text,
        over.question.topic,
        stop if heard_any else FAILED,
        verdict,
        text,
        problem,
        recording.heard.name,
    )


def _disturbance(bench: Bench, over: _Over, name: str, kind: str, one: _Heard, plain: _Plain) -> Disturbance:
    recording = one.call.recording
    if recording is None or one.first is None:
        return Disturbance(name, kind, False, 0.0, False, "", one.call.problem or "the phone did not ask")
    later = [*(one.second.during if one.second else ()), *(one.second.after if one.second else ())]
    heard = [*one.first.during, *one.first.after, *later]
    place = Segment(heard[0].place.start, heard[-1].place.end) if heard else None
    text = bench.recognise(recording.heard, place)
    answer = bench.texts.topics[over.question.topic].answer
    pause = longest_pause(_levels(recording.heard, place))
    return Disturbance(
        name,
        kind,
        went_on(text, answer) or went_on(text, plain.text),
        max(0.0, pause - plain.pause_seconds),
        was_answered(text, answer, bench.texts),
        text,
        one.call.problem,
        recording.heard.name,
    )


def _levels(heard: Path, part: Segment | None) -> Samples:
    levels = levels_dbfs(*read_wav(heard))
    if part is None:
        return levels
    return levels[round(part.start / FRAME_SECONDS) : round(part.end / FRAME_SECONDS)]
