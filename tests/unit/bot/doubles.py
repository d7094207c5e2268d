"""Engines whose behaviour is plain, for driving real bot code without models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np

from sipforge.engines.protocols import (
    Act,
    Do,
    EngineError,
    Floats,
    Question,
    Reply,
    ReplyPart,
    Slin,
    Speak,
    Stage,
    Transcript,
)


class LoudnessVad:
    """Loud is speech."""

    def session(self) -> LoudnessSession:
        return LoudnessSession()


class LoudnessSession:
    window_samples = 512

    def process(self, samples: Floats) -> float:
        return float(np.abs(samples).max() > 0.1)


class LevelStt:
    """Tells what was said by how loud it was said: the peak in tenths is the place in `texts`."""

    def __init__(self, *texts: str, sure: float = 0.9) -> None:
        self.texts = texts
        self.sure = sure
        self.heard_seconds: list[float] = []
        self.heard = asyncio.Event()

    async def transcribe(self, samples: Floats) -> Transcript:
        self.heard_seconds.append(samples.size / 16000)
        self.heard.set()
        text = self.texts[round(float(np.abs(samples).max()) * 10) - 2]
        if text == "FAIL":
            raise EngineError(Stage.STT, "broken")
        if text == "BUSY":
            raise EngineError(Stage.STT, "busy", retryable=True)
        return Transcript(text, self.sure, 0.01)


class BookDialogue:
    """Answers from a dictionary."""

    name = "book"

    def __init__(self, answers: dict[str, str]) -> None:
        self.answers = answers
        self.asked: list[Question] = []
        self.wait_seconds = 0.0

    async def reply(self, question: Question) -> Reply | None:
        answer = self.answers.get(question.text)
        if answer == "FAIL":
            raise EngineError(Stage.DIALOGUE, "broken")
        self.asked.append(question)
        await asyncio.sleep(self.wait_seconds)
        return Reply(_parts(answer), 1.0, self.name, topics=(question.text,)) if answer else None


async def _parts(answer: str) -> AsyncIterator[ReplyPart]:
    """Word by word; "BREAK" breaks off, "TRANSFER" is a deed."""
    for word in answer.split(" "):
        if word == "BREAK":
            raise EngineError(Stage.DIALOGUE, "broke off", retryable=True)
        yield Do(Act.TRANSFER) if word == "TRANSFER" else Speak(word + " ")


class BeepTts:
    """Ten milliseconds of sound for each letter."""

    identity = "beep 1"

    def __init__(self) -> None:
        self.made: list[str] = []

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        self.made.append(text)
        if "FAIL" in text:
            raise EngineError(Stage.TTS, "broken voice")
        yield np.full(160 * len(text), 1000, np.int16)


def spoken(level: int, seconds: float = 0.8) -> bytes:
    """Sound that LevelStt hears as text number `level`, with nothing after it."""
    count = int(16000 * seconds)
    return np.full(count, (level + 2) * 3277, np.int16).astype("<i2").tobytes()


def silence(seconds: float) -> bytes:
    return bytes(2 * int(16000 * seconds))
