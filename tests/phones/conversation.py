"""Conversations that the demo and the call tests have, and the judgement of what was heard in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sipforge.text.english import normalisation as english_text
from sipforge.text.kinyarwanda import normalisation as kinyarwanda_text
from tests.phones.audio import Segment
from tests.phones.baresip import Phone
from tests.phones.recognise import Recogniser
from tests.phones.recording import Recording
from tests.phones.speech import english, kinyarwanda
from tests.phones.texts import Texts
from tests.phones.words import word_error_rate, word_error_rate_within

MOST_WORD_ERRORS = 0.3
"""From here on, what was heard is not what should have been said."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a recogniser made of something heard."""

    expected: str
    heard: str
    """Empty: nothing that can be recognised."""
    word_error_rate: float

    @property
    def ok(self) -> bool:
        """Whether it is recognisably what was expected."""
        return self.word_error_rate < MOST_WORD_ERRORS


@dataclass(frozen=True, slots=True)
class Answer:
    """A call in which one thing was asked."""

    recording: Recording
    greeting: Segment
    reply: Segment
    answer_seconds: float | None


@dataclass(frozen=True, slots=True)
class Language:
    """How callers of one assistant speak, and how what they hear is recognised."""

    name: str
    """The assistant's name."""
    speak: Callable[[str], Path]
    spoken_form: Callable[[str], str]
    """A written text as it is said, figures as words."""
    free: bool
    """Recognised freely; otherwise as one of the texts that the assistant can say."""
    token: str = "sw"
    """Whisper's language token for that choice."""


ENGLISH = Language("english", english, english_text.normalise, free=True)
KINYARWANDA = Language("kinyarwanda", kinyarwanda, kinyarwanda_text.normalise, free=False)


def ask(phone: Phone, number: str, language: Language, question: str, name: str) -> Answer:
    """Ring, hear the greeting, ask, hear the reply, hang up.

    Raises:
        PhoneError: not answered, no greeting, no reply.
    """
    wav = language.speak(question)
    phone.dial(number)
    try:
        greeting = phone.wait_reply()
        phone.say(wav)
        reply = phone.wait_reply()
    finally:
        recording = phone.hangup(name)
    return Answer(recording, greeting, reply, recording.answer_seconds())


class Judge:
    """Compares what was heard with what should have been."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser

    def heard(
        self, language: Language, texts: Texts, expected: str, recording: Recording, part: Segment
    ) -> Verdict:
        """Whether an assistant said `expected` in a part of what was heard."""
        wanted = language.spoken_form(expected)
        if language.free:
            written = self._recogniser.write(recording.heard, part)
            return Verdict(expected, written, word_error_rate(wanted, language.spoken_form(written)))
        said = {language.spoken_form(text): text for text in texts.everything()}
        choice = self._recogniser.choose(recording.heard, list(said), part, language.token)
        if not choice.sure:
            return Verdict(expected, "", 1.0)
        return Verdict(expected, said[choice.text], word_error_rate(wanted, choice.text))

    def heard_english(self, expected: str, recording: Path, part: Segment | None = None) -> Verdict:
        """Whether an English text was said in a recording, whatever else was said before and after."""
        written = self._recogniser.write(recording, part)
        spoken = english_text.normalise
        return Verdict(expected, written, word_error_rate_within(spoken(expected), spoken(written)))
