"""Runs an engine's blocking work in threads of its own, with a queue that is fair and has an end.

A request is for a caller who waits for a reply, or for one who only pauses so far: a speculation. Whoever
waits is served first; a speculation is served when nobody waits. Its `Urgency` rises when the turn turns out
to be over. Among equals the turn that asked first for anything is served first, in all that it asks: a second
look at what was said does not begin at the end of the queue again. A speculation that was passed over for
`PATIENCE_SECONDS` counts as waited for, so that nothing waits for ever. What nobody wants any more (its asker
was cancelled) leaves the queue at once, with the sound it was about.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from sipforge.engines.protocols import EngineError, Stage

Result = TypeVar("Result")

PATIENCE_SECONDS: Final = 5.0
"""Longer than any pause in which a turn is not over."""
_RECENT: Final = 0.2
"""Weight of the newest service time in the moving average."""


class Urgency:
    """Whether the caller on whose behalf a task works waits for a reply, or only pauses so far.

    It belongs to a task, through the context the task is made with, and so to all that the task asks of any
    `Worker`. What is asked without one is waited for, each request by itself.

        wanted = Urgency()
        group.create_task(think(), context=wanted.context())
        ...
        wanted.rise()
    """

    __slots__ = ("since", "waits")

    def __init__(self, *, waits: bool = False) -> None:
        self.waits = waits
        self.since: float | None = None
        """When something was first asked for; None: not yet."""

    def rise(self) -> None:
        """The turn is over: what is in a queue already is waited for, and so is what comes."""
        self.waits = True

    def context(self) -> Context:
        """A copy of the current context in which this is the urgency."""
        context = copy_context()
        context.run(_CURRENT.set, self)
        return context


_CURRENT: Final = ContextVar[Urgency]("urgency")


@dataclass(frozen=True, slots=True, eq=False)
class _Request:
    since: float
    urgency: Urgency
    work: Callable[[], Any]
    future: Future[Any]

    @property
    def due(self) -> float:
        """The least is served first."""
        return self.since + (0.0 if self.urgency.waits else PATIENCE_SECONDS)


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
        self._running = 0
        self._waiting: list[_Request] = []
        self._service_seconds = 0.0
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=stage.value)

    @property
    def expected_wait_seconds(self) -> float:
        """How long what is asked for now, by a caller who waits, will probably wait before it begins."""
        with self._lock:
            ahead = self._running + sum(request.urgency.waits for request in self._waiting)
        return max(0, ahead - self._threads + 1) * self._service_seconds / self._threads

    async def run(self, work: Callable[[], Result]) -> Result:
        """The result of `work`, done in a thread, with the urgency of the task that asks.

        Raises:
            EngineError: the queue is full, or `work` raised (an EngineError passes through as it is).
        """
        future: Future[Result] = Future()
        urgency = _CURRENT.get(None) or Urgency(waits=True)
        if urgency.since is None:
            urgency.since = self._clock()
        with self._lock:
            if self._running + len(self._waiting) >= self._places:
                message = f"too many {self._stage.value} requests at once"
                raise EngineError(self._stage, message, retryable=True)
            self._waiting.append(_Request(urgency.since, urgency, work, future))
        future.add_done_callback(self._forget)
        self._executor.submit(self._serve)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            future.cancel()
            raise
        except EngineError:
            raise
        except Exception as error:
            raise EngineError(self._stage, f"{self._stage.value} failed: {type(error).__name__}") from error

    def _serve(self) -> None:
        """Do the request that is due first, unless those that were wanted are all done."""
        with self._lock:
            request = min(self._waiting, key=lambda waiting: waiting.due, default=None)
            if request is None:
                return
            self._waiting.remove(request)
            if not request.future.set_running_or_notify_cancel():
                return
            self._running += 1
        begun = self._clock()
        try:
            result = request.work()
        except BaseException as error:
            self._done(begun)
            request.future.set_exception(error)
        else:
            self._done(begun)
            request.future.set_result(result)

    def _done(self, begun: float) -> None:
        seconds = self._clock() - begun
        with self._lock:
            self._running -= 1
            before = self._service_seconds or seconds
            self._service_seconds = before + _RECENT * (seconds - before)

    def _forget(self, future: Future[Any]) -> None:
        """`future` is over, perhaps because nobody wants it; it is not in the queue any more."""
        with self._lock:
            self._waiting = [request for request in self._waiting if request.future is not future]

    def close(self) -> None:
        """End the threads; what waits is dropped."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        for request in tuple(self._waiting):
            request.future.cancel()
