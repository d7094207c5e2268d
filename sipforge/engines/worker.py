"""Runs an engine's blocking work in threads of its own, with a queue that has an end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sipforge.engines.protocols import EngineError, Stage

Result = TypeVar("Result")


class Worker:
    """A few threads for one engine; a request beyond `queue_length` waiting ones is refused at once.

    A cancelled request that has not begun never runs; one that runs ends in its own time, its result unread.
    """

    def __init__(self, stage: Stage, threads: int = 1, queue_length: int = 16) -> None:
        self._stage = stage
        self._places = threads + queue_length
        self._taken = 0
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=stage.value)

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, done in a thread.

        Raises:
            EngineError: the queue is full, or `work` raised (an EngineError passes through as it is).
        """
        if self._taken >= self._places:
            raise EngineError(self._stage, f"too many {self._stage.value} requests at once", retryable=True)
        self._taken += 1
        future = self._executor.submit(work)
        # Freed when the thread is done with it, not when the asker has lost interest.
        loop = asyncio.get_running_loop()
        future.add_done_callback(lambda _: self._release(loop))
        try:
            return await asyncio.wrap_future(future)
        except (EngineError, asyncio.CancelledError):
            raise
        except Exception as error:
            raise EngineError(self._stage, f"{self._stage.value} failed: {type(error).__name__}") from error

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._free)

    def _free(self) -> None:
        self._taken -= 1

    def close(self) -> None:
        """End the threads; what waits is dropped."""
        self._executor.shutdown(wait=False, cancel_futures=True)
