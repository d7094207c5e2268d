"""A turn's cost, with engines whose behaviour is plain; tests/unit/cli/test_capacity.py has real ones."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from sipforge.bot.call.surroundings import Company
from sipforge.bot.measure import ROUNDS, beginnings, turn_seconds
from sipforge.bot.menu import Menu
from sipforge.bot.service import Parts
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.engines.protocols import EngineError, Floats, Stt, Transcript
from sipforge.text.language import PLAIN_TEXT
from tests.unit.bot.doubles import BeepTts, BookDialogue, LevelStt, LoudnessVad
from tests.unit.bot.peer import PHRASES

QUESTIONS = [f"When {number}?" for number in range(32)]


class TogetherStt:
    """Understands only when two turns are heard at once."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.together = asyncio.Barrier(2)

    async def transcribe(self, samples: Floats) -> Transcript:
        self.heard.append(samples.tobytes())
        async with asyncio.timeout(10):
            await self.together.wait()
        return Transcript("when", 0.9, 0.0)


def cost(stt: Stt, tts: BeepTts, told: list[str]) -> float:
    voice = Voice(tts, PLAIN_TEXT, None)
    thinking = Thinking(stt, [BookDialogue({"when": "At eight."})], PHRASES)
    parts = Parts(LoudnessVad(), thinking, voice, PHRASES, Company({}), lambda: 12, Menu())
    return asyncio.run(turn_seconds(parts, TurnRules(), QUESTIONS, 2, told.append))


def test_questions_from_all_over_the_list_are_asked_two_at_once_and_answered_aloud() -> None:
    stt, tts, told = TogetherStt(), BeepTts(), list[str]()
    assert cost(stt, tts, told) > 0
    assert tts.made[:8] == QUESTIONS[::4]
    assert tts.made[8:] == ["At eight."] * 8 * (1 + ROUNDS)
    assert len(told) == 1 + ROUNDS
    assert told[0].startswith("warming up: ")
    assert told[-1].endswith(" processor seconds a turn, 8 of 8 answered")


def test_no_two_turns_sound_alike() -> None:
    stt = TogetherStt()
    cost(stt, BeepTts(), [])
    assert len(set(stt.heard)) == len(stt.heard) == 8 * (1 + ROUNDS)


def test_an_engine_that_fails_is_no_fast_engine() -> None:
    with pytest.raises(EngineError, match="stt failed while it was measured"):
        cost(LevelStt("FAIL", "FAIL"), BeepTts(), [])


def test_an_utterance_is_recognised_at_each_pause_and_at_its_end() -> None:
    def part(seconds: float, level: float) -> np.ndarray:
        return np.full(round(seconds * 16000), level, np.float32)

    # A breath of 0.1 s is no pause; a click after the pause does not go on with the utterance.
    sound = [
        (0.4, 0),
        (1.0, 0.5),
        (0.1, 0),
        (0.5, 0.5),
        (0.4, 0),
        (0.02, 0.5),
        (0.3, 0),
        (1.0, 0.5),
        (0.4, 0),
    ]
    found = beginnings(LoudnessVad(), TurnRules(), np.concatenate([part(*one) for one in sound]))
    assert [one.size / 16000 for one in found] == pytest.approx([2.18, 3.9], abs=0.04)
