"""Engines in order of preference: each request goes to the first that can do it, within the same turn.

An engine that cannot says so by an `EngineError`, at once where it has a `Guard`
(sipforge.engines.remote); only when all of them failed is that the error of the stage.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Final

import numpy as np

from sipforge.engines.protocols import (
    RATE_HZ,
    Dialogue,
    EngineError,
    Floats,
    Question,
    Reply,
    ReplyPart,
    Slin,
    Speak,
    Stt,
    Transcript,
    Tts,
)
from sipforge.engines.streams import closing

BREAK_SECONDS: Final = 0.3
"""Silence between a sentence that broke off and its repetition."""


class FallbackStt:
    """Recognisers, the preferred one first."""

    def __init__(self, engines: Sequence[Stt]) -> None:
        self._engines = tuple(engines)

    async def transcribe(self, samples: Floats) -> Transcript:
        """Write down `samples` with the first recogniser that can.

        Raises:
            EngineError: the last one's, when none could.
        """
        *others, last = self._engines
        for engine in others:
            try:
                return await engine.transcribe(samples)
            except EngineError:
                continue
        return await last.transcribe(samples)


class FallbackTts:
    """Voices, the preferred one first.

    A sentence that breaks off after some of it was given is said again from its beginning by the next voice,
    after a short silence: so the caller hears all of it, and never half a sentence taken for the whole.
    """

    def __init__(self, engines: Sequence[Tts]) -> None:
        self._engines = tuple(engines)

    @property
    def identity(self) -> str:
        """All of theirs."""
        return " or ".join(engine.identity for engine in self._engines)

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        """Speak `text` with the first voice that can.

        Raises:
            EngineError: the last one's, when none could.
        """
        *others, last = self._engines
        for engine in others:
            begun = False
            try:
                async with closing(engine.synthesise(text)) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
                return
            except EngineError:
                if begun:
                    yield np.zeros(int(BREAK_SECONDS * RATE_HZ), np.int16)
        async with closing(last.synthesise(text)) as pieces:
            async for piece in pieces:
                yield piece


class FallbackDialogue:
    """Dialogue engines as one: each is asked in turn until one has an answer.

    A reply that breaks off in the middle is followed by the next engine's whole answer, where there is one.
    """

    name = "fallback"

    def __init__(self, engines: Sequence[Dialogue]) -> None:
        self._engines = tuple(engines)

    async def reply(self, question: Question) -> Reply | None:
        """The first answer, or None when no engine has one; a failed engine counts as if it were not there.

        Raises:
            EngineError: the last one's, when all failed.
        """
        return await self._reply(question, self._engines)

    async def _reply(self, question: Question, engines: Sequence[Dialogue]) -> Reply | None:
        failures: list[EngineError] = []
        for place, engine in enumerate(engines, 1):
            try:
                reply = await engine.reply(question)
            except EngineError as error:
                failures.append(error)
                continue
            if reply is not None:
                parts = self._parts(reply, question, engines[place:])
                return Reply(parts, reply.confidence, reply.engine)
        if failures and len(failures) == len(engines):
            raise failures[-1]
        return None

    async def _parts(
        self, reply: Reply, question: Question, others: Sequence[Dialogue]
    ) -> AsyncIterator[ReplyPart]:
        try:
            async with closing(reply.parts) as parts:
                async for part in parts:
                    yield part
            return
        except EngineError:
            instead = await self._reply(question, others)
            if instead is None:
                raise
        # Ends the broken sentence, so that it is not spoken as one with what follows.
        yield Speak("... ")
        async with closing(instead.parts) as parts:
            async for part in parts:
                yield part
