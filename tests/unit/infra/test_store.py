"""Sessions and histories against a real Redis on a Unix socket, which comes and goes."""

import asyncio
import shutil
import time

import pytest

from sipforge.infra.call_store import CallStore
from tests.unit.redis_server import RedisServer

CALL, OTHER = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"

pytestmark = pytest.mark.skipif(shutil.which("redis-server") is None, reason="redis-server is not installed")


@pytest.fixture
def redis(tmp_path):
    server = RedisServer(tmp_path)
    yield server
    server.stop()


def store_of(redis: RedisServer, history_seconds: int = 100, password: str = "secret") -> CallStore:
    return CallStore(redis.socket, password, history_seconds, probe_seconds=0.02)


async def until(condition) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.01)


def using(store: CallStore, story):
    """Run `story` while the store is kept, and give what it gives."""

    async def run():
        keeping = asyncio.create_task(store.keep())
        try:
            return await story()
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    return asyncio.run(run())


def test_a_session_lives_as_long_as_its_call_and_the_history_longer(redis):
    redis.start()
    store = store_of(redis)

    async def story():
        await until(lambda: store.available)
        await store.put_session(CALL, {"state": "admitted"})
        await store.put_session(CALL, {"state": "talking"})
        assert redis.ask("get", f"sipforge:session:{CALL}").strip() == '{"state":"talking"}'
        assert int(redis.ask("ttl", f"sipforge:session:{CALL}")) > 3600
        for turn in (1, 2):
            await store.append_history(CALL, {"turn": turn, "text": "Mwaramutse é"})
        await store.delete_session(CALL)
        assert redis.keys() == {f"sipforge:history:{CALL}"}
        assert 0 < int(redis.ask("ttl", f"sipforge:history:{CALL}")) <= 100
        return await store.history(CALL)

    assert using(store, story) == [{"turn": turn, "text": "Mwaramutse é"} for turn in (1, 2)]


def test_a_call_that_goes_on_after_it_was_over_has_one_history(redis):
    redis.start()
    store = store_of(redis)

    async def story():
        await until(lambda: store.available)
        for turn in range(2):
            await store.put_session(CALL, {"state": "talking"})
            await store.append_history(CALL, {"turn": turn})
            found = await store.history(CALL)
            await store.delete_session(CALL)
        return found

    assert using(store, story) == [{"turn": 0}, {"turn": 1}]


def test_another_process_can_read_the_history_of_a_call_that_is_over(redis):
    redis.start()
    first, second = store_of(redis), store_of(redis)

    async def write():
        await until(lambda: first.available)
        await first.append_history(CALL, {"turn": 1})

    async def read():
        await until(lambda: second.available)
        return await second.history(CALL), await second.history(OTHER)

    using(first, write)
    assert using(second, read) == ([{"turn": 1}], [])


def test_without_redis_memory_serves_at_once(redis):
    store = store_of(redis)

    async def story():
        start = time.monotonic()
        for _ in range(200):
            await store.put_session(CALL, {"state": "admitted"})
            await store.append_history(CALL, {"turn": 1})
        found = await store.history(CALL)
        await store.delete_session(CALL)
        assert not store.available
        return len(found), time.monotonic() - start

    entries, seconds = using(store, story)
    assert entries == 200
    assert seconds < 0.5  # one failed connection at most, not one a call


def test_when_redis_comes_it_is_brought_up_to_date(redis):
    store = store_of(redis)

    async def story():
        await store.put_session(CALL, {"state": "talking"})
        await store.put_session(OTHER, {"state": "talking"})
        for turn in range(5):
            await store.append_history(CALL, {"turn": turn})
        await store.delete_session(OTHER)
        await asyncio.to_thread(redis.start)
        await until(lambda: len(redis.keys()) == 2 and store.available)
        await store.append_history(CALL, {"turn": 5})
        assert redis.keys() == {f"sipforge:session:{CALL}", f"sipforge:history:{CALL}"}
        await store.delete_session(CALL)
        return await store.history(CALL)

    assert using(store, story) == [{"turn": turn} for turn in range(6)]


def test_sessions_that_a_killed_orchestrator_left_are_removed(redis):
    redis.start()
    redis.ask("set", f"sipforge:session:{OTHER}", "{}")
    redis.ask("set", "sipforge:monitor", "somebody else's")
    store = store_of(redis)

    async def story():
        await store.put_session(CALL, {})
        await until(lambda: {f"sipforge:session:{CALL}"} <= redis.keys())
        return redis.keys()

    assert using(store, story) == {f"sipforge:session:{CALL}", "sipforge:monitor"}


def test_redis_may_go_and_come_back_in_the_middle(redis):
    redis.start()
    store = store_of(redis)

    async def story():
        await until(lambda: store.available)
        await store.put_session(CALL, {"state": "talking"})
        await store.append_history(CALL, {"turn": 0})
        await asyncio.to_thread(redis.stop)
        await store.append_history(CALL, {"turn": 1})
        assert not store.available
        await asyncio.to_thread(redis.start)
        await until(lambda: store.available)
        await until(lambda: redis.ask("llen", f"sipforge:history:{CALL}").strip() == "1")
        await store.delete_session(CALL)
        return redis.keys()

    # What the stopped Redis held was not on disk here; what it missed was brought to it.
    assert using(store, story) == {f"sipforge:history:{CALL}"}


def test_a_redis_that_hangs_costs_one_call_its_timeout_and_the_next_nothing(redis):
    redis.start()
    store = store_of(redis)

    async def story():
        await until(lambda: store.available)
        redis.ask("client", "pause", "3000")
        times = []
        for call in (CALL, OTHER):
            start = time.monotonic()
            await store.put_session(call, {})
            times.append(time.monotonic() - start)
        return times

    first, second = using(store, story)
    assert first < 1.5
    assert second < 0.1


def test_a_wrong_password_is_a_redis_that_is_down(redis):
    redis.start()
    store = store_of(redis, password="wrong")

    async def story():
        await store.put_session(CALL, {})
        await asyncio.sleep(0.1)
        return store.available

    assert using(store, story) is False


def test_history_can_be_kept_nowhere(redis):
    redis.start()
    store = store_of(redis, history_seconds=0)

    async def story():
        await until(lambda: store.available)
        await store.put_session(CALL, {})
        await store.append_history(CALL, {"turn": 1})
        during = await store.history(CALL)
        await store.delete_session(CALL)
        return during, await store.history(CALL), redis.keys()

    assert using(store, story) == ([{"turn": 1}], [], set())


def test_memory_is_bounded(redis):
    store = store_of(redis)

    async def story():
        for number in range(150):
            await store.append_history(str(number), {"turn": number})
        for turn in range(500):
            await store.append_history(CALL, {"turn": turn})
        found = await store.history(CALL)
        return await store.history("0"), len(await store.history("149")), len(found), found[-1]

    assert using(store, story) == ([], 1, 400, {"turn": 499})
