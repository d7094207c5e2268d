"""The work that a call asks for: recognition, thought, a thought's reply; each reports facts as it goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Final

from sipforge.bot.thinking import Thinking
from sipforge.bot.thoughts import Hearing
from sipforge.bot.thoughts import Thought as Found
from sipforge.core.conversation.facts import Fact, Heard, Part, ReplyEnded, Thought
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.engines.protocols import Act, Do, EngineError, Exchange, Floats, Reply, Speak
from sipforge.engines.runtime.streams import closing
from sipforge.engines.runtime.worker import Urgency

_MEANING_OF: Final = {Act.TRANSFER: Meaning.OPERATOR, Act.MESSAGE: Meaning.MESSAGE, Act.END: Meaning.GOODBYE}


@dataclass(slots=True)
class _Work:
    urgency: Urgency
    task: asyncio.Task[None] | None = None
    hearing: Hearing | None = None
    engine: str = ""
    """Whose reply it came to."""
    reply: Reply | None = None


class Works:
    """One call's work, by its number."""

    def __init__(
        self, thinking: Thinking, group: asyncio.TaskGroup, report: Callable[[Fact], Awaitable[None]]
    ) -> None:
        """`report` is told each fact, in order, from the task that does the work."""
        self._thinking = thinking
        self._group = group
        self._report = report
        self._works: dict[int, _Work] = {}
        self._ahead: asyncio.Task[None] | None = None

    def recognise(
        self,
        number: int,
        samples: Floats,
        speech_seconds: float,
        history: tuple[Exchange, ...],
        *,
        any_language: bool = False,
    ) -> None:
        """Find out what `samples` (16 kHz, `speech_seconds` of them speech) say, and what that comes to."""
        work = _Work(Urgency())
        doing = self._recognise(number, work, samples, speech_seconds, history, any_language)
        self._begin(number, work, doing)

    def hear_ahead(self, samples: Floats) -> None:
        """Do what can be done already for an utterance that goes on; one at a time."""
        if self._ahead is None or self._ahead.done():
            thinking = self._thinking.hear_ahead(samples)
            self._ahead = self._group.create_task(thinking, context=Urgency().context())

    def hasten(self, number: int) -> None:
        """The caller waits for this work now."""
        if number in self._works:
            self._works[number].urgency.rise()

    def think_again(self, number: int, of: int, history: tuple[Exchange, ...]) -> None:
        """Think about what was heard in `of`, with the dialogue engines behind the one that answered it."""
        before = self._works.pop(of)
        if before.hearing is not None:
            work = _Work(Urgency(waits=True), hearing=before.hearing)
            again = self._think_again(number, work, before.hearing, history, before.engine)
            self._begin(number, work, again)

    def tell(self, number: int) -> None:
        """Report the reply of a thought, part by part."""
        work = self._works[number]
        if work.reply is not None:
            self._begin(number, work, self._tell(number, work.reply))

    def drop(self, number: int) -> None:
        """Nobody wants this work any more."""
        work = self._works.pop(number, None)
        if work is not None and work.task is not None:
            work.task.cancel()

    def drop_all(self) -> None:
        """The call is over."""
        for number in list(self._works):
            self.drop(number)
        if self._ahead is not None:
            self._ahead.cancel()

    def _begin(self, number: int, work: _Work, doing: Coroutine[None, None, None]) -> None:
        self._works[number] = work
        work.task = self._group.create_task(doing, context=work.urgency.context())

    async def _recognise(  # noqa: PLR0917 - as they come
        self,
        number: int,
        work: _Work,
        samples: Floats,
        speech_seconds: float,
        history: tuple[Exchange, ...],
        any_language: bool,
    ) -> None:
        hearing = work.hearing = await self._thinking.hear(samples, speech_seconds)
        transcript = hearing.transcript
        heard = Heard(
            number,
            transcript.text,
            transcript.confidence,
            transcript.seconds,
            self._thinking.judge(hearing, None),
            hearing.meaning,
            hearing.doubtful,
            self._thinking.is_backchannel(transcript.text),
        )
        await self._report(heard)
        found = await self._thinking.think(hearing, history, samples, any_language=any_language)
        await self._thought(number, work, hearing, found)

    async def _think_again(
        self, number: int, work: _Work, hearing: Hearing, history: tuple[Exchange, ...], after: str
    ) -> None:
        found = await self._thinking.think_again(hearing, history, after)
        await self._thought(number, work, hearing, found)

    async def _thought(self, number: int, work: _Work, hearing: Hearing, found: Found) -> None:
        work.reply, work.engine = found.reply, found.engine
        if found.reply is None:
            self._works.pop(number, None)  # nothing more can be asked of it
        thought = Thought(
            number,
            found.meaning,
            found.target,
            found.text,
            found.engine,
            found.reply.topics if found.reply is not None else (),
            found.guesses,
            found.denies,
            found.seconds,
            self._thinking.judge(hearing, found),
            found.failed.value if found.failed is not None else "",
        )
        await self._report(thought)

    async def _tell(self, number: int, reply: Reply) -> None:
        do: Do | None = None
        try:
            async with closing(reply.parts) as parts:
                async for part in parts:
                    match part:
                        case Speak(text):
                            await self._report(Part(number, text))
                        case Do():
                            do = part
        except EngineError:
            await self._report(ReplyEnded(number, broken=True))
            return
        meaning, target = (None, "") if do is None else (_MEANING_OF[do.act], do.target)
        await self._report(ReplyEnded(number, meaning, target))
