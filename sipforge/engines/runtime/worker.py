"""Runs an engine's blocking work in threads of its own, with a queue that is fair and has an end.

What waits is taken by when it is due: final work is due when it is asked for, speculative work (for a caller
who only pauses so far) a moment later. So final work overtakes speculation, but nothing waits for ever.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from sipforge.engines.protocols import EngineError, Stage

Result = TypeVar("Result")

SPECULATION_SECONDS: Final = 0.4
"""How much later speculative work is due: about the silence still missing to the end of the turn."""
_RECENT: Final = 0.2
"""Weight of the newest service time in the moving average."""


@dataclass(frozen=True, slots=True, order=True)
class _Request:
    due: float
    number: int
    work: Callable[[], Any] = field(compare=False)
    future: Future[Any] = field(compare=False)


class Worker:
    """A few threads for one engine; a request beyond `queue_length` waiting ones is refused at once.

    A cancelled request that has not begun never runs; one that runs ends in its own time, its result unread.
    """

    def __init__(
        self,
        stage: Stage,
        threads: int = 1,
        queue_length: int = 16,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._stage = stage
        self._threads = threads
        self._places = threads + queue_length
        self._lock = threading.Lock()
        self._taken = 0
        self._waiting: list[_Request] = []
        self._numbers = itertools.count()
        self._service_seconds = 0.0
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=stage.value)

    @property
    def expected_wait_seconds(self) -> float:
        """How long final work asked for now will probably wait before it begins; 0 while a thread is idle."""
        ahead = self._taken - self._threads + 1
        return max(0, ahead) * self._service_seconds / self._threads

    async def run(self, work: Callable[[], Result], *, urgent: bool = True) -> Result:
        """The result of `work`, done in a thread; not `urgent`: a speculation.

        Raises:
            EngineError: the queue is full, or `work` raised (an EngineError passes through as it is).
        """
        future: Future[Result] = Future()
        due = self._clock() + (0.0 if urgent else SPECULATION_SECONDS)
        with self._lock:
            if self._taken >= self._places:
                message = f"too many {self._stage.value} requests at once"
                raise EngineError(self._stage, message, retryable=True)
            self._taken += 1
            heapq.heappush(self._waiting, _Request(due, next(self._numbers), work, future))
        # Freed when the work is done or was cancelled while it waited, not when the asker has lost interest.
        future.add_done_callback(self._free)
        self._executor.submit(self._serve)
        try:
            return await asyncio.wrap_future(future)
        except (EngineError, asyncio.CancelledError):
            raise
        except Exception as error:
            raise EngineError(self._stage, f"{self._stage.value} failed: {type(error).__name__}") from error

    def _serve(self) -> None:
        """Do the request that is due first."""
        with self._lock:
            request = heapq.heappop(self._waiting)
        if not request.future.set_running_or_notify_cancel():
            return
        begun = self._clock()
        try:
            result = request.work()
        except BaseException as error:
            request.future.set_exception(error)
        else:
            request.future.set_result(result)
        seconds = self._clock() - begun
        before = self._service_seconds or seconds
        self._service_seconds = before + _RECENT * (seconds - before)

    def _free(self, _: Future[Any]) -> None:
        with self._lock:
            self._taken -= 1

    def close(self) -> None:
        """End the threads; what waits is dropped."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            dropped, self._waiting = self._waiting, []
        for request in dropped:
            request.future.cancel()
