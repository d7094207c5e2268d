"""Gives a reply to the speaker as it comes: text becomes sentences, spoken as soon as they are whole."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sipforge.bot.call.speaker import FirstSound, Speaker
from sipforge.bot.voice import Voice
from sipforge.engines.protocols import Do, EngineError, Reply, Speak
from sipforge.engines.runtime.streams import closing
from sipforge.text.plain import finished_sentences


@dataclass(frozen=True, slots=True)
class ReplyOver:
    """A reply was given to its end; `attempt` tells whether it is still wanted."""

    attempt: int
    spoken: bool
    """Whether there was anything to say."""
    do: Do | None
    """What is to be done once it was heard."""
    broken: bool
    """Whether the engine broke off."""


class ReplyStream:
    """One call's reply in progress: at most one."""

    def __init__(
        self, speaker: Speaker, voice: Voice, report: Callable[[ReplyOver], Awaitable[None]]
    ) -> None:
        """`report` is told when a reply has come to its end, from the stream's task."""
        self._speaker = speaker
        self._voice = voice
        self._report = report
        self._attempt = 0
        self._task: asyncio.Task[None] | None = None

    def begin(self, group: asyncio.TaskGroup, reply: Reply, first_sound: FirstSound | None) -> None:
        """Give `reply` to the speaker, which has begun a reply and is closed by whoever takes the report."""
        self.drop()
        self._task = group.create_task(self._tell(self._attempt, reply, first_sound))

    def drop(self) -> None:
        """The reply is not wanted any more."""
        self._attempt += 1
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def take(self, over: ReplyOver) -> bool:
        """Note a report; whether it is still wanted."""
        if over.attempt != self._attempt:
            return False
        self._task = None
        return True

    async def _tell(self, attempt: int, reply: Reply, first_sound: FirstSound | None) -> None:
        text, spoken, do, broken = "", False, None, False

        def say(sentence: str) -> None:
            nonlocal spoken
            self._speaker.say(sentence, None if spoken else first_sound)
            spoken = True

        try:
            async with closing(reply.parts) as parts:
                async for part in parts:
                    match part:
                        case Speak(piece):
                            whole, text = finished_sentences(text + piece, self._voice.sentences)
                            for sentence in whole:
                                say(sentence)
                        case Do():
                            do = part
        except EngineError:
            broken = True
        # Half a sentence is worth nothing to a caller.
        if text.strip() and not broken:
            say(text)
        await self._report(ReplyOver(attempt, spoken, do, broken))
