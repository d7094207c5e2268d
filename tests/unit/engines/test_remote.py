from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sipforge.engines.protocols import EngineError, Stage
from sipforge.engines.runtime.remote import REST_SECONDS, Guard, Remote, UnreachableError


class Service:
    """Answers its probe when it is up; `probed` counts."""

    def __init__(self) -> None:
        self.up = True
        self.probed = asyncio.Semaphore(0)
        self.remote = Remote("service", self.probe)

    async def probe(self) -> None:
        self.probed.release()
        if not self.up:
            raise UnreachableError(Stage.STT, "no answer")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def watched(scenario: Callable[[Service], Awaitable[None]]) -> None:
    async def run() -> None:
        service = Service()
        watch = asyncio.create_task(service.remote.watch())
        async with asyncio.timeout(5):
            await scenario(service)
        watch.cancel()

    asyncio.run(run())


def attempt(guard: Guard, error: EngineError | None = None) -> str:
    try:
        with guard.attempt():
            if error is not None:
                raise error
    except EngineError as raised:
        return str(raised)
    return "answered"


def test_a_service_is_absent_until_a_probe_has_found_it() -> None:
    async def scenario(service: Service) -> None:
        guard = Guard(service.remote, Stage.STT)
        assert not guard.available
        assert attempt(guard) == "service is not asked for now"
        await service.remote.settled.wait()
        assert guard.available
        assert attempt(guard) == "answered"

    watched(scenario)


def test_a_lost_service_is_left_alone_by_all_its_engines_until_a_probe_finds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sipforge.engines.runtime.remote.FIRST_RETRY_SECONDS", 0.01)

    async def scenario(service: Service) -> None:
        await service.remote.settled.wait()
        stt, tts = Guard(service.remote, Stage.STT), Guard(service.remote, Stage.TTS)
        service.up = False
        await service.probed.acquire()
        assert attempt(stt, UnreachableError(Stage.STT, "took too long")) == "took too long"
        assert not tts.available
        await service.probed.acquire()
        assert not service.remote.reachable
        service.up = True
        # It comes back by itself, by the next try.
        await service.probed.acquire()
        await asyncio.sleep(0)
        assert attempt(tts) == "answered"

    watched(scenario)


def test_what_is_lost_while_a_probe_is_under_way_stays_lost() -> None:
    async def scenario() -> None:
        asked, answer = asyncio.Event(), asyncio.Event()

        async def probe() -> None:
            asked.set()
            await answer.wait()

        remote = Remote("service", probe)
        watch = asyncio.create_task(remote.watch())
        await asked.wait()
        remote.lost()
        answer.set()
        await remote.settled.wait()
        assert not remote.reachable
        watch.cancel()

    asyncio.run(scenario())


def test_an_engine_that_is_refused_rests_alone_and_is_tried_again() -> None:
    async def scenario(service: Service) -> None:
        await service.remote.settled.wait()
        clock, outcomes = Clock(), []
        guard = Guard(service.remote, Stage.TTS, lambda stage, outcome: outcomes.append(outcome), clock)
        other = Guard(service.remote, Stage.STT, now=clock)
        refused = EngineError(Stage.TTS, "refused")
        assert [attempt(guard, refused) for _ in range(3)] == [
            "refused",
            "refused",
            "service is not asked for now",
        ]
        assert other.available
        clock.now = REST_SECONDS
        assert attempt(guard) == "answered"
        assert attempt(guard) == "answered"
        assert outcomes == ["failed", "failed", "skipped", "answered", "answered"]

    watched(scenario)


def test_what_is_cancelled_counts_for_nothing() -> None:
    async def scenario(service: Service) -> None:
        await service.remote.settled.wait()
        outcomes: list[str] = []
        guard = Guard(service.remote, Stage.TTS, lambda stage, outcome: outcomes.append(outcome))
        for _ in range(5):
            with pytest.raises(asyncio.CancelledError), guard.attempt():
                raise asyncio.CancelledError
        assert guard.available
        assert outcomes == []

    watched(scenario)
