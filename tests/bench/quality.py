"""Part `quality`: PESQ of what phones hear, and how much the server delays people who talk to each other."""

from __future__ import annotations

import contextlib
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from tests.bench.bench import Bench
from tests.bench.calls import Asked
from tests.bench.findings import Bars, Findings
from tests.bench.questions import VOICES, Question
from tests.bench.rtp import Tap, delays
from tests.bench.sound import ALIKE, PESQ_RATE_HZ, Place, find, handset, listening_quality, ulaw
from tests.bench.stats import Figure, Target, mean, percentile
from tests.phones.appliance import Appliance
from tests.phones.audio import Samples, Segment, cut, read_wav, resample
from tests.phones.process import SOURCE_RATE_HZ
from tests.phones.recording import Recording

CACHE = "/var/cache/sipforge/bot-english"
ARCHIVE = "/run/sipforge-bench.tar"
CACHE_RATE_HZ = 16000
SHORTEST_SECONDS = 1.0
"""A shorter sentence is found in others by chance."""
MOS, DELAY_P99 = Target(4.0, at_least=True), Target(20.0)
MARGIN_SECONDS = 0.5
"""More than the silence at the ends of a synthesised sentence."""
SENTENCES = 10
"""That each of two people says to the other."""
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Scored:
    """A sentence as it was heard, against what it was."""

    what: str
    likeness: float
    mos: float | None
    """None: not found in the recording, or PESQ would not."""
    recording: str
    ceiling: float | None = None
    """What ulaw alone leaves of it."""


def run(bench: Bench) -> Findings:
    """A conversation of two people first, because it is timed; then what bots' callers heard."""
    people, delay = _people(bench)
    one = bench.conversations(1).asked
    many = bench.conversations(AT_ONCE).asked if AT_ONCE in bench.calls_at_once else ()
    bench.say("comparing what was heard with what was synthesised")
    references = fetch_sentences(bench.appliance, bench.folder)
    return findings(
        {
            "bot, 1 call": bot_scores(one, references),
            **({f"bot, {AT_ONCE} calls": bot_scores(many, references)} if many else {}),
            "user to user": people,
        },
        delay,
    )


def findings(scores: Mapping[str, Sequence[Scored]], delay: Sequence[float] | None) -> Findings:
    """From the scores of each kind of call, and each packet's seconds in the server (None: not measured)."""
    figures: list[Figure] = []
    means: dict[str, float] = {}
    for kind, scored in scores.items():
        values = [one.mos for one in scored if one.mos is not None]
        figure = mean(f"{kind}: PESQ, mean", values, "MOS", MOS)
        figures += [
            Figure(figure.what, figure.value, "MOS", len(scored), len(scored) - len(values), MOS),
            Figure(f"{kind}: PESQ, worst", min(values, default=None), "MOS", len(values)),
        ]
        ceilings = [one.ceiling for one in scored if one.ceiling is not None]
        figures.append(mean(f"{kind}: PESQ that ulaw alone would leave, mean", ceilings, "MOS"))
        if figure.value is not None:
            means[kind] = figure.value
    added = None if delay is None else [1000.0 * seconds for seconds in delay]
    for percent, target in ((50, None), (99, DELAY_P99)):
        value = percentile(added, percent) if added else None
        what = f"user to user: delay added by the server, one way, p{percent}"
        figures.append(Figure(what, value, "ms", len(added or ()), 0, target))
    return Findings(
        "quality",
        "Sound quality",
        "PESQ (ITU-T P.862, narrow band, MOS-LQO) at 8 kHz: a bot's sentences as heard against its "
        "synthesised audio, users' sentences, limited to a handset's band, as heard against what the other "
        "phone sent. Failed: the sentence was not found in what was heard. Delay: each packet of speech from "
        "its arrival at the server to its leaving, by the kernel's clock, packets matched by content "
        "(accuracy well below 1 ms).",
        figures,
        failures=[
            f"{kind}: {one.what}: not found, likeness {one.likeness:.2f} ({one.recording})"
            for kind, scored in scores.items()
            for one in scored
            if one.mos is None
        ],
        plots=[Bars("quality", "PESQ of what was heard (mean)", "MOS-LQO", means, MOS.bound)],
        raw={kind: [asdict(one) for one in scored] for kind, scored in scores.items()},
    )


def bot_scores(asked: Sequence[Asked], references: Mapping[str, Samples]) -> list[Scored]:
    """Every synthesised sentence found in a reply, as it was heard; a reply with none in it has failed."""
    found: list[Scored] = []
    for one in asked:
        if one.turn is None or one.heard is None or one.turn.reply_place is None:
            continue
        heard = _at_pesq_rate(one.heard, one.turn.reply_place)
        places = {name: find(reference, heard) for name, reference in references.items()}
        alike = {name: place for name, place in places.items() if place.likeness >= ALIKE}
        for name, place in alike.items():
            found.append(score(name[:12], references[name], heard, place, one.heard.name))
        if not alike:
            best = max((place.likeness for place in places.values()), default=0.0)
            found.append(Scored(f"reply to “{one.question.text}”", best, None, one.heard.name))
    return found


def score(what: str, reference: Samples, heard: Samples, place: Place, recording: str) -> Scored:
    """PESQ of a sentence where it was found."""
    if place.likeness < ALIKE:
        return Scored(what, place.likeness, None, recording)
    part = heard[place.start : place.start + len(reference)]
    ceiling = listening_quality(reference, ulaw(reference))
    return Scored(what, place.likeness, listening_quality(reference, part), recording, ceiling)


def fetch_sentences(appliance: Appliance, folder: Path) -> dict[str, Samples]:
    """What the English bot has synthesised, by the name of its file, at PESQ's rate.

    Raises:
        ApplianceError: the host would not.
    """
    archive = folder / "synthesised.tar"
    try:
        appliance.run("tar", "-C", CACHE, "-cf", ARCHIVE, ".")
        appliance.fetch(ARCHIVE, archive)
    finally:
        appliance.run("rm", "-f", ARCHIVE)
    found: dict[str, Samples] = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            opened = packed.extractfile(member) if member.name.endswith(".sln16") else None
            if opened is None:
                continue
            slin = np.frombuffer(opened.read(), dtype="<i2") / 32768.0
            sound = resample(slin, CACHE_RATE_HZ, PESQ_RATE_HZ)
            if len(sound) >= SHORTEST_SECONDS * PESQ_RATE_HZ:
                found[Path(member.name).stem] = sound
    archive.unlink()
    return found


def _people(bench: Bench) -> tuple[list[Scored], list[float] | None]:
    """Two users say sentences to each other, one after the other."""
    caller, callee = bench.callers.phones(2)
    known, _ = bench.questions
    sounds = [
        [
            handset(Question(question.text, question.topic, voice).sound(), SOURCE_RATE_HZ)
            for question in known[:SENTENCES]
        ]
        for voice in VOICES[:2]
    ]
    bench.say(f"{caller.extension} rings {callee.extension}: {2 * SENTENCES} sentences")
    with contextlib.ExitStack() as stack:
        try:
            tap = stack.enter_context(Tap())
        except PermissionError:
            tap = None
        caller.ring(callee.extension)
        try:
            callee.wait_ringing()
            callee.accept()
            caller.wait_talking()
            for forth, back in zip(*sounds, strict=True):
                for speaker, sound in ((caller, forth), (callee, back)):
                    speaker.say_samples(sound)
                    bench.callers.wait(0.6)
        finally:
            caller.close_call()
        recordings = [caller.hangup("user-1"), callee.finish("user-2")]
    scored = user_scores(recordings[0], recordings[1]) + user_scores(recordings[1], recordings[0])
    return scored, delays(bench.callers.own(tap.flows)) if tap else None


def user_scores(speaker: Recording, listener: Recording) -> list[Scored]:
    """Each sentence that one phone sent, as another heard it."""
    heard = _at_pesq_rate(listener.heard, None)
    found = []
    for said in speaker.said_segments():
        if said.seconds < SHORTEST_SECONDS:
            continue
        reference = _at_pesq_rate(speaker.said, said)
        what = f"{speaker.said.name} at {said.start:.1f} s"
        found.append(score(what, reference, heard, find(reference, heard), listener.heard.name))
    return found


def _at_pesq_rate(path: Path, part: Segment | None) -> Samples:
    samples, rate_hz = read_wav(path)
    if part is not None:
        samples = cut(samples, rate_hz, part, MARGIN_SECONDS)
    return resample(samples, rate_hz, PESQ_RATE_HZ)
