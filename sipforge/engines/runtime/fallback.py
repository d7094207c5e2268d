"""Engines in order of preference: each request goes to the first that can do it, within the same turn.

An engine that cannot says so by an `EngineError`, at once where it has a `Guard`
(sipforge.engines.runtime.remote); only when all of them failed is that the error of the stage.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Final

import numpy as np

from sipforge.engines.protocols import RATE_HZ, EngineError, Floats, Slin, Stt, Transcript, Tts
from sipforge.engines.runtime.streams import closing

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
            with contextlib.suppress(EngineError):
                return await engine.transcribe(samples)
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
