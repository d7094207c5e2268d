"""The stand-in for OpenAI on a real socket, in a thread of its own, and a service that reaches it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np
import uvicorn

from sipforge.engines.protocols import Floats, Stt, Transcript
from sipforge.engines.runtime.openai_service import OpenAiConfig, OpenAiService
from sipforge.engines.runtime.remote import Observe
from sipforge.engines.speaking.espeak import EspeakProgram, EspeakTts
from sipforge.infra.settings.host import OpenAISettings
from tests.ports import free_port
from tests.standin.app import Pace, Protocol, build
from tests.standin.faults import Faults

KEY = "sk-stand-in"
KNOWLEDGE = """\
- When are you open? We open at eight and close at five.
- Where can I park? Parking is free, behind the building, for one hundred cars and for bicycles as well."""
DEPARTMENTS = {"Accounts": "1008"}
SECOND = np.zeros(16000, np.float32)


class LengthStt:
    """Writes down how long an utterance is."""

    async def transcribe(self, samples: Floats) -> Transcript:
        return Transcript(f"{samples.size} samples.", 1.0, 0.0)


@dataclass
class Far:
    """A running stand-in."""

    port: int
    faults: Faults = field(default_factory=Faults)
    pace: Pace = field(default_factory=lambda: Pace(first_token_seconds=0.05, token_seconds=0.01))

    def requests(self, stage: str) -> list[dict[str, Any]]:
        asked = httpx.get(f"http://127.0.0.1:{self.port}/requests").json()
        return [request for request in asked if request["stage"] == stage]

    def service(
        self, observe: Observe = lambda stage, outcome: None, key: str = KEY, **changes: Any
    ) -> OpenAiService:
        """A new client of it that takes it for reachable."""
        defaults = OpenAISettings(base_url=f"http://127.0.0.1:{self.port}/v1").model_dump()
        service = OpenAiService(OpenAiConfig(**{**defaults, **changes}), key, observe)
        service.remote.reachable = True
        return service


@contextmanager
def far(stt: Stt | None = None) -> Iterator[Far]:
    """A stand-in that hears through `stt` and speaks through espeak-ng."""
    stand = Far(free_port())
    voice = EspeakTts(EspeakProgram("en-us"), 150)
    app = build(KEY, stt or LengthStt(), voice, stand.pace, stand.faults)
    config = uvicorn.Config(
        app, host="127.0.0.1", port=stand.port, http=Protocol, ws="none", log_level="critical"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    try:
        with httpx.Client(transport=httpx.HTTPTransport(retries=10)) as client:
            client.get(f"http://127.0.0.1:{stand.port}/faults")
        yield stand
    finally:
        server.should_exit = True
        thread.join()


def using(service: OpenAiService, scenario: Callable[[], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        try:
            async with asyncio.timeout(20):
                return await scenario()
        finally:
            await service.close()

    return asyncio.run(run())
