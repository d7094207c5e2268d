from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from sipforge.engines.protocols import (
    EngineError,
    Floats,
    Slin,
    Stage,
    Transcript,
)
from sipforge.engines.runtime.fallback import BREAK_SECONDS, FallbackStt, FallbackTts
from tests.unit.engines.speech import say


class Hears:
    """Writes down its own name; a name of "fails" cannot."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def transcribe(self, samples: Floats) -> Transcript:
        if self.name == "fails":
            raise EngineError(Stage.STT, "fails", retryable=True)
        return Transcript(self.name, 1.0, 0.0)


class Says:
    """Gives `pieces` and then, unless it is whole, breaks off."""

    def __init__(self, identity: str, pieces: int, *, whole: bool = True) -> None:
        self.identity = identity
        self.pieces = pieces
        self.whole = whole

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        for _ in range(self.pieces):
            yield np.full(10, len(self.identity), np.int16)
        if not self.whole:
            raise EngineError(Stage.TTS, f"{self.identity} broke off")


def heard(*names: str) -> str:
    stt = FallbackStt([Hears(name) for name in names])
    return asyncio.run(stt.transcribe(np.zeros(1, np.float32))).text


def test_the_first_recogniser_that_can_is_asked() -> None:
    assert heard("far", "near") == "far"
    assert heard("fails", "near") == "near"
    assert heard("near") == "near"


def test_the_last_recogniser_s_failure_is_the_stage_s() -> None:
    with pytest.raises(EngineError) as failure:
        heard("fails", "fails")
    assert failure.value.retryable


def test_another_voice_speaks_when_nothing_was_heard_yet() -> None:
    voice = FallbackTts([Says("far", 0, whole=False), Says("local", 2)])
    assert say(voice, "x").tolist() == [5] * 20
    assert voice.identity == "far or local"


def test_a_whole_sentence_is_left_alone() -> None:
    assert say(FallbackTts([Says("far", 2), Says("local", 2)]), "x").tolist() == [3] * 20


def test_a_broken_sentence_is_said_again_whole_after_a_silence() -> None:
    spoken = say(FallbackTts([Says("far", 1, whole=False), Says("local", 2)]), "x").tolist()
    assert spoken[:10] == [3] * 10
    assert spoken[-20:] == [5] * 20
    assert spoken[10:-20] == [0] * int(BREAK_SECONDS * 16000)


def test_the_last_voice_s_failure_is_the_stage_s() -> None:
    with pytest.raises(EngineError, match="local broke off"):
        say(FallbackTts([Says("far", 0, whole=False), Says("local", 1, whole=False)]), "x")


def test_a_voice_that_is_not_wanted_any_more_is_closed() -> None:
    closed = asyncio.Event()

    class Endless:
        identity = "endless"

        async def synthesise(self, text: str) -> AsyncIterator[Slin]:
            try:
                while True:
                    yield np.zeros(1, np.int16)
            finally:
                closed.set()

    async def scenario() -> None:
        pieces = FallbackTts([Endless(), Says("local", 1)]).synthesise("x")
        await anext(pieces)
        await pieces.aclose()
        assert closed.is_set()

    asyncio.run(scenario())
