"""The stand-in's routes: chat, transcription, speech and the list of models, in OpenAI's shapes.

GET /requests tells what was asked and when what was sent (seconds of the machine's monotonic clock, which all
its processes share).
"""

from __future__ import annotations

import asyncio
import io
import json
import time
import uuid
import wave
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from sipforge.engines.protocols import Floats, Stt, Tts
from tests.standin.chat import Said, answer, deltas, tool_calls
from tests.standin.faults import ERRORS, Fault, Faults, Planned, error, fault_routes

MODELS = ("gpt-6-luna", "gpt-transcribe", "whisper-1", "gpt-4o-mini-tts", "tts-1")
SPEECH_RATE_HZ = 24000
_SPEECH_PIECE_BYTES = 4800
_transports: dict[tuple[str, int], asyncio.Transport] = {}


class Protocol(H11Protocol):
    """uvicorn's, which also lets a route break its own connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _transports[tuple(self.client)] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _transports.pop(tuple(self.client), None)
        super().connection_lost(exc)


@dataclass(slots=True)
class Pace:
    """How fast the far end is."""

    first_token_seconds: float = 0.35
    token_seconds: float = 0.02
    transcription_seconds: float = 0.0
    """Before it begins; the engine's own time comes on top."""
    first_sound_seconds: float = 0.0
    """As above."""
    sound_seconds: float = 0.01
    """Between two tenths of a second of sound."""


@dataclass(slots=True)
class Asked:
    """A request and its course."""

    stage: str
    begun: float = field(default_factory=time.monotonic)
    first_sent: float = 0.0
    last_sent: float = 0.0
    body: dict[str, Any] = field(default_factory=dict)

    def sent(self) -> None:
        self.last_sent = time.monotonic()
        self.first_sent = self.first_sent or self.last_sent


class _Cut(Exception):
    """Ends a stream without its end; uvicorn then breaks the connection."""


def build(key: str, stt: Stt, tts: Tts, pace: Pace, faults: Faults) -> FastAPI:
    """The stand-in; `key` is the only one it accepts."""
    app = FastAPI(docs_url=None, redoc_url=None)
    app.include_router(fault_routes(faults))
    log: deque[Asked] = deque(maxlen=1000)

    async def begin(request: Request, stage: str) -> tuple[Asked, Planned | None, Response | None]:
        """Log a request; its fault, and the answer where the fault is one."""
        asked = Asked(stage)
        log.append(asked)
        if request.headers.get("authorization") != f"Bearer {key}":
            return asked, None, error(Fault.REFUSAL)
        fault = faults.take(stage)
        if fault is None:
            return asked, None, None
        if fault.fault in ERRORS:
            return asked, fault, error(fault.fault)
        if fault.fault is Fault.UNREACHABLE:
            _transports[tuple(request.client or ())].abort()  # type: ignore[index]
            await asyncio.sleep(0)
            return asked, fault, Response(status_code=502)
        if fault.fault is Fault.SLOW_FIRST:
            await asyncio.sleep(fault.seconds)
        return asked, fault, None

    @app.get("/requests")
    async def requests() -> list[dict[str, Any]]:
        return [asdict(asked) for asked in log]

    @app.get("/v1/models")
    async def models(request: Request) -> Response:
        _, _, refused = await begin(request, "models")
        listed = [{"id": name, "object": "model", "created": 1, "owned_by": "stand-in"} for name in MODELS]
        return refused or JSONResponse({"object": "list", "data": listed})

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        asked, fault, refused = await begin(request, "chat")
        asked.body = await request.json()
        if refused:
            return refused
        tools = [tool["function"]["name"] for tool in asked.body.get("tools", [])]
        said = answer(asked.body["messages"], tools)
        await asyncio.sleep(pace.first_token_seconds)
        if asked.body.get("stream"):
            stream = _chunks(asked, said, pace, fault)
            return StreamingResponse(stream, media_type="text/event-stream; charset=utf-8")
        await asyncio.sleep(pace.token_seconds * len(said.tokens))
        asked.sent()
        return JSONResponse(_completion(asked, said))

    @app.post("/v1/audio/transcriptions")
    async def transcriptions(request: Request) -> Response:
        asked, fault, refused = await begin(request, "transcriptions")
        body = await request.body()
        if refused:
            return refused
        form = _form(request.headers["content-type"], body)
        asked.body = {name: value.decode() for name, value in form.items() if name != "file"}
        await asyncio.sleep(pace.transcription_seconds)
        heard = await stt.transcribe(_samples(form["file"]))
        asked.sent()
        answered = json.dumps({"text": heard.text, "usage": {"type": "duration", "seconds": 1}}).encode()
        if fault and fault.fault is Fault.CUT_STREAM:
            return StreamingResponse(_half(answered), media_type="application/json")
        return Response(answered, media_type="application/json")

    @app.post("/v1/audio/speech")
    async def speech(request: Request) -> Response:
        asked, fault, refused = await begin(request, "speech")
        asked.body = await request.json()
        if refused:
            return refused
        await asyncio.sleep(pace.first_sound_seconds)
        slin = np.concatenate([piece async for piece in tts.synthesise(asked.body["input"])])
        return StreamingResponse(_sound(asked, _at_24_khz(slin), pace, fault), media_type="audio/pcm")

    return app


async def _chunks(asked: Asked, said: Said, pace: Pace, fault: Planned | None) -> AsyncIterator[str]:
    call = f"call_{uuid.uuid4().hex[:24]}"
    head = {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": asked.body["model"],
        "service_tier": "default",
        "system_fingerprint": "fp_standin",
    }

    def event(delta: dict[str, Any], finish: str | None = None) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return f"data: {json.dumps({**head, 'choices': [choice]})}\n\n"

    pieces = deltas(said, call)
    for place, delta in enumerate(pieces):
        if place > 1:
            await asyncio.sleep(pace.token_seconds)
        if place == max(2, len(pieces) // 2):
            await _in_the_middle(fault)
        asked.sent()
        yield event(delta)
    yield event({}, "tool_calls" if said.tool else "stop")
    if (asked.body.get("stream_options") or {}).get("include_usage"):
        usage = {"prompt_tokens": 1, "completion_tokens": len(pieces), "total_tokens": 1 + len(pieces)}
        yield f"data: {json.dumps({**head, 'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"


def _completion(asked: Asked, said: Said) -> dict[str, Any]:
    message = {"role": "assistant", "content": said.text or None, "refusal": None, "annotations": []}
    calls = tool_calls(said, f"call_{uuid.uuid4().hex[:24]}")
    if calls:
        message["tool_calls"] = calls
    choice = {
        "index": 0,
        "message": message,
        "logprobs": None,
        "finish_reason": "tool_calls" if calls else "stop",
    }
    count = len(said.tokens)
    return {
        "id": f"chatcmpl-{uuid.uuid4().hex}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": asked.body["model"],
        "choices": [choice],
        "usage": {"prompt_tokens": 1, "completion_tokens": count, "total_tokens": 1 + count},
        "service_tier": "default",
        "system_fingerprint": "fp_standin",
    }


async def _sound(asked: Asked, pcm: bytes, pace: Pace, fault: Planned | None) -> AsyncIterator[bytes]:
    # Uneven pieces, as a network cuts them.
    starts = range(0, len(pcm), _SPEECH_PIECE_BYTES - 1)
    for place, start in enumerate(starts):
        if place:
            await asyncio.sleep(pace.sound_seconds)
        if place == max(1, len(starts) // 2):
            await _in_the_middle(fault)
        asked.sent()
        yield pcm[start : start + _SPEECH_PIECE_BYTES - 1]


async def _in_the_middle(fault: Planned | None) -> None:
    if fault and fault.fault is Fault.CUT_STREAM:
        raise _Cut
    if fault and fault.fault is Fault.SLOW_BETWEEN:
        await asyncio.sleep(fault.seconds)


async def _half(answered: bytes) -> AsyncIterator[bytes]:
    yield answered[: len(answered) // 2]
    raise _Cut


def _form(content_type: str, body: bytes) -> dict[str, bytes]:
    """multipart/form-data (RFC 7578): field → value."""
    boundary = b"--" + content_type.partition("boundary=")[2].strip('"').encode()
    fields = {}
    for part in body.split(boundary)[1:-1]:
        head, _, value = part.partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        fields[name] = value.removesuffix(b"\r\n")
    return fields


def _samples(wav: bytes) -> Floats:
    with wave.open(io.BytesIO(wav)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (16000, 1, 2)
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / 32768


def _at_24_khz(slin: Any) -> bytes:
    """16 kHz to 24 kHz by its spectrum: exact, which the telephone's own resampler is then measured on."""
    slin = np.pad(slin, (0, slin.size % 2))
    wide = np.fft.irfft(np.fft.rfft(slin), slin.size * 3 // 2) * 1.5
    return np.clip(np.round(wide), -32768, 32767).astype("<i2").tobytes()
