"""The real clients against a stand-in over a real socket: what goes wrong, and what must not happen."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from datetime import datetime
from typing import Any

import pytest

from sipforge.engines.answering.openai import OpenAiDialogue
from sipforge.engines.hearing.openai import OpenAiStt
from sipforge.engines.protocols import EngineError, Question, Stage
from sipforge.engines.runtime.openai_service import OpenAiService
from sipforge.engines.runtime.remote import UnreachableError
from sipforge.engines.speaking.openai import OpenAiTts
from tests.standin.faults import Fault
from tests.unit.engines.far import KNOWLEDGE, SECOND, Far, using
from tests.unit.engines.speech import collect


async def transcribe(service: OpenAiService) -> None:
    await OpenAiStt(service, "en").transcribe(SECOND)


async def speak(service: OpenAiService) -> None:
    await collect(OpenAiTts(service), "Where can I park my car?")


async def converse(service: OpenAiService) -> None:
    reply = await OpenAiDialogue(service, KNOWLEDGE, {}).reply(Question("Where can I park?"))
    assert reply is not None
    async for _ in reply.parts:
        pass


STAGES = {Stage.STT: transcribe, Stage.TTS: speak, Stage.DIALOGUE: converse}
PATHS = {Stage.STT: "transcriptions", Stage.TTS: "speech", Stage.DIALOGUE: "chat"}
SHORT = {"stt_seconds": 0.3, "first_sound_seconds": 0.3, "first_token_seconds": 0.3, "next_seconds": 0.3}
BROKEN = "cannot be reached, or broke off"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(
    ("fault", "message", "retryable", "lost"),
    [
        (Fault.REFUSAL, "refused: 401 invalid_api_key", False, False),
        (Fault.FORBIDDEN, "refused: 403", False, False),
        (Fault.RATE_LIMIT, "refused: 429 rate_limit_exceeded", True, False),
        (Fault.SERVER_ERROR, "refused: 500", True, False),
        (Fault.SLOW_FIRST, "took too long", True, True),
        (Fault.CUT_STREAM, BROKEN, True, True),
        (Fault.UNREACHABLE, BROKEN, True, True),
    ],
)
def test_each_fault_is_an_engine_error(
    stand: Far, stage: Stage, fault: Fault, message: str, retryable: bool, lost: bool
) -> None:
    stand.faults.plan(fault, seconds=0.6)
    outcomes: list[tuple[Stage, str]] = []
    service = stand.service(lambda *outcome: outcomes.append(outcome), **SHORT)
    before = len(stand.requests(PATHS[stage]))
    begun = time.monotonic()
    with pytest.raises(EngineError, match=message) as failure:
        using(service, lambda: STAGES[stage](service))
    assert time.monotonic() - begun < 2
    assert (failure.value.stage, failure.value.retryable) == (stage, retryable)
    assert isinstance(failure.value, UnreachableError) is lost
    assert service.remote.reachable is not lost
    assert outcomes == [(stage, "failed")]
    assert len(stand.requests(PATHS[stage])) == before + 1


@pytest.mark.parametrize("stage", [Stage.TTS, Stage.DIALOGUE])
def test_a_stream_that_stands_still_took_too_long(stand: Far, stage: Stage) -> None:
    stand.faults.plan(Fault.SLOW_BETWEEN, seconds=0.6)
    service = stand.service(**SHORT)
    with pytest.raises(UnreachableError, match="took too long"):
        using(service, lambda: STAGES[stage](service))


@pytest.mark.parametrize(
    "fault", [Fault.REFUSAL, Fault.RATE_LIMIT, Fault.SLOW_FIRST, Fault.UNREACHABLE, Fault.SERVER_ERROR]
)
def test_a_dialogue_fails_before_anything_is_said(stand: Far, fault: Fault) -> None:
    stand.faults.plan(fault, seconds=0.6)
    service = stand.service(**SHORT)
    with pytest.raises(EngineError):
        using(service, lambda: OpenAiDialogue(service, KNOWLEDGE, {}).reply(Question("Where can I park?")))


def test_a_fault_in_the_second_request_of_a_reply_fails_it_too(stand: Far) -> None:
    service = stand.service(**SHORT)
    dialogue = OpenAiDialogue(
        service, KNOWLEDGE, {}, lambda: stand.faults.plan(Fault.SERVER_ERROR) or datetime.now()
    )
    with pytest.raises(EngineError, match="500"):
        using(service, lambda: dialogue.reply(Question("Are you open now?")))


def test_nobody_listening_is_found_out_at_once() -> None:
    service = Far(port=9).service()
    with pytest.raises(UnreachableError, match=BROKEN):
        using(service, lambda: transcribe(service))


@pytest.mark.parametrize("stage", STAGES)
def test_what_is_out_of_reach_is_not_asked(stand: Far, stage: Stage) -> None:
    service = stand.service()
    service.remote.reachable = False
    before = len(stand.requests(PATHS[stage]))
    with pytest.raises(EngineError, match="not asked"):
        using(service, lambda: STAGES[stage](service))
    assert len(stand.requests(PATHS[stage])) == before


@pytest.mark.parametrize("stage", [Stage.TTS, Stage.DIALOGUE])
def test_what_is_not_wanted_any_more_is_no_failure(stand: Far, stage: Stage) -> None:
    outcomes: list[tuple[Stage, str]] = []
    service = stand.service(lambda *outcome: outcomes.append(outcome))

    async def scenario() -> None:
        if stage is Stage.TTS:
            parts: Any = OpenAiTts(service).synthesise("Where can I park my car?")
        else:
            reply = await OpenAiDialogue(service, KNOWLEDGE, {}).reply(Question("Where can I park?"))
            assert reply is not None
            parts = reply.parts
        await anext(parts)
        await parts.aclose()

    using(service, scenario)
    assert outcomes == []


def test_a_service_that_answers_is_offered_and_a_wrong_key_is_not(stand: Far) -> None:
    async def probed(service: OpenAiService) -> bool:
        service.remote.reachable = False
        watch = asyncio.create_task(service.remote.watch())
        await service.remote.settled.wait()
        watch.cancel()
        return service.remote.reachable

    for key, found in (("sk-stand-in", True), ("sk-wrong", False)):
        service = stand.service(key=key)
        assert using(service, lambda: probed(service)) is found  # noqa: B023 - awaited in this round


def test_it_comes_back_by_itself(stand: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipforge.engines.runtime.remote.FIRST_RETRY_SECONDS", 0.05)
    service = stand.service()

    async def scenario() -> None:
        watch = asyncio.create_task(service.remote.watch())
        await service.remote.settled.wait()
        stand.faults.plan(Fault.UNREACHABLE)
        with pytest.raises(UnreachableError):
            await transcribe(service)
        with pytest.raises(EngineError, match="not asked"):
            await transcribe(service)
        stand.faults.mend()
        while not service.remote.reachable:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        await transcribe(service)
        watch.cancel()

    using(service, scenario)


WATCHED = """
import asyncio, os, socket, sys
os.environ.update(LANGSMITH_TRACING="true", LANGCHAIN_TRACING_V2="true", LANGSMITH_API_KEY="x")
reached = set()
def audit(event, arguments):
    if event in ("socket.getaddrinfo", "socket.connect"):
        reached.add(str(arguments))
sys.addaudithook(audit)
from tests.unit.engines.far import Far
from sipforge.engines.answering.openai import OpenAiDialogue
from sipforge.engines.protocols import Question
import tiktoken
def fetched(*arguments): raise AssertionError("tiktoken was asked")
tiktoken.get_encoding = tiktoken.encoding_for_model = fetched
async def main():
    service = Far(port=int(sys.argv[1])).service()
    dialogue = OpenAiDialogue(service, "- Where can I park? Behind us.", {})
    reply = await dialogue.reply(Question("Where can I park?"))
    print("".join([part.text async for part in reply.parts]))
    await service.close()
asyncio.run(main())
import langsmith.utils
print(langsmith.utils.tracing_is_enabled(), [to for to in reached if "127.0.0.1" not in to])
"""


def test_a_conversation_reaches_nobody_else(stand: Far) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, str(stand.port)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert done.stdout.splitlines() == ["Behind us.", "False []"]
