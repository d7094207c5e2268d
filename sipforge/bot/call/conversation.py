"""Carries one call: facts go to its machine (sipforge.core.conversation.machine), commands are carried out.

One task reads the link, one speaks, others think; all report to the inbox, and one loop gives what comes to
the machine, so nothing here needs a lock or decides anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from sipforge.bot.call.link import Link
from sipforge.bot.call.listener import Listener
from sipforge.bot.call.speaker import Speaker, sentence_of
from sipforge.bot.call.surroundings import Company, Origin
from sipforge.bot.call.works import Works
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice
from sipforge.core.audiosocket import Frame, Kind, ProtocolError
from sipforge.core.conversation import commands as command
from sipforge.core.conversation.actions import Departure, HandOver, Hangup, TakeMessage, Transfer
from sipforge.core.conversation.commands import Command
from sipforge.core.conversation.facts import (
    Elapsed,
    Fact,
    HungUp,
    Key,
    PlayedUpTo,
    PlayoutCleared,
    PutOnHold,
    TakenBack,
)
from sipforge.core.conversation.machine import Machine
from sipforge.core.messages.events import (
    Clear,
    Cleared,
    HangupEvent,
    Held,
    Mark,
    MessageEvent,
    MetricsEvent,
    Resumed,
    TransferEvent,
    parse_orchestrator_event,
)
from sipforge.engines.protocols import RATE_HZ

_INBOX: Final = 64
"""A full inbox holds back the reader, and so the orchestrator."""
_TICK_SECONDS: Final = 0.1
_SILENT_SECONDS: Final = 0.3
"""A phone may send nothing while it hears nothing; the turn must end all the same."""

Observe = Callable[[Mapping[str, float]], None]
"""Told the timings of each turn: names as in the metrics event."""


class Call:
    """One call of a bot, from its hello to its end."""

    def __init__(
        self,
        *,
        link: Link,
        listener: Listener,
        voice: Voice,
        thinking: Thinking,
        machine: Machine,
        company: Company,
        origin: Origin,
        briefing: str,
        observe: Observe,
        log: logging.LoggerAdapter[logging.Logger],
    ) -> None:
        """Put the call together.

        Args:
            link: to the orchestrator.
            listener: hears.
            voice: speaks.
            thinking: understands.
            machine: decides.
            company: who else there is.
            origin: where the call comes from.
            briefing: what a colleague is told, with {caller} and {reason} in it; empty: nothing.
            observe: told the timings of each turn.
            log: gets no words.
        """
        self._link = link
        self._listener = listener
        self._voice = voice
        self._thinking = thinking
        self._machine = machine
        self._company = company
        self._origin = origin
        self._briefing_text = briefing
        self._observe = observe
        self._log = log
        self._inbox: asyncio.Queue[Frame | Fact] = asyncio.Queue(_INBOX)
        self._speaker = Speaker(link, voice, self._inbox.put)
        self._briefing: asyncio.Task[bool] | None = None
        self._last_frame = 0.0

    async def run(self) -> None:
        """Converse until either side ends the call.

        Raises:
            ExceptionGroup: of ProtocolError, OSError, TimeoutError or EngineError, whatever ended it early.
        """
        async with asyncio.TaskGroup() as self._group:
            self._works = Works(self._thinking, self._group, self._inbox.put)
            tasks = [self._group.create_task(self._read()), self._group.create_task(self._speaker.run())]
            await self._converse()
            self._works.drop_all()
            for task in tasks:
                task.cancel()

    async def _read(self) -> None:
        while (frame := await self._link.receive()) is not None:
            await self._inbox.put(frame)
        await self._inbox.put(HungUp())

    async def _converse(self) -> None:
        origin, now = self._origin, time.monotonic()
        self._last_frame = ticked = now
        over = self._obey(self._machine.begin(origin.arrival, origin.hour, now, origin.detail, origin.target))
        while not over:
            what: Frame | Fact | None = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TICK_SECONDS):
                    what = await self._inbox.get()
            now = time.monotonic()
            if isinstance(what, Frame):
                over = self._take(what, now)
            elif what is not None:
                over = self._tell(what, now)
            if now - ticked >= _TICK_SECONDS:
                # Whatever else comes: sound comes all the time.
                ticked = now
                over = self._tell(Elapsed(self._thinking.crowded), now) or over
            if now - self._last_frame > _SILENT_SECONDS and self._machine.caller_speaks:
                self._last_frame += _TICK_SECONDS
                over = self._hear(bytes(2 * int(RATE_HZ * _TICK_SECONDS)), now) or over

    def _take(self, frame: Frame, now: float) -> bool:
        """A frame came; whether the call is over."""
        match frame.kind:
            case Kind.SLIN16:
                self._last_frame = now
                return self._hear(frame.payload, now)
            case Kind.DTMF:
                return self._tell(Key(frame.payload.decode("ascii", "replace")), now)
            case Kind.HANGUP:
                return self._tell(HungUp(), now)
            case Kind.EVENT:
                return self._tell(_fact(frame), now)
        raise ProtocolError(f"kind 0x{frame.kind:02x} in the middle of a call")

    def _hear(self, slin: bytes, now: float) -> bool:
        over = False
        for window in self._listener.hear(slin):
            over = self._tell(window, now) or over
        self._listener.forget_before(self._machine.needs_since)
        return over

    def _tell(self, fact: Fact, now: float) -> bool:
        return self._obey(self._machine.receive(fact, now))

    def _obey(self, commands: Iterable[Command]) -> bool:  # noqa: PLR0912 - a table
        """Carry out what the machine wants; whether the call is over."""
        over = False
        for wanted in commands:
            match wanted:
                case command.Recognise(work, since, speech_seconds, history, any_language):
                    samples = self._listener.since(since)
                    self._works.recognise(work, samples, speech_seconds, history, any_language=any_language)
                case command.HearAhead(since):
                    self._works.hear_ahead(self._listener.since(since))
                case command.Hasten(work):
                    self._works.hasten(work)
                case command.ThinkAgain(work, of, history):
                    self._works.think_again(work, of, history)
                case command.Tell(work):
                    self._works.tell(work)
                case command.Drop(work):
                    self._works.drop(work)
                case command.Speak(sentence, text):
                    self._speaker.speak(sentence, text)
                case command.Play(sentence, other, phrase):
                    self._speaker.play(sentence, self._company.others[other].recorded(phrase))
                case command.Prepare(departure, reason):
                    self._prepare(departure, reason)
                case command.Depart(departure, said_seconds):
                    self._group.create_task(self._depart(departure, said_seconds))
                case command.Note():
                    self._note(wanted)
                case command.Warn(sentence):
                    self._log.warning(sentence)
                case command.End():
                    over = True
                case _:
                    if isinstance(wanted, Clear):
                        self._speaker.clear()
                    elif isinstance(wanted, MetricsEvent):
                        self._observe(wanted.values)
                    self._link.event(wanted)
        return over

    def _note(self, note: command.Note) -> None:
        self._log.info(
            "turn understood",
            extra={
                "turn": note.turn,
                "meaning": note.meaning.value,
                "failed": note.failed,
                "characters": note.characters,
                "stt_seconds": round(note.seconds, 3),
            },
        )

    def _prepare(self, departure: Departure, reason: str) -> None:
        if self._briefing is not None:
            self._briefing.cancel()
            self._briefing = None
        brief, text = self._company.brief, self._briefing_text
        if isinstance(departure, Transfer) and brief is not None and text:
            text = text.replace("{caller}", self._origin.caller).replace("{reason}", reason)

            async def make() -> bool:
                return await brief(self._origin.call, text)

            self._briefing = self._group.create_task(make())

    async def _depart(self, departure: Departure, said_seconds: float) -> None:
        match departure:
            case Transfer(target):
                briefed = self._briefing is not None and await self._briefing
                self._link.event(TransferEvent(target, briefed))
            case HandOver(other):
                extension = self._company.others[other].extension
                self._link.event(TransferEvent(extension, said_seconds=said_seconds))
            case TakeMessage(target):
                self._link.event(MessageEvent(target))
            case Hangup(reason):
                self._link.event(HangupEvent(reason))


def _fact(frame: Frame) -> Fact:
    """What an event of the orchestrator's tells."""
    match parse_orchestrator_event(frame):
        case Mark() as mark:
            return PlayedUpTo(sentence_of(mark))
        case Cleared(played_seconds=seconds):
            return PlayoutCleared(seconds)
        case Held():
            return PutOnHold()
        case Resumed():
            return TakenBack()
