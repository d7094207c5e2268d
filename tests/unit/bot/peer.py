"""A bot service with engines whose behaviour is plain, and the orchestrator's end of its calls."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from sipforge.bot.call.surroundings import Company, Other
from sipforge.bot.menu import Menu
from sipforge.bot.phrases import Phrases
from sipforge.bot.service import BotMetrics, BotRules, BotService, Parts
from sipforge.bot.thinking import Thinking
from sipforge.bot.voice import Voice
from sipforge.core.audiosocket import UNIX_LEG, Frame, FrameParser, Kind, encode
from sipforge.core.conversation.actions import Phrase
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.policy.meanings import Meaning, PolicyRules
from sipforge.core.messages.events import Cleared, Mark, event_frame
from sipforge.core.messages.hello import Hello, hello_frame
from sipforge.engines.protocols import Floats
from sipforge.infra.metrics import Metrics
from sipforge.infra.tokens import issue_token
from sipforge.text.language import PLAIN_TEXT
from tests.unit.bot.doubles import BeepTts, BookDialogue, LevelStt, LoudnessVad, spoken

KEY = "k" * 48
NOW = 1_800_000_000.0
TEXTS = ("", "when", "yes", "bye", "riddle", "FAIL", "mm", "muraho")
MUMBLE, WHEN, YES, BYE, RIDDLE, BROKEN, MM, FOREIGN = range(8)
PHRASES = Phrases(
    {phrase: f"{phrase.value}." for phrase in Phrase}, {Meaning.YES: ("yes",), Meaning.GOODBYE: ("bye",)}
)


class Bot:
    """A bot service with plain engines on a socket."""

    company = Company({"kinyarwanda": Other("3000", lambda phrase: spoken(1, 0.2))})
    menu = Menu(
        ("One, two.", "Three."),
        {f"topic-{number}": f"answer {number}." for number in range(8)},
    )

    def __init__(self, folder: Path, filler: float = 60.0, **changes: Any) -> None:
        self.path = folder / "audio.sock"
        self.stt = LevelStt(*TEXTS)
        self.queue_seconds = 0.0
        self.tts = BeepTts()
        self.metrics = Metrics()
        policy: dict[str, Any] = {
            "operator": "1000",
            "prompt_again_seconds": 60.0,
            "idle_limit_seconds": 120.0,
        }
        times: dict[str, Any] = {"pause_seconds": 0.1}
        times |= dict.fromkeys(("finished_seconds", "unsure_seconds", "open_seconds"), 0.3)
        voice = Voice(self.tts, PLAIN_TEXT, None)
        voice.owns([*PHRASES.texts.values(), "At eight.", *self.menu.pages, *self.menu.answers.values()])
        self.book = BookDialogue({"when": "At eight."})
        thinking = Thinking(
            self.stt,
            [self.book],
            PHRASES,
            backchannel=lambda text: text == "mm",
            foreign=self._foreign,
            whose_language=self._foreign,
            wait_seconds=lambda: self.queue_seconds,
        )
        self.service = BotService(
            BotRules("english", PolicyRules(**{**policy, **changes}), TurnRules(**times), filler),
            Parts(LoudnessVad(), thinking, voice, PHRASES, self.company, lambda: 12, self.menu),
            BotMetrics(self.metrics),
            KEY,
            now=lambda: NOW,
        )

    async def _foreign(self, samples: Floats) -> str:
        return "kinyarwanda" if bool(np.abs(samples).max() > (FOREIGN + 1.5) / 10) else ""

    def metric(self, line: str) -> bool:
        return line in self.metrics.render().decode()


class Peer:
    """The orchestrator's end: plays at once, so every mark comes back as soon as it arrives."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.parser = FrameParser(UNIX_LEG)
        self.events: list[dict[str, Any]] = []
        self.audio_bytes = 0
        self.over = False
        self.plays = True

    def send(self, frame: Frame) -> None:
        self.writer.write(encode(frame))

    def say(self, slin: bytes) -> None:
        for start in range(0, len(slin), 640):
            self.send(Frame(Kind.SLIN16, slin[start : start + 640]))

    def hello(
        self, call: str, *, bot: str = "english", key: str = KEY, token_call: str = "", **changes: Any
    ) -> None:
        token = issue_token(key, token_call or call, bot, 30, NOW)
        self.send(hello_frame(Hello(call, "1001", "2000", 8000, token, **changes)))

    async def until(self, done: Callable[[], bool]) -> None:
        """Read until `done`, or the stream ends."""
        async with asyncio.timeout(10):
            while not done():
                frame = self.parser.next_frame()
                if frame is not None:
                    self.take(frame)
                    continue
                if self.parser.ended:
                    self.over = True
                    return
                self.parser.receive_data(await self.reader.read(65536))

    def take(self, frame: Frame) -> None:
        if frame.kind == Kind.SLIN16:
            self.audio_bytes += len(frame.payload)
        elif frame.kind == Kind.HANGUP:
            self.over = True
        else:
            event = json.loads(frame.payload)
            self.events.append(event)
            if event["type"] == "mark" and self.plays:
                self.mark(event["name"])

    def mark(self, name: str) -> None:
        """Tell that a mark was heard."""
        self.send(event_frame(Mark(name)))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    def replies(self) -> list[str]:
        return [event["text"] for event in self.of("reply")]

    async def spoken(self, count: int) -> None:
        """Until `count` texts have been played."""
        await self.until(lambda: len(self.of("mark")) >= count or self.over)

    async def replied(self, count: int) -> None:
        """Until `count` replies were reported as heard."""
        await self.until(lambda: len(self.replies()) >= count or self.over)

    async def clear(self, played_seconds: float) -> None:
        """Until the bot drops its reply; tell it how much was heard."""
        await self.until(lambda: bool(self.of("clear")))
        self.send(event_frame(Cleared(played_seconds)))


Scenario = Callable[[Bot, Callable[[], Awaitable[Peer]]], Awaitable[None]]


def run(folder: Path, scenario: Scenario, **changes: Any) -> None:
    async def main() -> None:
        bot, ready = Bot(folder, **changes), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(bot.service.serve(bot.path, ready))
            await ready.wait()
            peers: list[Peer] = []

            async def connect() -> Peer:
                peers.append(Peer(*await asyncio.open_unix_connection(bot.path)))
                return peers[-1]

            try:
                await scenario(bot, connect)
            finally:
                serving.cancel()
                for peer in peers:
                    peer.writer.close()

    asyncio.run(main())


@asynccontextmanager
async def greeted(connect: Callable[[], Awaitable[Peer]]) -> AsyncIterator[Peer]:
    peer = await connect()
    peer.hello(str(uuid.uuid4()))
    await peer.spoken(1)
    yield peer
