"""Part `kinyarwanda`: how often the Kinyarwanda assistant is right, and how soon it answers.

What it said is taken from its own account of the call, since no recogniser of free Kinyarwanda is at hand.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from sipforge.text.plain import words
from tests.bench.bench import Bench, pieces
from tests.bench.calls import Asked, Pace, dealt
from tests.bench.findings import Curves, Findings, Table
from tests.bench.outside import Sound, sounds
from tests.bench.stats import FAILED, Figure, Target, count, distribution, percentile
from tests.bench.telephone import RATE_HZ, with_noise
from tests.phones.audio import Samples, read_wav, resample
from tests.phones.baresip import Phone
from tests.phones.process import SOURCE_RATE_HZ
from tests.phones.speech import MANNERS, kinyarwanda
from tests.phones.texts import Texts, load_texts

ASSISTANT = "3000"
CONDITIONS: dict[str, float | None] = {"clean": None, "20 dB": 20.0, "12 dB": 12.0}
"""Speech over noise."""
PHRASINGS = 2
AT_ONCE = 6
RIGHT_SHARE = 0.9
TIMES_AS_LONG = Target(150.0)
FULL_TURNS = 30
_EDGE_SECONDS = 0.1
_BEGINNING = 5
"""Words: the menu has the first of some."""


class Outcome(Enum):
    """What came of a question."""

    RIGHT = "right"
    REJECTED = "rejected"
    """It was not understood, or not known."""
    WRONG = "wrong"
    """Something else was answered."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A question in one manner, over one line."""

    text: str
    topic: str
    manner: tuple[int, int] = MANNERS[1]
    snr_db: float | None = None

    @property
    def voice(self) -> str:
        """Who asks, and how."""
        noise = "" if self.snr_db is None else f", noise at {self.snr_db:g} dB"
        return f"{self.manner[0]} words per minute, pitch {self.manner[1]}{noise}"

    def sound(self) -> Samples:
        """It, spoken, at the phones' rate.

        Raises:
            SpeechError: see tests.phones.speech.
        """
        samples, rate_hz = read_wav(kinyarwanda(self.text, *self.manner))
        samples = resample(samples, rate_hz, RATE_HZ)
        if self.snr_db is not None:
            samples = with_noise(samples, self.snr_db, sum(map(ord, self.text)))
        return resample(samples, RATE_HZ, SOURCE_RATE_HZ)


def run(bench: Bench) -> Findings:
    """One caller for the times, several at once for all the questions in all manners."""
    texts = load_texts("kinyarwanda", bench.appliance.office())
    few = None if bench.turns >= FULL_TURNS else bench.turns
    timed = _ask(bench, questions(texts, MANNERS[1:2])[: bench.turns], "timed", 1)
    asked = {
        name: _ask(bench, conditioned(texts, snr_db)[:few], name.replace(" ", "-"), AT_ONCE)
        for name, snr_db in CONDITIONS.items()
    }
    outside = _ask(bench, list(sounds())[:few], "outside", AT_ONCE)
    english = [one.answer_seconds for one in bench.judged(1) if one.asked.question.topic]
    return findings(texts, timed, asked, outside, english)


def questions(texts: Texts, manners: Sequence[tuple[int, int]], snr_db: float | None = None) -> list[Spoken]:
    """Each topic's first phrasings in each of `manners`."""
    return [
        Spoken(text, topic.id, manner, snr_db)
        for manner in manners
        for rank in range(PHRASINGS)
        for topic in texts.topics.values()
        for text in topic.questions[rank : rank + 1]
    ]


def conditioned(texts: Texts, snr_db: float | None) -> list[Spoken]:
    """Without noise every question in every manner; with it, each in one, in turn."""
    if snr_db is None:
        return questions(texts, MANNERS)
    once = questions(texts, MANNERS[:1])
    return [
        Spoken(one.text, one.topic, manner, snr_db)
        for one, manner in zip(once, itertools.cycle(MANNERS), strict=False)
    ]


def _ask(bench: Bench, some: Sequence[Spoken] | Sequence[Sound], name: str, callers: int) -> list[Asked]:
    hands: list[list[Spoken | Sound]] = list(dealt(list(some), callers))
    done = itertools.count()

    def use(phone: Phone, number: int) -> list[Asked]:
        found: list[Asked] = []
        for index, start in enumerate(range(0, len(hands[number]), 10)):
            bench.say(f"kinyarwanda {name}, call {next(done) + 1}: {len(some)} questions in all")
            pace = Pace(assistant=ASSISTANT)
            call = f"kinyarwanda-{name}-{phone.extension}-{index}"
            found += bench.callers.ask_all(phone, hands[number][start : start + 10], call, pace)
        return found

    return bench.callers.each(callers, use)


def outcome(one: Asked, texts: Texts) -> Outcome:
    """What came of it, by the assistant's account."""
    said = words(one.reported)
    answers = {topic.id: words(topic.answer) for topic in texts.topics.values()}
    given = {topic for topic, answer in answers.items() if _holds(said, answer)}
    if one.question.topic in given:
        return Outcome.RIGHT if given == {one.question.topic} else Outcome.WRONG
    return Outcome.WRONG if given else Outcome.REJECTED


def _holds(said: Sequence[str], answer: Sequence[str]) -> bool:
    """Whether the first words of `answer` were heard: it may have been cut off."""
    begin = list(answer[:_BEGINNING])
    return any(list(said[place : place + len(begin)]) == begin for place in range(len(said)))


def answer_seconds(one: Asked, texts: Texts) -> float:
    """From the end of the question to the first word of the reply, what is said meanwhile not counted."""
    turn, heard = one.turn, one.heard
    if turn is None or heard is None or turn.reply_place is None or not math.isfinite(turn.reply_seconds):
        return FAILED
    filler = texts.phrases["one_moment"]
    if words(one.reported)[: len(words(filler))] != words(filler):
        return turn.reply_seconds
    samples, rate_hz = read_wav(kinyarwanda(filler))
    begins = turn.reply_place.start + len(samples) / rate_hz - _EDGE_SECONDS
    after = [piece.start for piece in pieces(heard, turn.reply_place) if piece.start >= begins]
    return turn.reply_seconds + after[0] - turn.reply_place.start if after else FAILED


def findings(
    texts: Texts,
    timed: Sequence[Asked],
    asked: Mapping[str, Sequence[Asked]],
    outside: Sequence[Asked],
    english: Sequence[float],
) -> Findings:
    """From the replies; `english` holds the reply times of the English assistant in the same run."""
    right_ones = [one for one in timed if outcome(one, texts) is Outcome.RIGHT]
    answers = [answer_seconds(one, texts) for one in right_ones]
    own, other = percentile(answers, 50), percentile(english, 50)
    ratio = 100 * own / other if own is not None and other else None
    figures: list[Figure] = [
        *distribution("1 call: end of question to first word of a right answer", answers, "s"),
        Figure(
            "... its median, over that of the English assistant", ratio, "%", len(answers), 0, TIMES_AS_LONG
        ),
    ]
    rows, failures = [], []
    for name, some in {**asked, "1 call, clean": timed}.items():
        found = Counter(outcome(one, texts) for one in some)
        rows.append([name, *(str(found[kind]) for kind in Outcome), str(len(some))])
        strict = name == "clean"
        right = Target(math.ceil(RIGHT_SHARE * len(some)), at_least=True) if strict else None
        wrong = Target(0) if strict else None
        figures.append(count(f"{name}: answered right", found[Outcome.RIGHT], len(some), right))
        figures.append(count(f"{name}: answered wrongly", found[Outcome.WRONG], len(some), wrong))
        failures += [_line(name, one, outcome(one, texts)) for one in some]
    taken = [one for one in outside if outcome(one, texts) is Outcome.WRONG]
    figures.append(count("what is not in the set: answered", len(taken), len(outside), Target(0)))
    failures += [_line("outside", one, Outcome.WRONG) for one in taken]
    return Findings(
        "kinyarwanda",
        "The Kinyarwanda assistant",
        f"Each topic in its first {PHRASINGS} phrasings, spoken by espeak-ng's Kinyarwanda voice (synthetic: "
        "nothing is known of human callers) at four speeds and pitches, PCMU; noise is pink. "
        f"{AT_ONCE} callers at once, and one alone for the times. Whether the reply was right is by the "
        "assistant's own account of what was heard.",
        figures,
        [Table("Questions", ("", *(kind.value for kind in Outcome), "n"), rows)],
        [line for line in failures if line],
        [
            Curves(
                "reply-time-kinyarwanda",
                "Knowledge answers: end of question to first word",
                "seconds",
                {"Kinyarwanda": answers, "English": english},
            )
        ],
        {name: [_raw(one, texts) for one in some] for name, some in {**asked, "timed": timed}.items()},
    )


def _line(name: str, one: Asked, what: Outcome) -> str:
    if what is Outcome.RIGHT:
        return ""
    recording = Path(one.heard).name if one.heard else "no recording"
    return (
        f"{name}: “{one.question.text}” ({one.question.topic or 'no answer'}; {one.question.voice}): "
        f"{one.problem or what.value}: “{one.reported}” ({recording})"
    )


def _raw(one: Asked, texts: Texts) -> dict[str, object]:
    return {
        "question": one.question.text,
        "topic": one.question.topic,
        "voice": one.question.voice,
        "outcome": outcome(one, texts).value,
        "answer_seconds": answer_seconds(one, texts),
        "reported": one.reported,
        "stages": one.stages,
        "problem": one.problem,
    }
