from __future__ import annotations

import asyncio
import threading

import pytest

from sipforge.engines.protocols import EngineError, Stage
from sipforge.engines.worker import SPECULATION_SECONDS, Worker


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


class Clock:
    """Time as a test sets it."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_final_work_overtakes_speculation_but_not_for_ever() -> None:
    async def scenario() -> list[str]:
        gate, order, clock = threading.Event(), list[str](), Clock()
        worker = Worker(Stage.STT, clock=clock)
        asked = [asyncio.ensure_future(worker.run(gate.wait))]
        await asyncio.sleep(0)

        async def ask(name: str, *, urgent: bool) -> None:
            asked.append(asyncio.ensure_future(worker.run(lambda: order.append(name), urgent=urgent)))
            await asyncio.sleep(0)

        await ask("speculation", urgent=False)
        await ask("first", urgent=True)
        await ask("second", urgent=True)
        clock.seconds += SPECULATION_SECONDS + 0.01
        await ask("late", urgent=True)
        gate.set()
        await asyncio.gather(*asked)
        worker.close()
        return order

    assert asyncio.run(scenario()) == ["first", "second", "speculation", "late"]


def test_the_wait_is_known_from_what_is_ahead() -> None:
    async def scenario() -> None:
        gate, clock = threading.Event(), Clock()
        worker = Worker(Stage.STT, threads=1, clock=clock)

        def work() -> None:
            clock.seconds += 0.5

        assert worker.expected_wait_seconds == 0
        await worker.run(work)
        assert worker.expected_wait_seconds == 0
        asked = [asyncio.ensure_future(worker.run(gate.wait)) for _ in range(3)]
        await asyncio.sleep(0)
        assert worker.expected_wait_seconds == pytest.approx(3 * 0.5)
        asked[2].cancel()
        await asyncio.sleep(0)
        assert worker.expected_wait_seconds == pytest.approx(2 * 0.5)
        gate.set()
        await asyncio.gather(*asked, return_exceptions=True)
        worker.close()

    asyncio.run(scenario())
