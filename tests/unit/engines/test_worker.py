from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from sipforge.engines.protocols import EngineError, Stage
from sipforge.engines.runtime.worker import PATIENCE_SECONDS, Urgency, Worker


def test_result_and_errors() -> None:
    async def scenario() -> None:
        worker = Worker(Stage.STT)
        assert await worker.run(lambda: 7) == 7
        with pytest.raises(EngineError, match="stt failed: ZeroDivisionError") as caught:
            await worker.run(lambda: 1 // 0)
        assert (caught.value.stage, caught.value.retryable) == (Stage.STT, False)

        def own() -> None:
            raise EngineError(Stage.TTS, "mine", retryable=True)

        with pytest.raises(EngineError, match="mine"):
            await worker.run(own)
        worker.close()

    asyncio.run(scenario())


def test_a_full_queue_refuses_at_once_and_empties_again() -> None:
    async def scenario() -> None:
        worker, gate = Worker(Stage.TTS, threads=1, queue_length=1), threading.Event()
        async with asyncio.TaskGroup() as group:
            held = [group.create_task(worker.run(gate.wait)) for _ in range(2)]
            await asyncio.sleep(0)
            with pytest.raises(EngineError, match="too many tts") as caught:
                await worker.run(lambda: None)
            assert caught.value.retryable
            gate.set()
        assert all(task.result() for task in held)
        assert await worker.run(lambda: "again") == "again"
        worker.close()

    asyncio.run(scenario())


def test_a_cancelled_request_that_waits_never_runs() -> None:
    async def scenario() -> None:
        worker, gate, ran = Worker(Stage.TTS), threading.Event(), []
        first = asyncio.ensure_future(worker.run(gate.wait))
        second = asyncio.ensure_future(worker.run(lambda: ran.append(1)))
        await asyncio.sleep(0)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        gate.set()
        await first
        await worker.run(lambda: None)
        assert ran == []
        worker.close()

    asyncio.run(scenario())


class Desk:
    """A worker that is busy until all is in its queue, on a clock that stands still."""

    def __init__(self) -> None:
        self.now = 0.0
        self.worker = Worker(Stage.STT, clock=lambda: self.now)
        self.done: list[str] = []
        self._gate = threading.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def ask(self, name: str, urgency: Urgency | None = None) -> asyncio.Task[None]:
        work = self.worker.run(self._noted(name))
        context = urgency.context() if urgency else None
        self._tasks.append(asyncio.get_running_loop().create_task(work, context=context))
        await asyncio.sleep(0)  # it is in the queue now
        return self._tasks[-1]

    def _noted(self, name: str) -> Callable[[], None]:
        return lambda: self.done.append(name)

    async def order(self) -> list[str]:
        """In which what was asked for is done."""
        self._gate.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return self.done

    @classmethod
    @asynccontextmanager
    async def busy(cls) -> AsyncIterator[Desk]:
        desk, begun = cls(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold() -> None:
            loop.call_soon_threadsafe(begun.set)
            desk._gate.wait()

        held = loop.create_task(desk.worker.run(hold))
        await begun.wait()
        try:
            yield desk
        finally:
            desk._gate.set()
            await held
            desk.worker.close()


def test_who_waits_is_served_before_who_pauses() -> None:
    async def scenario() -> list[str]:
        async with Desk.busy() as desk:
            await desk.ask("pauses", Urgency())
            desk.now += 1.0
            await desk.ask("waits")
            await desk.ask("waits too", Urgency(waits=True))
            return await desk.order()

    assert asyncio.run(scenario()) == ["waits", "waits too", "pauses"]


def test_a_speculation_whose_turn_is_over_has_the_place_of_when_it_was_asked_for() -> None:
    async def scenario() -> list[str]:
        async with Desk.busy() as desk:
            await desk.ask("pauses", Urgency())
            over = Urgency()
            await desk.ask("over", over)
            desk.now += 1.0
            await desk.ask("waits")
            over.rise()
            return await desk.order()

    assert asyncio.run(scenario()) == ["over", "waits", "pauses"]


def test_a_task_has_its_urgency_in_all_that_it_asks_for() -> None:
    async def scenario() -> list[str]:
        async with Desk.busy() as desk:

            async def speculation() -> None:
                await asyncio.gather(desk.ask("pauses"), desk.ask("pauses too"))

            await asyncio.create_task(speculation(), context=Urgency().context())
            await desk.ask("waits")
            return await desk.order()

    assert asyncio.run(scenario()) == ["waits", "pauses", "pauses too"]


def test_a_turn_keeps_its_place_for_all_that_it_asks() -> None:
    async def scenario() -> list[str]:
        async with Desk.busy() as desk:
            turn = Urgency(waits=True)
            await desk.ask("look", turn)
            desk.now += 1.0
            await desk.ask("another turn", Urgency(waits=True))
            await desk.ask("somebody")
            await desk.ask("second look", turn)
            return await desk.order()

    assert asyncio.run(scenario()) == ["look", "second look", "another turn", "somebody"]


@pytest.mark.parametrize(
    ("seconds", "first"), [(PATIENCE_SECONDS - 0.1, "waits"), (PATIENCE_SECONDS + 0.1, "pauses")]
)
def test_nothing_waits_for_ever(seconds: float, first: str) -> None:
    async def scenario() -> list[str]:
        async with Desk.busy() as desk:
            await desk.ask("pauses", Urgency())
            desk.now += seconds
            await desk.ask("waits")
            return await desk.order()

    assert asyncio.run(scenario())[0] == first


def test_what_nobody_wants_leaves_the_queue_with_its_sound() -> None:
    class Sound:
        def __call__(self) -> None:
            raise AssertionError

    async def scenario() -> None:
        async with Desk.busy() as desk:
            sound = Sound()
            kept = weakref.ref(sound)
            task = asyncio.create_task(desk.worker.run(sound))
            del sound
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            del task
            gc.collect()
            assert kept() is None

    asyncio.run(scenario())


def test_a_place_that_was_given_up_is_free_at_once() -> None:
    async def scenario() -> None:
        worker, gate = Worker(Stage.TTS, queue_length=1), threading.Event()
        held = asyncio.ensure_future(worker.run(gate.wait))
        unwanted = asyncio.ensure_future(worker.run(lambda: None))
        await asyncio.sleep(0)
        unwanted.cancel()
        await asyncio.wait([unwanted])
        wanted = asyncio.ensure_future(worker.run(lambda: "done"))
        await asyncio.sleep(0)
        gate.set()
        assert await wanted == "done"
        await held
        worker.close()

    asyncio.run(scenario())


def test_only_who_waits_is_in_the_way_of_who_waits() -> None:
    async def scenario() -> list[float]:
        async with Desk.busy() as desk:
            desk.now += 2.0
            await desk.ask("first")
            unknown = desk.worker.expected_wait_seconds
            await desk.order()  # what was held took two seconds
            waits = [unknown, desk.worker.expected_wait_seconds]
        async with Desk.busy() as desk:
            desk.worker._service_seconds = 2.0
            waits.append(desk.worker.expected_wait_seconds)
            pausing = Urgency()
            await desk.ask("pauses", pausing)
            waits.append(desk.worker.expected_wait_seconds)
            pausing.rise()
            waits.append(desk.worker.expected_wait_seconds)
        return waits

    assert asyncio.run(scenario()) == [0.0, 0.0, 2.0, 2.0, 4.0]
