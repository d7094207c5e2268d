"""A whole call beside a Redis that takes 0.9 s for every answer, just less than counts as failed."""

import asyncio
import contextlib
import shutil

import pytest

from sipforge.core.audiosocket import Kind
from sipforge.core.conversation.actions import Reason
from sipforge.core.messages.events import HangupEvent, Mark, ReplyEvent, TranscriptEvent
from tests.unit.orchestrator.office import SPEECH, Office, sounds
from tests.unit.redis_server import RedisServer

SECONDS = 0.9

pytestmark = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")


class SlowRedis:
    """A real Redis behind a socket; from `slow` on each of its answers comes late."""

    def __init__(self, directory):
        self.socket = directory / "slow.sock"
        self.redis = RedisServer(directory)
        self.slow = asyncio.Event()
        self.answers = 0

    @contextlib.asynccontextmanager
    async def running(self):
        await asyncio.to_thread(self.redis.start)
        try:
            async with await asyncio.start_unix_server(self._serve, self.socket):
                yield self
        finally:
            await asyncio.to_thread(self.redis.stop)

    async def _serve(self, reader, writer):
        theirs, ours = await asyncio.open_unix_connection(self.redis.socket)
        asking = asyncio.create_task(self._pass(reader, ours))
        await self._pass(theirs, writer, late=True)
        asking.cancel()
        writer.close()
        ours.close()

    async def _pass(self, reader, writer, late=False):
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if late and self.slow.is_set():
                    self.answers += 1
                    await asyncio.sleep(SECONDS)
                writer.write(data)


def test_a_slow_redis_delays_no_call_and_no_reply(tmp_path):
    times = {}

    @contextlib.contextmanager
    def timed(name):
        begun = asyncio.get_running_loop().time()
        yield
        times[name] = asyncio.get_running_loop().time() - begun

    async def script(bot):
        for turn in range(1, 4):
            bot.event(TranscriptEvent(turn, f"question {turn}", 0.9, 0.1))
            bot.say(SPEECH)
            bot.event(Mark(f"said {turn}"))
            with timed(f"reply {turn}"):
                assert await bot.told() == Mark(f"said {turn}")
            bot.event(ReplyEvent(turn, f"answer {turn}", "answers", ("hours",)))
        bot.event(HangupEvent(Reason.GOODBYE))
        assert (await bot.told()).kind == Kind.HANGUP

    async def story(office, slow):
        await office.until(lambda: office.parts.store.available)
        slow.slow.set()
        with timed("route"):
            call = await office.admitted()
        with timed("call"):
            pcm = await (await office.phone(call)).audio_until_hangup()
        with timed("after"):
            following = await office.after(call)
        history = (await office.get(f"/calls/{call}"))[1]["history"]
        return call, sounds(pcm), following, history

    async def run():
        async with SlowRedis(tmp_path).running() as slow:
            async with Office(tmp_path, redis=slow.socket).running({"english": script}) as office:
                found = await story(office, slow)
            # The orchestrator is down: what it had not written yet, it wrote then.
            assert office.parts.store.available
            assert slow.answers > 1
            length = slow.redis.ask("llen", f"sipforge:history:{found[0]}")
            return *found, slow.redis.keys(), length.strip()

    call, pcm, following, history, keys, length = asyncio.run(run())
    assert pcm.replace(bytes(640), b"") == SPEECH * 3
    assert following == ("hangup", "")
    said = [kind for turn in "123" for kind in (f"question {turn}", f"answer {turn}")]
    assert [entry["text"] for entry in history] == said
    assert history[1]["topics"] == ["hours"]
    # 100 ms of sound a reply, and the machine may be busy: not one of them has waited for Redis.
    assert {name: seconds for name, seconds in times.items() if name != "call" and seconds > 0.6} == {}
    assert times["call"] < 1.8
    assert (keys, length) == ({f"sipforge:history:{call}"}, "6")
