"""Drives one call: joins what is heard, thought and said to the turns and the course of the conversation.

One task reads the link, one speaks, others think and tell; all report to the inbox, and one loop acts on it,
so nothing here needs a lock. Recognition begins at the caller's first short pause, on speculation, and the
dialogue engines follow at once; it is thrown away if the caller goes on, and its result is there at once if
the turn was really over.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from sipforge.bot.call.link import Link
from sipforge.bot.call.listener import Listener
from sipforge.bot.call.memory import Memory
from sipforge.bot.call.replies import Replies
from sipforge.bot.call.reply_stream import ReplyOver, ReplyStream
from sipforge.bot.call.speaker import Speaker
from sipforge.bot.call.speculation import Finding, Speculation
from sipforge.bot.call.surroundings import Company, Origin
from sipforge.bot.call.turn_report import TurnReport
from sipforge.bot.menu import Menu
from sipforge.bot.phrases import Phrases
from sipforge.bot.thinking import Hearing, Thinking, Thought
from sipforge.bot.voice import Voice
from sipforge.core.audiosocket import Frame, Kind, ProtocolError
from sipforge.core.conversation.actions import (
    Action,
    HandOver,
    Hangup,
    Hush,
    Invite,
    Phrase,
    ReadMenu,
    Repeat,
    Say,
    TakeMessage,
    Tell,
    TellTopic,
    Transfer,
)
from sipforge.core.conversation.dialogue_policy import DialoguePolicy, Meaning
from sipforge.core.conversation.turn_taking import Cue, TurnState, TurnTaking
from sipforge.core.messages.events import (
    BotEvent,
    Cleared,
    HangupEvent,
    Held,
    Mark,
    MessageEvent,
    Resumed,
    TransferEvent,
    parse_orchestrator_event,
)
from sipforge.engines.protocols import RATE_HZ, Act
from sipforge.text.overlap import repeats

_INBOX: Final = 64
"""A full inbox holds back the reader, and so the orchestrator."""
_TICK_SECONDS: Final = 0.1
_SILENT_SECONDS: Final = 0.3
_ENDING_SECONDS: Final = 60.0
"""How long the orchestrator may take to end a call after it was asked to."""
_AGAIN_SECONDS: Final = 6.0
"""How long after "one moment" it is said again."""
_COUGH_SECONDS: Final = 0.4
"""Less speech than this in which nothing was recognised is a cough, not an utterance."""
_MEANING_OF: Final = {Act.TRANSFER: Meaning.OPERATOR, Act.MESSAGE: Meaning.MESSAGE, Act.END: Meaning.GOODBYE}


@dataclass(frozen=True, slots=True)
class _Ended:
    """The other side is gone."""


_Fact = Frame | _Ended | Finding | ReplyOver


class Call:
    """One call of a bot, from its hello to its end."""

    def __init__(
        self,
        *,
        link: Link,
        listener: Listener,
        voice: Voice,
        thinking: Thinking,
        turns: TurnTaking,
        policy: DialoguePolicy,
        phrases: Phrases,
        menu: Menu,
        company: Company,
        origin: Origin,
        filler_seconds: float,
        report: TurnReport,
        log: logging.LoggerAdapter[logging.Logger],
    ) -> None:
        """Put the call together; `filler_seconds` after the caller's last word "one moment" is said."""
        self._link = link
        self._listener = listener
        self._thinking = thinking
        self._turns = turns
        self._policy = policy
        self._phrases = phrases
        self._menu = menu
        self._company = company
        self._origin = origin
        self._filler_seconds = filler_seconds
        self._report = report
        self._log = log
        self._inbox: asyncio.Queue[_Fact] = asyncio.Queue(_INBOX)
        self._memory = Memory(origin.history)
        self._speaker = Speaker(link, voice)
        self._replies = Replies(
            link, self._speaker, ReplyStream(self._speaker, voice, self._inbox.put), self._memory
        )
        self._listening = Speculation(thinking, self._inbox.put)
        """On what the caller is saying."""
        self._answering: Speculation | None = None
        """On the turn that is over, as long as its reply has not begun."""
        self._told_of: tuple[Hearing, Thought] | None = None
        """What the reply that is being told came from."""
        self._filler_at = math.inf
        self._speech_seconds = 0.0
        self._ends_at = math.inf
        self._last_frame = 0.0
        self._held_at: float | None = None  # since when the telephone is on hold: no time goes by

    async def run(self) -> None:
        """Converse until either side ends the call.

        Raises:
            ExceptionGroup: of ProtocolError, OSError, TimeoutError or EngineError, whatever ended it early.
        """
        async with asyncio.TaskGroup() as self._group:
            tasks = [self._group.create_task(self._read()), self._group.create_task(self._speaker.run())]
            await self._converse()
            self._replies.stop()
            for thinking in (self._listening, self._answering):
                if thinking is not None:
                    thinking.drop()
            for task in tasks:
                task.cancel()

    async def _read(self) -> None:
        while (frame := await self._link.receive()) is not None:
            await self._inbox.put(frame)
        await self._inbox.put(_Ended())

    async def _converse(self) -> None:
        origin = self._origin
        self._act(self._policy.begin(origin.arrival, origin.hour, origin.detail, origin.target))
        before = self._last_frame = time.monotonic()
        while True:
            fact: _Fact | None = None
            try:
                async with asyncio.timeout(_TICK_SECONDS):
                    fact = await self._inbox.get()
            except TimeoutError:
                pass
            now = time.monotonic()
            if isinstance(fact, _Ended) or (now > self._ends_at and self._held_at is None):
                return
            if isinstance(fact, Frame):
                if fact.kind == Kind.HANGUP:
                    return
                self._take(fact, now)
            elif isinstance(fact, Finding):
                self._found(fact, now)
            elif isinstance(fact, ReplyOver):
                self._reply_over(fact)
            elif self._unheard(now):
                # A phone may send nothing while it hears nothing; the turn must end all the same.
                self._hear(bytes(2 * int(RATE_HZ * _TICK_SECONDS)), now)
            if self._held_at is None:
                self._pass(now - before, now)
            before = now

    def _unheard(self, now: float) -> bool:
        late = now - self._last_frame > _SILENT_SECONDS and self._held_at is None
        return late and self._turns.caller_speaks

    def _go_on(self, now: float) -> None:
        if self._held_at is not None:
            self._filler_at += now - self._held_at
            self._ends_at += now - self._held_at
            self._held_at, self._last_frame = None, now
            if self._turns.state is not TurnState.INTERRUPTED:
                self._replies.release()

    def _take(self, frame: Frame, now: float) -> None:
        if frame.kind == Kind.SLIN16:
            if self._held_at is None:
                self._last_frame = now
                self._hear(frame.payload, now)
        elif frame.kind == Kind.DTMF:
            self._act(self._policy.key(frame.payload.decode("ascii", "replace")))
        elif frame.kind == Kind.EVENT:
            match parse_orchestrator_event(frame):
                case Mark(name) if self._replies.heard(name):
                    self._obey(self._turns.heard_out(), now)
                case Cleared(played_seconds):
                    self._replies.cut(played_seconds)
                case Held():
                    self._held_at = now
                    self._replies.hold()
                case Resumed():
                    self._go_on(now)
        else:
            raise ProtocolError(f"kind 0x{frame.kind:02x} in the middle of a call")

    def _pass(self, seconds: float, now: float) -> None:
        """Time went by."""
        if self._replies.overdue(now):
            self._log.warning("the orchestrator did not report what was heard")
            self._obey(self._turns.heard_out(), now)
        if self._replies.silent():
            self._obey(self._turns.heard_out(), now)
        if now >= self._filler_at and self._turns.state is not TurnState.INTERRUPTED:
            self._filler_at = now + _AGAIN_SECONDS
            waiting = Phrase.HOLD if self._thinking.crowded else Phrase.ONE_MOMENT
            self._replies.fill(self._phrases.texts[waiting])
            self._turns.reply(answers=True)
        quiet = self._turns.state is TurnState.LISTENING and not self._turns.caller_speaks
        self._act(self._policy.waited(seconds, quiet=quiet and self._replies.over))

    def _hear(self, slin: bytes, now: float) -> None:
        for window in self._listener.hear(slin):
            if not self._policy.over:
                self._obey(self._turns.window(window.seconds, window.probability, window.dbfs), now)
            if self._turns.settled:
                self._listener.settle()
            if not self._turns.caller_speaks:
                self._listener.quiet()

    def _obey(self, cues: Iterable[Cue], now: float) -> None:
        for cue in cues:
            match cue:
                case Cue.RECOGNISE | Cue.LOOK:
                    self._listen()
                case Cue.FORGET:
                    self._listening.drop()
                case Cue.CONTINUE:
                    self._drop_answer()
                    self._listener.go_on()
                    self._memory.go_on()
                case Cue.ANSWER:
                    self._turn_over(now)
                case Cue.HOLD:
                    self._replies.hold()
                case Cue.RELEASE:
                    self._replies.release()
                    self._answer()
                case Cue.STOP:
                    self._drop_answer()
                    self._replies.stop()

    def _listen(self) -> None:
        """Find out what is being said, and what is to be said to it."""
        history = self._memory.with_current(self._replies.said)
        self._listening.begin(self._group, self._listener.utterance(), history)

    def _turn_over(self, now: float) -> None:
        self._listener.finish()
        self._answering = self._listening
        self._listening = Speculation(self._thinking, self._inbox.put)
        self._speech_seconds = self._turns.speech_seconds
        self._filler_at = now - self._turns.silence_seconds + self._filler_seconds
        self._report.turn_over(now, self._turns.silence_seconds)
        self._answer()

    def _drop_answer(self) -> None:
        """The turn that was over is not to be answered."""
        self._filler_at = math.inf
        if self._answering is not None:
            self._answering.drop()
            self._answering = None

    def _found(self, finding: Finding, now: float) -> None:
        if self._answering is not None and self._answering.take(finding):
            self._answer()
        elif self._listening.take(finding):
            hearing, thought = finding.hearing, finding.thought
            if self._turns.state is TurnState.INTERRUPTED and thought is None:
                self._judge(hearing, now)
            if self._turns.state is TurnState.MAYBE_FINISHED and self._listening.hearing is not None:
                self._obey(self._turns.recognised(self._thinking.judge(hearing, thought)), now)

    def _judge(self, hearing: Hearing, now: float) -> None:
        """Decide whether what was said over the reply was meant."""
        text = hearing.transcript.text
        echo = repeats(text, self._replies.said)
        listens = self._thinking.is_backchannel(text) and not self._policy.offers
        meant = bool(text) and not echo and not listens and not hearing.doubtful
        cues = self._turns.judged(meant, echo=echo)
        self._obey(cues, now)
        if Cue.RELEASE in cues:
            self._listening.drop()
        elif Cue.CONTINUE in cues:
            # The whole of the turn is to be recognised, not only what was said over the reply.
            self._listening.drop()
            if self._turns.state is TurnState.MAYBE_FINISHED:
                self._listen()

    def _answer(self) -> None:
        """Act on the thought, once there is one and nobody is speaking over "one moment"."""
        if self._answering is None or self._turns.state is TurnState.INTERRUPTED:
            return
        hearing, thought = self._answering.hearing, self._answering.thought
        if hearing is None or thought is None:
            return
        self._drop_answer()
        if thought.text:
            hearing = replace(hearing, transcript=replace(hearing.transcript, text=thought.text))
        cough = thought.meaning is Meaning.NOTHING and self._speech_seconds < _COUGH_SECONDS
        if cough and self._turns.state is TurnState.THINKING:
            self._turns.nothing()
            return
        if self._told_of is None or self._told_of[0] is not hearing:
            self._report.understood(self._memory.asked(hearing.transcript.text), hearing, thought)
        self._told_of = (hearing, thought)
        self._act(self._policy.understood(thought.meaning, thought.target), thought)

    def _act(self, actions: Iterable[Action], thought: Thought | None = None) -> None:
        for action in actions:
            match action:
                case Say(phrase):
                    self._say(self._phrases.texts[phrase])
                case ReadMenu(page):
                    self._say(self._menu.pages[page])
                case TellTopic(topic):
                    self._say(self._menu.answers[topic], self._menu.ids[topic : topic + 1])
                case Tell() if thought is not None and thought.reply is not None:
                    self._speaks(self._replies.tell(self._group, thought.reply, self._report.first_sound()))
                case Repeat():
                    again = self._memory.last_said or self._phrases.texts[Phrase.ASK_AGAIN]
                    self._say(again, self._memory.last_topics)
                case Invite(other):
                    self._speaks(self._replies.play("", self._company.others[other].invitation()))
                case Hush():
                    self._listening.drop()
                    self._drop_answer()
                    self._replies.stop()
                case Transfer(target):
                    self._transfer(target)
                case TakeMessage(target):
                    self._leave(MessageEvent(target))
                case HandOver(other):
                    extension = self._company.others[other].extension
                    self._leave(TransferEvent(extension))
                case Hangup(reason):
                    self._leave(HangupEvent(reason))

    def _say(self, text: str, topics: tuple[str, ...] = ()) -> None:
        self._speaks(self._replies.say(text, topics, self._report.first_sound()))

    def _speaks(self, answers: bool) -> None:
        self._turns.reply(answers=answers)

    def _reply_over(self, over: ReplyOver) -> None:
        if not self._replies.finished(over):
            return
        hearing, thought = self._told_of or (None, None)
        if over.broken and hearing is not None and thought is not None:
            self._log.warning("the reply of %s broke off", thought.engine)
            self._answering = Speculation(self._thinking, self._inbox.put)
            self._answering.again(self._group, hearing, self._memory.history, thought.engine)
        elif over.do is not None:
            actions = self._policy.understood(_MEANING_OF[over.do.act], over.do.target)
            # What the engine has said in its own words is not said again.
            self._act(
                action
                for action in actions
                if not (over.spoken and self._policy.over and isinstance(action, Say))
            )

    def _transfer(self, target: str) -> None:
        self._ends_at = time.monotonic() + _ENDING_SECONDS
        brief, briefing, origin = self._company.brief, self._phrases.briefing, self._origin
        reason = self._memory.last_question

        async def make() -> TransferEvent:
            text = briefing.replace("{caller}", origin.caller).replace("{reason}", reason)
            there = brief is not None and bool(text) and await brief(origin.call, text)
            return TransferEvent(target, briefing=there)

        self._replies.then_event_of(make)

    def _leave(self, event: BotEvent) -> None:
        self._ends_at = time.monotonic() + _ENDING_SECONDS
        self._replies.then(event)
