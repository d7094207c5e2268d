"""What callers ask: questions that are not in the knowledge file's words, and some that it cannot answer."""

from __future__ import annotations

import itertools
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.models import REPOSITORY
from tests.phones.audio import Samples, read_wav, resample
from tests.phones.process import SOURCE_RATE_HZ
from tests.phones.speech import english

QUESTIONS = REPOSITORY / "tests" / "questions" / "english.toml"
VOICES = ("slt", "rms", "awb")
"""Callers' voices, in turn."""
UNKNOWN = 20
"""How many questions without an answer are asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something a caller asks."""

    text: str
    topic: str
    """Of the knowledge file; empty: the file has no answer."""
    voice: str = VOICES[0]

    def sound(self) -> Samples:
        """It, spoken, at the phones' rate.

        Raises:
            SpeechError: see tests.phones.speech.
        """
        samples, rate_hz = read_wav(english(self.text, self.voice))
        return resample(samples, rate_hz, SOURCE_RATE_HZ)


def load_questions(path: Path = QUESTIONS) -> tuple[list[Question], list[Question]]:
    """In other words than the file's: those that it answers, and `UNKNOWN` of those that it does not.

    Raises:
        OSError, ValueError, KeyError: the file is missing or has another form.
    """
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    # Topic by topic in turn, so that the first few ask about many.
    by_topic = [[(text, topic) for text in texts] for topic, texts in written["asked"]["first"].items()]
    known = [pair for rank in itertools.zip_longest(*by_topic) for pair in rank if pair]
    unknown = written["unknown"]["first"]
    unknown = unknown[:: max(1, len(unknown) // UNKNOWN)][:UNKNOWN]
    voices = itertools.cycle(VOICES)
    return (
        [Question(text, topic, next(voices)) for text, topic in known],
        [Question(text, "", next(voices)) for text in unknown],
    )
