"""The closed set of Kinyarwanda over the telephone's band, without a call.

    python -m tests.bench.closed_set [--json FILE] [--every N] [--knowledge FILE]

The espeak-ng voice in four manners asks two phrasings of each topic of the knowledge file, clean and in
noise; then come 40 utterances that are no phrase. All of it is synthetic: it says nothing of people.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from sipforge.bot.phrases import INTENTS, load_phrases
from sipforge.engines.answering.knowledge import Knowledge, load_knowledge
from sipforge.engines.hearing.whisper.letters import load_letters
from sipforge.engines.hearing.whisper.model import WhisperModel
from sipforge.engines.hearing.whisper.phrases import WINDOW_SECONDS, PhraseMatch, PhraseSet, hear
from sipforge.engines.protocols import Floats
from tests.bench.outside import sounds
from tests.bench.recognition import as_heard
from tests.models import REPOSITORY, model
from tests.phones.audio import read_wav
from tests.phones.speech import MANNERS, kinyarwanda

KNOWLEDGE = REPOSITORY / "inventory" / "knowledge" / "kinyarwanda.toml"
PHRASES = REPOSITORY / "roles" / "sipforge" / "files" / "phrases" / "kinyarwanda.toml"
LETTERS = REPOSITORY / "sipforge" / "text" / "kinyarwanda" / "letters.npz"
NOISES: Final = (("clean", None), ("20 dB", 20.0), ("12 dB", 12.0))
PHRASINGS: Final = 2
DIGITS: Final = tuple(
    "zeru rimwe kabiri gatatu kane gatanu gatandatu karindwi umunani icyenda".split()  # noqa: SIM905
)
DIGIT_STRINGS: Final = 10
"""Of 1, 3, 4 and 10 digits in turn."""
OFFICE: Final = "Ibiro"
RATE_HZ: Final = 16000
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of an utterance."""

    kind: str
    """"question", "yes or no", "digits" or a kind of what is outside the set."""
    said: str
    manner: str
    noise: str
    meaning: str
    """Of digits: they themselves; empty: outside the set."""
    heard: str
    fit: float
    ahead: float
    sure: bool
    heard_meaning: str
    seconds: float
    """Of the caller's utterance."""
    milliseconds: float
    """It took."""

    @property
    def right(self) -> bool:
        """Whether it was believed and meant that."""
        return self.sure and self.heard_meaning == self.meaning

    @property
    def wrong(self) -> bool:
        """Whether something else was believed."""
        return self.sure and self.heard_meaning != self.meaning


class Ear:
    """The recogniser with the phrases of a bot."""

    def __init__(self, knowledge: Knowledge, threads: int = 2) -> None:
        phrases = load_phrases(PHRASES, OFFICE)
        self.knowledge, self.expected = knowledge, knowledge.questions()
        for meaning in INTENTS:
            self.expected |= dict.fromkeys(phrases.intents.get(meaning, ()), f"={meaning.value}")
        self._letters = load_letters(LETTERS)
        self._set = PhraseSet(self._letters, self.expected)
        self._set_and_digits = PhraseSet(self._letters, self.expected, DIGITS)
        self._model = WhisperModel(model("whisper-base"), "sw", threads, WINDOW_SECONDS)

    def match(self, samples: Floats, digits: bool = False) -> PhraseMatch:
        """What `samples` are taken for, where `digits` may be said besides the phrases or not."""
        heard = hear(self._letters, self._model.encode(samples))
        return (self._set_and_digits if digits else self._set).match(heard)

    def ask(self, kind: str, said: str, manner: str, noise: str, samples: Floats) -> Asked:
        """Hear an utterance."""
        begun = time.perf_counter()
        match = self.match(samples, kind == "digits")
        spent = (time.perf_counter() - begun) * 1000
        meaning = self.expected.get(said, said if kind == "digits" else "")
        return Asked(
            *(kind, said, manner, noise, meaning, match.text, match.fit, match.ahead, match.sure),
            *(self.expected.get(match.text, match.text), samples.size / RATE_HZ, spent),
        )


def questions(ear: Ear, report: Report, every: int = 1) -> Iterator[Asked]:
    """Two phrasings of each topic in all manners and noises, and yes and no."""
    asked = [
        ("question", text) for topic in ear.knowledge.topics[::every] for text in topic.questions[:PHRASINGS]
    ] + [("yes or no", text) for text, meaning in ear.expected.items() if meaning in {"=yes", "=no"}]
    for words_per_minute, pitch in MANNERS:
        manner = f"{words_per_minute} words a minute, pitch {pitch}"
        report(manner)
        for seed, (kind, text) in enumerate(asked):
            sound = read_wav(kinyarwanda(text, words_per_minute, pitch))[0]
            for noise, snr_db in NOISES:
                yield ear.ask(kind, text, manner, noise, as_heard(sound, snr_db, seed))


def digit_strings(ear: Ear, report: Report) -> Iterator[Asked]:
    """Digits one after another, where they are expected besides the phrases."""
    report("digit strings")
    random = np.random.default_rng(3)
    for number in range(DIGIT_STRINGS):
        said = " ".join(random.choice(DIGITS, (1, 3, 4, 10)[number % 4]))
        words_per_minute, pitch = MANNERS[number % len(MANNERS)]
        sound = read_wav(kinyarwanda(said, words_per_minute, pitch))[0]
        for noise, snr_db in NOISES:
            yield ear.ask("digits", said, "", noise, as_heard(sound, snr_db, number))


def outside(ear: Ear, report: Report) -> Iterator[Asked]:
    """What is no phrase of the set."""
    report("outside the set")
    for number, one in enumerate(sounds()):
        yield ear.ask(one.voice, one.text, "", "clean", as_heard(one.samples, None, number))


def table(asked: list[Asked], others: list[Asked]) -> str:
    """Right, rejected and wrong by noise; answered of those outside; time."""
    lines = [f"{'':24}{'asked':>8}{'right':>8}{'rejected':>10}{'wrong':>8}"]
    for kind in dict.fromkeys(one.kind for one in asked):
        for noise, _ in NOISES:
            own = [one for one in asked if (one.kind, one.noise) == (kind, noise)]
            right, wrong = sum(one.right for one in own), sum(one.wrong for one in own)
            cells = f"{len(own):8}{right:8}{len(own) - right - wrong:10}{wrong:8}"
            lines.append(f"{kind + ', ' + noise:24}{cells}")
    answered = [one for one in others if one.sure]
    lines.append(f"outside the set: {len(answered)} of {len(others)} answered")
    lines += [f"  {one.said} -> {one.heard} ({one.fit:.2f}, {one.ahead:.0f})" for one in answered]
    spent, late = np.percentile([one.milliseconds for one in asked], [50, 95])
    seconds = np.median([one.seconds for one in asked])
    lines.append(f"match: median {spent:.0f} ms, 95 % {late:.0f} ms; utterances: median {seconds:.1f} s")
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write the figures as JSON if asked to."""
    parser = argparse.ArgumentParser(description="The closed set of Kinyarwanda, without a call.")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--every", type=int, default=1, help="only each so manieth topic")
    parser.add_argument("--knowledge", type=Path, default=KNOWLEDGE, help="the office's knowledge file")
    given = parser.parse_args()
    ear = Ear(load_knowledge(given.knowledge))
    asked = [*questions(ear, print, given.every), *digit_strings(ear, print)]
    others = list(outside(ear, print))
    print(table(asked, others))
    if given.json:
        figures = {"asked": asked, "outside": others}
        written = {name: [asdict(one) for one in found] for name, found in figures.items()}
        given.json.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
