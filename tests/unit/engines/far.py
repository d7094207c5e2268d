"""The stand-in for OpenAI on a real socket, in a thread of its own, and a service that reaches it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn

from sipforge.engines.espeak import EspeakProgram, EspeakTts
from sipforge.engines.openai_service import OpenAiConfig, OpenAiService
from sipforge.engines.protocols import Floats, Stt, Transcript
from sipforge.engines.remote import Observe
from sipforge.infra.settings import OpenAISettings
from tests.ports import free_port
from tests.standin.app import Pace, Protocol, build
from tests.standin.faults import Faults

KEY = "sk-stand-in"


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
