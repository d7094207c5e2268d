"""A whole orchestrator on loopback, with stand-ins for what it talks to: Asterisk and a bot."""

import asyncio
import contextlib
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from sipforge.core.audiosocket import FROM_ASTERISK, UNIX_LEG, Frame, FrameParser, Kind, encode
from sipforge.core.messages.events import (
    BotEvent,
    Mark,
    OrchestratorEvent,
    event_frame,
    parse_orchestrator_event,
)
from sipforge.core.messages.hello import Hello, parse_hello
from sipforge.infra.settings.host import check_settings
from sipforge.infra.systemd.notify import Notifier
from sipforge.infra.tokens import TokenError, verify_token
from sipforge.orchestrator.__main__ import build, run
from sipforge.orchestrator.timing import Timing
from tests.ports import free_port

KEY = "k" * 40
FAST = Timing(
    uuid_seconds=0.15,
    sweep_seconds=0.01,
    frame_seconds=0.15,
    flush_seconds=0.1,
    tail_seconds=0.04,
    bot_stall_seconds=0.1,
    linger_seconds=0.2,
)
UNAVAILABLE = b"\x11\x22" * 800
"""The recorded apology: 50 ms."""


class Peer:
    """One end of an AudioSocket connection, as a test drives it."""

    def __init__(self, reader, writer, limits):
        self.reader, self.writer, self.limits = reader, writer, limits
        self.parser = FrameParser(limits)

    async def read(self) -> Frame | None:
        """The next frame, or None at the end of the stream."""
        while True:
            frame = self.parser.next_frame()
            if frame is not None or self.parser.ended:
                return frame
            try:
                self.parser.receive_data(await self.reader.read(4096))
            except ConnectionResetError:
                self.parser.receive_data(b"")

    def send(self, kind: int, payload: bytes = b"") -> None:
        self.writer.write(encode(Frame(kind, payload), self.limits))

    def close(self) -> None:
        self.writer.close()


class BotPeer(Peer):
    """The bot's end: its hello has been read and is valid."""

    hello: Hello

    def say(self, pcm: bytes) -> None:
        for start in range(0, len(pcm), 32000):
            self.send(Kind.SLIN16, pcm[start : start + 32000])

    def event(self, event: BotEvent) -> None:
        self.writer.write(encode(event_frame(event)))

    async def hear(self) -> bytes:
        """The next caller audio; events in between are passed over."""
        while (frame := await self.read()) is not None:
            if frame.kind == Kind.SLIN16:
                return frame.payload
        raise EOFError

    async def told(self) -> OrchestratorEvent | Frame | None:
        """The next thing that is not audio: an event, or a frame of another kind, or None."""
        while (frame := await self.read()) is not None:
            if frame.kind == Kind.EVENT:
                return parse_orchestrator_event(frame)
            if frame.kind != Kind.SLIN16:
                return frame
        return None


class PhonePeer(Peer):
    """Asterisk's end."""

    async def audio_until_hangup(self) -> bytes:
        """Everything played until 0x00, all frames joined; fails when the stream ends without 0x00."""
        pcm = b""
        while (frame := await self.read()) is not None:
            if frame.kind == Kind.HANGUP:
                self.writer.write_eof()
                assert await self.read() is None
                return pcm
            pcm += frame.payload
        raise AssertionError("closed without 0x00")

    async def first_sound(self) -> Frame:
        """The first frame that is not silence."""
        while not any((frame := await self.read()).payload):
            pass
        return frame


Script = Callable[[BotPeer], Awaitable[None]]


class Office:
    """The running orchestrator, and the ways into it."""

    def __init__(self, tmp_path, rate_hz=16000, timing=FAST, redis=None, ami=None, **limits):
        bot = {"phrases": "p", "knowledge": "k", "operator": "1000"}
        self.rate_hz = rate_hz
        # Beside the test's own folder: the path of a socket may have 107 bytes.
        root = Path(tempfile.mkdtemp(dir=tmp_path.parent))
        self.settings = check_settings(
            root / "etc/sipforge/sipforge.toml",
            {
                "ami": {"port": ami.port if ami is not None else free_port()},
                "orchestrator": {
                    "http_port": free_port(),
                    "agi_port": free_port(),
                    "audiosocket_port": free_port(),
                    **limits,
                },
                "bots": {
                    "english": {**bot, "extension": "2000", "language": "english", "http_port": 1},
                    "kinyarwanda": {**bot, "extension": "3000", "language": "kinyarwanda", "http_port": 2},
                },
            },
        )
        if redis is not None:
            self.settings.redis_socket.parent.mkdir(parents=True)
            self.settings.redis_socket.symlink_to(redis)
        self.timing = timing
        self.parts = build(self.settings, KEY, "secret", timing, ami and "s3cret")
        prompt = self.settings.prompt_directory / "english"
        prompt.mkdir(parents=True)
        (prompt / "unavailable.sln16").write_bytes(UNAVAILABLE)
        self.stop = asyncio.Event()
        self.bot_key = KEY
        self._open: list[asyncio.StreamWriter] = []

    @contextlib.asynccontextmanager
    async def running(self, scripts: dict[str, Script]):
        """Serve, with bots that run their script for each call; afterwards nothing may be left."""
        servers = [await self._serve_bot(name, script) for name, script in scripts.items()]
        running = asyncio.create_task(run(self.parts, self.stop, Notifier({})))
        try:
            async with asyncio.timeout(15):
                await self._until_served()
                yield self
                self.stop.set()
                await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            for server in servers:
                server.close()
            for writer in self._open:
                writer.close()
        assert self.parts.calls.live() == []

    async def _serve_bot(self, name: str, script: Script) -> asyncio.Server:
        calls = set()

        async def serve(reader, writer):
            bot = BotPeer(reader, writer, UNIX_LEG)
            try:
                bot.hello = parse_hello(await bot.read())
                assert verify_token(self.bot_key, bot.hello.token, name, time.time()) == bot.hello.call
                # As the real one: a call that is here already is refused.
                assert bot.hello.call not in calls
                calls.add(bot.hello.call)
                await script(bot)
            except (TokenError, EOFError, ConnectionError):
                pass
            finally:
                calls.discard(bot.hello.call)
                writer.close()

        path = self.settings.bot_socket(name)
        path.parent.mkdir(parents=True)
        return await asyncio.start_unix_server(serve, path)

    async def _until_served(self) -> None:
        for port in ("agi_port", "audiosocket_port", "http_port"):
            while True:
                try:
                    _, writer = await self.connect(getattr(self.settings.orchestrator, port))
                    writer.close()
                    break
                except ConnectionRefusedError:
                    await asyncio.sleep(0.005)

    async def connect(self, port: int):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        self._open.append(writer)
        return reader, writer

    async def agi(self, script: str, **headers: str) -> dict[str, str]:
        """Ask as the dialplan does; gives the variables that were set."""
        reader, writer = await self.connect(self.settings.orchestrator.agi_port)
        block = {"network": "yes", "network_script": script, **headers}
        writer.write("".join(f"agi_{name}: {value}\n" for name, value in block.items()).encode() + b"\n")
        found = {}
        while line := (await reader.readline()).decode():
            _, _, name, value = line.split(" ", 3)
            found[name] = value.strip().strip('"')
            writer.write(b"200 result=1\n")
        writer.close()
        return found

    async def route(self, dialled: str = "2000", **headers: str) -> dict[str, str]:
        asked = {"callerid": "1001", "extension": dialled, "arg_1": str(self.rate_hz)}
        return await self.agi("route", **asked | headers)

    async def admitted(self, dialled: str = "2000") -> str:
        return (await self.route(dialled))["SIPFORGE_CALL"]

    async def after(self, call: str) -> tuple[str, str]:
        """Context and extension with which the dialplan goes on."""
        return onward(await self.agi("after", arg_1=call))

    async def back(self, call: str, outcome: str) -> tuple[str, str]:
        return onward(await self.agi("back", arg_1=call, arg_2=outcome))

    async def stranger(self, data: bytes = b"") -> PhonePeer:
        """An AudioSocket connection that has sent `data`."""
        reader, writer = await self.connect(self.settings.orchestrator.audiosocket_port)
        writer.write(data)
        return PhonePeer(reader, writer, FROM_ASTERISK)

    async def phone(self, call: str | None = None) -> PhonePeer:
        """An admitted call whose audio is connected."""
        call = call or await self.admitted()
        return await self.stranger(encode(Frame(Kind.UUID, UUID(call).bytes), FROM_ASTERISK))

    async def get(self, path: str):
        """Status and body of an HTTP answer; the body parsed where it is JSON."""
        reader, writer = await self.connect(self.settings.orchestrator.http_port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        head, _, body = (await reader.read()).decode().partition("\r\n\r\n")
        return int(head.split()[1]), json.loads(body) if "application/json" in head else body

    async def metric(self, line_start: str) -> float:
        """The value of one line of /metrics; 0 when it is not there."""
        _, text = await self.get("/metrics")
        found = [line for line in text.splitlines() if line.startswith(line_start)]
        return float(found[0].split()[-1]) if found else 0.0

    async def until_no_calls(self) -> None:
        await self.until(lambda: not self.parts.calls.live())

    @staticmethod
    async def until(condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - the condition has no event to wait for
            await asyncio.sleep(0.005)


SPEECH = b"".join(bytes((number, 1)) * 320 for number in range(1, 6))
"""Five different frames: 100 ms."""


def onward(variables: dict[str, str]) -> tuple[str, str]:
    """What the dialplan goes by; the last variable that is set must be the action."""
    assert list(variables)[-1] == "SIPFORGE_ACTION"
    return variables["SIPFORGE_ACTION"], variables["SIPFORGE_NEXT"]


async def quiet(bot) -> None:
    """A bot that says one sound, so that a test knows it is there, and listens until the call is over."""
    bot.say(b"\x01\x01" * 320)
    bot.event(Mark("there"))
    while (await bot.told()) is not None:
        pass


def played(story, tmp_path, script, **office):
    """Run `story(office)` with a bot "english" that runs `script`, or with bots by their names."""
    scripts = script if isinstance(script, dict) else {"english": script}

    async def run():
        async with Office(tmp_path, **office).running(scripts) as running:
            return await story(running)

    return asyncio.run(run())


def sounds(pcm: bytes) -> bytes:
    """What was played, without the silence before and behind."""
    frames = [pcm[start : start + 640] for start in range(0, len(pcm), 640)]
    loud = [number for number, frame in enumerate(frames) if any(frame)]
    return b"".join(frames[loud[0] : loud[-1] + 1]) if loud else b""
