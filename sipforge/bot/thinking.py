"""From the sound of an utterance to what it came to: recognition, short things, then the dialogue engines."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from sipforge.bot.phrases import Phrases
from sipforge.core.turns import Meaning
from sipforge.engines.protocols import Dialogue, EngineError, Floats, Stage, Stt, Transcript


@dataclass(frozen=True, slots=True)
class Thought:
    """What an utterance came to."""

    meaning: Meaning
    transcript: Transcript
    answer: str = ""
    engine: str = "phrases"
    """Who found the meaning: a dialogue engine's name, or "phrases" for the short things."""
    dialogue_seconds: float = 0.0
    failed: Stage | None = None
    """The stage that failed, where one did."""


_NOTHING = Transcript("", 0.0, 0.0)


class Thinking:
    """One bot's understanding, shared by its calls."""

    def __init__(self, stt: Stt, dialogues: Sequence[Dialogue], phrases: Phrases) -> None:
        self._stt = stt
        self._dialogues = tuple(dialogues)
        self._phrases = phrases

    async def think(self, samples: Floats) -> Thought:
        """What `samples` (16 kHz, at most 30 s) came to; an engine's failure is a meaning, too."""
        try:
            transcript = await self._stt.transcribe(samples)
        except EngineError as error:
            return Thought(_meaning_of(error), _NOTHING, failed=error.stage)
        if not transcript.text:
            return Thought(Meaning.NOTHING, transcript)
        meaning = self._phrases.meaning(transcript.text)
        if meaning is not None:
            return Thought(meaning, transcript)
        return await self._ask(transcript)

    async def _ask(self, transcript: Transcript) -> Thought:
        """Each dialogue engine in turn, until one is sure; a failure counts only when none was."""
        begun = time.monotonic()
        failure: EngineError | None = None
        for dialogue in self._dialogues:
            try:
                reply = await dialogue.reply(transcript.text)
            except EngineError as error:
                failure = error
                continue
            if reply is not None:
                seconds = time.monotonic() - begun
                return Thought(Meaning.ANSWERED, transcript, reply.text, reply.engine, seconds)
        seconds = time.monotonic() - begun
        if failure is not None:
            return Thought(_meaning_of(failure), transcript, dialogue_seconds=seconds, failed=failure.stage)
        return Thought(Meaning.UNKNOWN, transcript, dialogue_seconds=seconds)


def _meaning_of(error: EngineError) -> Meaning:
    # What may work the next time is worth asking the caller to say again.
    return Meaning.NOTHING if error.retryable else Meaning.FAILED
