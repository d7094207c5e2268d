from __future__ import annotations

import asyncio
import threading

import pytest

from sipforge.engines.protocols import EngineError, Stage
from sipforge.engines.runtime.worker import Worker


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
