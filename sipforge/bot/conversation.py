"""Drives one call: joins what is heard, thought and said to the course of the conversation.

One task reads the link, one speaks, one at a time thinks; all three report to the inbox, and one loop acts on
it, so nothing here needs a lock. Recognition begins at the caller's first short pause, on speculation; it is
thrown away if the caller goes on, and its result is there at once if the turn was really over.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sipforge.bot.ear import Ear
from sipforge.bot.link import Link
from sipforge.bot.mouth import Mouth
from sipforge.bot.phrases import Phrases
from sipforge.bot.thinking import Thinking, Thought
from sipforge.core.audiosocket import Frame, Kind, ProtocolError
from sipforge.core.endpointing import Heard
from sipforge.core.messages import Sender, parse_event
from sipforge.core.turns import Action, Conversation, Hangup, Hush, Say, State, Tell, Transfer
from sipforge.engines.protocols import RATE_HZ, Floats

_INBOX: Final = 64
"""A full inbox holds back the reader, and so the orchestrator."""
_TICK_SECONDS: Final = 0.1
_SILENT_SECONDS: Final = 0.3
_ENDING_SECONDS: Final = 30.0
"""How long the orchestrator may take to end a call after it was asked to."""

Observe = Callable[[Mapping[str, float]], None]
"""Told the timings of each turn: names as in the metrics event."""


@dataclass(frozen=True, slots=True)
class _Ended:
    """The other side is gone."""


@dataclass(frozen=True, slots=True)
class _Thinking:
    """A thought is ready; `attempt` tells whether it is still wanted."""

    attempt: int
    thought: Thought


class Call:
    """One call of a bot, from its hello to its end."""

    def __init__(
        self,
        *,
        link: Link,
        ear: Ear,
        mouth: Mouth,
        thinking: Thinking,
        course: Conversation,
        phrases: Phrases,
        operator: str,
        observe: Observe,
        log: logging.LoggerAdapter[logging.Logger],
    ) -> None:
        self._link = link
        self._ear = ear
        self._mouth = mouth
        self._thinking = thinking
        self._course = course
        self._phrases = phrases
        self._operator = operator
        self._observe = observe
        self._log = log
        self._inbox: asyncio.Queue[Frame | _Ended | _Thinking] = asyncio.Queue(_INBOX)
        self._thinker: asyncio.Task[None] | None = None
        self._attempt = 0
        self._thought: Thought | None = None
        self._turn = 0
        self._speech_ended = 0.0
        self._timings: dict[str, float] = {}
        self._ends_at: float | None = None
        self._last_frame = 0.0

    async def run(self) -> None:
        """Converse until either side ends the call.

        Raises:
            ExceptionGroup: of ProtocolError, OSError, TimeoutError or EngineError, whatever ended it early.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._read()), group.create_task(self._mouth.run())]
            await self._converse(group)
            for task in [*tasks, *([self._thinker] if self._thinker else [])]:
                task.cancel()

    async def _read(self) -> None:
        while (frame := await self._link.receive()) is not None:
            await self._inbox.put(frame)
        await self._inbox.put(_Ended())

    async def _converse(self, group: asyncio.TaskGroup) -> None:
        self._act(self._course.connected())
        before = self._last_frame = time.monotonic()
        while True:
            fact: Frame | _Ended | _Thinking | None = None
            try:
                async with asyncio.timeout(_TICK_SECONDS):
                    fact = await self._inbox.get()
            except TimeoutError:
                pass
            now = time.monotonic()
            if isinstance(fact, _Ended) or self._is_over(now):
                return
            if isinstance(fact, _Thinking):
                self._thought_came(fact)
            elif fact is not None:
                if fact.kind == Kind.HANGUP:
                    return
                self._take(fact, group, now)
            elif now - self._last_frame > _SILENT_SECONDS and self._ear.speaking:
                # A phone may send nothing while it hears nothing; the turn must end all the same.
                self._hear(bytes(2 * int(RATE_HZ * _TICK_SECONDS)), group, now)
            self._act(self._course.waited(now - before, speaking=self._ear.speaking))
            before = now

    def _is_over(self, now: float) -> bool:
        if self._mouth.overdue(now):
            self._log.warning("the orchestrator did not report what was heard")
            self._played()
        return self._ends_at is not None and now > self._ends_at

    def _take(self, frame: Frame, group: asyncio.TaskGroup, now: float) -> None:
        if frame.kind == Kind.SLIN16:
            self._last_frame = now
            self._hear(frame.payload, group, now)
        elif frame.kind == Kind.DTMF:
            self._stop_thinking()
            self._act(self._course.digit(frame.payload.decode("ascii", "replace")))
        elif frame.kind == Kind.EVENT:
            event = parse_event(frame, Sender.ORCHESTRATOR)
            if event["type"] == "mark" and self._mouth.heard(event["name"]):
                self._played()
        else:
            raise ProtocolError(f"kind 0x{frame.kind:02x} in the middle of a call")

    def _played(self) -> None:
        self._act(self._course.played())
        if self._course.hears:
            self._ear.begin()

    def _hear(self, slin: bytes, group: asyncio.TaskGroup, now: float) -> None:
        for what in self._ear.hear(slin, lambda: self._course.hears):
            match what:
                case Heard.STARTED:
                    self._stop_thinking()
                case Heard.PAUSED:
                    self._start_thinking(group)
                case Heard.RESUMED:
                    self._stop_thinking()
                case Heard.ENDED:
                    self._speech_ended = now - self._ear.silence_seconds
                    self._timings = {"end_of_turn_seconds": self._ear.silence_seconds}
                    self._act(self._course.heard())
                    if self._thinker is None and self._thought is None:
                        self._start_thinking(group)
                    self._answer()

    def _start_thinking(self, group: asyncio.TaskGroup) -> None:
        self._stop_thinking()
        self._thinker = group.create_task(self._think(self._attempt, self._ear.utterance()))

    def _stop_thinking(self) -> None:
        self._attempt += 1
        self._thought = None
        if self._thinker is not None:
            self._thinker.cancel()
            self._thinker = None

    async def _think(self, attempt: int, samples: Floats) -> None:
        thought = await self._thinking.think(samples)
        await self._inbox.put(_Thinking(attempt, thought))

    def _thought_came(self, fact: _Thinking) -> None:
        if fact.attempt == self._attempt:
            self._thought, self._thinker = fact.thought, None
            self._answer()

    def _answer(self) -> None:
        """Act on the thought, once there is one and the caller's turn is over."""
        thought = self._thought
        if thought is None or self._course.state is not State.THINKING:
            return
        self._thought = None
        self._turn += 1
        heard = thought.transcript
        self._timings |= {"stt_seconds": heard.seconds, "dialogue_seconds": thought.dialogue_seconds}
        self._link.event(
            {
                "type": "transcript",
                "turn": self._turn,
                "text": heard.text,
                "confidence": heard.confidence,
                "seconds": heard.seconds,
            }
        )
        self._log.info(
            "turn understood",
            extra={
                "turn": self._turn,
                "meaning": thought.meaning.value,
                "failed": thought.failed.value if thought.failed else "",
                "characters": len(heard.text),
                "stt_seconds": round(heard.seconds, 3),
            },
        )
        self._act(self._course.understood(thought.meaning, thought.answer), thought)

    def _act(self, actions: Iterable[Action], thought: Thought | None = None) -> None:
        for action in actions:
            match action:
                case Say(phrase):
                    self._say(self._phrases.texts[phrase], "phrases")
                case Tell(text):
                    self._say(text, thought.engine if thought else "phrases")
                case Hush():
                    self._mouth.hush()
                case Transfer():
                    self._mouth.event({"type": "transfer", "target": self._operator})
                    self._ends_at = time.monotonic() + _ENDING_SECONDS
                case Hangup(reason):
                    self._mouth.event({"type": "hangup", "reason": reason.value})
                    self._ends_at = time.monotonic() + _ENDING_SECONDS

    def _say(self, text: str, engine: str) -> None:
        turn, timings, self._timings = self._turn, self._timings, {}
        self._link.event({"type": "reply", "turn": turn, "text": text, "engine": engine})

        def first_sound(tts_seconds: float) -> None:
            if not timings:
                return
            reply_seconds = time.monotonic() - self._speech_ended
            values = {**timings, "tts_seconds": tts_seconds, "reply_seconds": reply_seconds}
            self._link.event({"type": "metrics", "values": values})
            self._observe(values)

        self._mouth.say(text, first_sound)
