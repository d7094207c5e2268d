"""Takes calls on the bot's Unix socket: a hello with a valid token, then one conversation per connection."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sipforge.bot.call.conversation import Call
from sipforge.bot.call.link import Link
from sipforge.bot.call.listener import Listener
from sipforge.bot.call.surroundings import Company, Origin
from sipforge.bot.menu import Menu
from sipforge.bot.phrases import Phrases
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice
from sipforge.core.audiosocket import ProtocolError
from sipforge.core.conversation.actions import Reason
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.machine import Machine
from sipforge.core.conversation.policy.dialogue_policy import DialoguePolicy
from sipforge.core.conversation.policy.meanings import PolicyRules
from sipforge.core.conversation.replies import Script
from sipforge.core.messages.events import HangupEvent
from sipforge.core.messages.hello import Hello, parse_hello
from sipforge.engines.protocols import EngineError, Vad
from sipforge.infra.logs import CallLogger
from sipforge.infra.metrics import Metrics
from sipforge.infra.stream_server import serve_unix
from sipforge.infra.tokens import TokenError, verify_token

_log = logging.getLogger(__name__)

HELLO_SECONDS: Final = 5.0
"""How long a connection may take to say hello."""
CONNECTIONS: Final = 256
"""That may be open at once, those that have not said hello among them. How many may be calls is for the
orchestrator to say, which lets them in: 200 at most (its setting max_calls)."""


class RefusedError(Exception):
    """A connection is not let in; the message says why."""


@dataclass(frozen=True, slots=True)
class BotRules:
    """What the settings say about a bot's calls."""

    name: str
    policy: PolicyRules
    turns: TurnRules
    filler_seconds: float
    """After the caller's last word, when the reply is not there."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What all calls of a bot share."""

    vad: Vad
    thinking: Thinking
    voice: Voice
    phrases: Phrases
    company: Company
    hour: Callable[[], int]
    """Of the office's day."""
    menu: Menu
    """Of the keypad."""
    ask_who: Callable[[Sequence[str]], str] = "".join
    """How a caller is asked about people, given by their extensions."""


class BotMetrics:
    """The bot's numbers for Prometheus."""

    def __init__(self, metrics: Metrics) -> None:
        self.calls = metrics.gauge("sipforge_bot_calls", "Calls in progress")
        self.ended = metrics.counter("sipforge_bot_calls_ended", "Calls by how they ended", ["how"])
        self._seconds = metrics.histogram(
            "sipforge_bot_stage_seconds",
            "Time that each stage of a turn took; reply is the whole of it",
            ["stage"],
        )

    def observe(self, values: Mapping[str, float]) -> None:
        """Take the timings of a turn."""
        for name, seconds in values.items():
            self._seconds.labels(name.removesuffix("_seconds")).observe(seconds)


class BotService:
    """One bot: its socket and its calls."""

    def __init__(
        self,
        rules: BotRules,
        parts: Parts,
        metrics: BotMetrics,
        key: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`key` signs the orchestrator's tokens; `now` gives seconds since the epoch."""
        self._rules = rules
        self._parts = parts
        self._metrics = metrics
        self._key = key
        self._now = now
        self._calls: set[str] = set()

    @property
    def calls(self) -> int:
        """How many calls are in progress."""
        return len(self._calls)

    async def serve(self, path: Path, ready: asyncio.Event) -> None:
        """Take calls on the Unix socket `path` until cancelled; then every call is told that it is over.

        Raises:
            OSError: the socket cannot be made.
        """

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._take(Link(reader, writer))

        await serve_unix(path, connected, CONNECTIONS, ready)

    async def _take(self, link: Link) -> None:
        """One connection, whatever comes over it: nothing of it reaches another call."""
        try:
            hello = await self._hello(link)
        except (RefusedError, ProtocolError, TokenError, OSError, TimeoutError) as error:
            _log.warning("connection refused: %s", str(error) or type(error).__name__)
            self._metrics.ended.labels("refused").inc()
            await link.close()
            return
        except asyncio.CancelledError:
            await link.close()
            raise
        log = CallLogger(logging.getLogger("sipforge.bot.call"), hello.call)
        self._calls.add(hello.call)
        self._metrics.calls.set(self.calls)
        log.info("call begun")
        begun, how = time.monotonic(), "done"
        try:
            await self._call(link, hello, log).run()
        except* (ProtocolError, OSError, TimeoutError) as problem:
            how = "broken"
            log.warning("call broke off: %s", _reasons(problem))
        except* EngineError as problem:
            how = "failed"
            log.error("call ended by an engine: %s", _reasons(problem))
            link.event(HangupEvent(Reason.ERROR))
        except* Exception:
            # A mistake of ours must end this call only, and be seen.
            how = "failed"
            log.exception("call ended by a fault")
            link.event(HangupEvent(Reason.ERROR))
        finally:
            self._calls.discard(hello.call)
            self._metrics.calls.set(self.calls)
            self._metrics.ended.labels(how).inc()
            log.info("call ended", extra={"how": how, "seconds": round(time.monotonic() - begun, 1)})
            await link.close()

    async def _hello(self, link: Link) -> Hello:
        async with asyncio.timeout(HELLO_SECONDS):
            frame = await link.receive()
        if frame is None:
            raise RefusedError("closed without a hello")
        hello = parse_hello(frame)
        if verify_token(self._key, hello.token, self._rules.name, self._now()) != hello.call:
            raise RefusedError("the token is for another call")
        if hello.call in self._calls:
            raise RefusedError("this call is here already")
        return hello

    def _call(self, link: Link, hello: Hello, log: CallLogger) -> Call:
        rules, parts = self._rules, self._parts
        script = Script(
            parts.phrases.texts,
            parts.voice.sentences,
            parts.menu.pages,
            parts.menu.answers,
            parts.menu.ask,
            parts.ask_who,
        )
        machine = Machine(
            script,
            rules.turns,
            DialoguePolicy(rules.policy, parts.menu.keyed),
            filler_seconds=rules.filler_seconds,
            history=hello.history,
        )
        return Call(
            link=link,
            listener=Listener(parts.vad),
            voice=parts.voice,
            thinking=parts.thinking,
            machine=machine,
            company=parts.company,
            origin=Origin(
                call=hello.call,
                caller=f"{hello.caller_name} {hello.caller}".strip(),
                arrival=hello.arrival,
                detail=hello.detail,
                target=hello.target,
                hour=parts.hour(),
            ),
            briefing=parts.phrases.briefing,
            observe=self._metrics.observe,
            log=log,
        )


def _reasons(problem: BaseExceptionGroup[BaseException]) -> str:
    """The sentences of all that is in a group."""
    return "; ".join(
        _reasons(error) if isinstance(error, BaseExceptionGroup) else str(error) or type(error).__name__
        for error in problem.exceptions
    )
