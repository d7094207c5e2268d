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
        store.put_session(CALL, {"state": "admitted"})
        store.put_session(CALL, {"state": "talking"})
        await store.flush()
        assert redis.ask("get", f"sipforge:session:{CALL}").strip() == '{"state":"talking"}'
        assert int(redis.ask("ttl", f"sipforge:session:{CALL}")) > 3600
        for turn in (1, 2):
            store.append_history(CALL, {"turn": turn, "text": "Mwaramutse é"})
        store.delete_session(CALL)
        await store.flush()
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
            store.put_session(CALL, {"state": "talking"})
            store.append_history(CALL, {"turn": turn})
            found = await store.history(CALL)
            store.delete_session(CALL)
            await store.flush()
        return found

    assert using(store, story) == [{"turn": 0}, {"turn": 1}]


def test_another_process_can_read_the_history_of_a_call_that_is_over(redis):
    redis.start()
    first, second = store_of(redis), store_of(redis)

    async def write():
        await until(lambda: first.available)
        first.append_history(CALL, {"turn": 1})
        await first.flush()

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
            store.put_session(CALL, {"state": "admitted"})
            store.append_history(CALL, {"turn": 1})
        found = await store.history(CALL)
        store.delete_session(CALL)
        assert not store.available
        return len(found), time.monotonic() - start

    entries, seconds = using(store, story)
    assert entries == 200
    assert seconds < 0.5  # one failed connection at most, not one a call


def test_when_redis_comes_it_is_brought_up_to_date(redis):
    store = store_of(redis)

    async def story():
        store.put_session(CALL, {"state": "talking"})
        store.put_session(OTHER, {"state": "talking"})
        for turn in range(5):
            store.append_history(CALL, {"turn": turn})
        store.delete_session(OTHER)
        await asyncio.to_thread(redis.start)
        await until(lambda: len(redis.keys()) == 2 and store.available)
        store.append_history(CALL, {"turn": 5})
        await store.flush()
        assert redis.keys() == {f"sipforge:session:{CALL}", f"sipforge:history:{CALL}"}
        store.delete_session(CALL)
        return await store.history(CALL)

    assert using(store, story) == [{"turn": turn} for turn in range(6)]


def test_sessions_that_a_killed_orchestrator_left_are_removed(redis):
    redis.start()
    redis.ask("set", f"sipforge:session:{OTHER}", "{}")
    redis.ask("set", "sipforge:monitor", "somebody else's")
    store = store_of(redis)

    async def story():
        store.put_session(CALL, {})
        await until(lambda: {f"sipforge:session:{CALL}"} <= redis.keys())
        return redis.keys()

    assert using(store, story) == {f"sipforge:session:{CALL}", "sipforge:monitor"}


def test_redis_may_go_and_come_back_in_the_middle(redis):
    redis.start()
    store = store_of(redis)

    async def story():
        await until(lambda: store.available)
        store.put_session(CALL, {"state": "talking"})
        store.append_history(CALL, {"turn": 0})
        await store.flush()
        await asyncio.to_thread(redis.stop)
        store.append_history(CALL, {"turn": 1})
        await until(lambda: not store.available)
        await asyncio.to_thread(redis.start)
        await until(lambda: store.available)
        await until(lambda: redis.ask("llen", f"sipforge:history:{CALL}").strip() == "1")
        store.delete_session(CALL)
        await store.flush()
        return redis.keys()

    # What the stopped Redis held was not on disk here; what it missed was brought to it.
    assert using(store, story) == {f"sipforge:history:{CALL}"}


def test_a_redis_that_hangs_costs_no_call_anything_and_a_reader_its_timeout_once(redis):
    redis.start()
    store = store_of(redis)

    async def story():
        await until(lambda: store.available)
        redis.ask("client", "pause", "3000")
        times = []
        for turn in range(3):
            start = time.monotonic()
            store.append_history(CALL, {"turn": turn})
            found = await store.history(CALL) if turn else []
            times.append(time.monotonic() - start)
        return times, found

    (written, first, second), found = using(store, story)
    assert written < 0.01
    assert first < 1.5
    assert second < 0.1
    assert found == [{"turn": turn} for turn in range(3)]


def test_what_is_on_its_way_is_read_once(redis):
    redis.start()
    store = store_of(redis)

    async def story():
        await until(lambda: store.available)
        found = []
        for turn in range(50):
            store.append_history(CALL, {"turn": turn})
            found.append(await store.history(CALL))
        await store.flush()
        return found, redis.ask("llen", f"sipforge:history:{CALL}").strip()

    found, stored = using(store, story)
    assert found == [[{"turn": turn} for turn in range(count)] for count in range(1, 51)]
    assert stored == "50"


def test_what_is_over_is_flushed_and_a_redis_that_hangs_is_not_waited_for_for_ever(redis):
    redis.start()
    store = store_of(redis)

    async def story():
        await until(lambda: store.available)
        store.put_session(CALL, {})
        await store.flush()
        assert redis.keys() == {f"sipforge:session:{CALL}"}
        redis.ask("client", "pause", "5000")
        store.delete_session(CALL)
        start = time.monotonic()
        await store.flush()
        return time.monotonic() - start

    assert 0.5 < using(store, story) < 2.5


def test_a_wrong_password_is_a_redis_that_is_down(redis):
    redis.start()
    store = store_of(redis, password="wrong")

    async def story():
        store.put_session(CALL, {})
        await asyncio.sleep(0.1)
        return store.available

    assert using(store, story) is False


def test_history_can_be_kept_nowhere(redis):
    redis.start()
    store = store_of(redis, history_seconds=0)

    async def story():
        await until(lambda: store.available)
        store.put_session(CALL, {})
        store.append_history(CALL, {"turn": 1})
        during = await store.history(CALL)
        store.delete_session(CALL)
        await store.flush()
        return during, await store.history(CALL), redis.keys()

    assert using(store, story) == ([{"turn": 1}], [], set())


def test_memory_is_bounded(redis):
    store = store_of(redis)

    async def story():
        for number in range(150):
            store.append_history(str(number), {"turn": number})
        for turn in range(500):
            store.append_history(CALL, {"turn": turn})
        found = await store.history(CALL)
        return await store.history("0"), len(await store.history("149")), len(found), found[-1]

    assert using(store, story) == ([], 1, 400, {"turn": 499})
    # Of 150 calls and this one 100 are kept.
    assert store.lost_entries == 51


def test_of_a_redis_that_comes_late_the_newest_is_asked_to_remember(redis):
    store = store_of(redis)

    async def story():
        for turn in range(500):
            store.append_history(CALL, {"turn": turn})
        await asyncio.to_thread(redis.start)
        await until(lambda: store.available)
        await store.flush()
        return redis.ask("lindex", f"sipforge:history:{CALL}", "0"), await store.history(CALL)

    first, found = using(store, story)
    assert first.strip() == '{"turn":100}'
    assert found == [{"turn": turn} for turn in range(100, 500)]
    assert store.lost_entries == 100
