"""The small HTTP face of every service: /health and /metrics, and room for more. Owns: FastAPI, uvicorn.

Who connects and asks for nothing is sent away after some seconds: the places are few, and nobody shall keep a
service from its work by holding them.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from uvicorn.protocols.http.h11_impl import H11Protocol

from sipforge.infra.metrics import CONTENT_TYPE_LATEST, Metrics

__all__ = [
    "Depends",
    "FastAPI",
    "HTMLResponse",
    "HTTPBasic",
    "HTTPBasicCredentials",
    "HTTPException",
    "Health",
    "PlainTextResponse",
    "Request",
    "Response",
    "Status",
    "Tls",
    "build_app",
    "serve",
]

SILENT_SECONDS: Final = 10.0
"""How long a new connection may take until its first request is whole."""


class Status(Enum):
    """How a service is: all well, working with something missing, or of no use."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Health:
    """What /health says."""

    status: Status
    checks: Mapping[str, Any] = field(default_factory=dict)
    """Each thing that was looked at → what was found (anything JSON can hold)."""


def build_app(service: str, health: Callable[[], Awaitable[Health]], metrics: Metrics) -> FastAPI:
    """An application with GET /health (200, or 503 when failed) and GET /metrics (Prometheus text)."""
    # No documentation pages: theirs are loaded from the Internet, which the host may not have.
    app = FastAPI(title=f"SipForge {service}", docs_url=None, redoc_url=None)

    @app.get("/health")
    async def get_health() -> JSONResponse:
        found = await health()
        return JSONResponse(
            {"status": found.status.value, "checks": dict(found.checks)},
            status_code=503 if found.status is Status.FAILED else 200,
        )

    @app.get("/metrics")
    async def get_metrics() -> Response:
        return Response(metrics.render(), media_type=CONTENT_TYPE_LATEST)

    return app


@dataclass(frozen=True, slots=True)
class Tls:
    """With what a service proves who it is: PEM files, read when it begins to serve."""

    certificate: Path
    key: Path


class _Impatient(H11Protocol):
    """A connection that is closed where no request comes; uvicorn's own limit begins after the first."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(SILENT_SECONDS, self._close_if_silent)

    def _close_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            # Not closed: over TLS that would wait for the other side to agree.
            self.transport.abort()


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the service's main decides when to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(
    app: FastAPI, host: str, port: int, ready: asyncio.Event | None = None, tls: Tls | None = None
) -> None:
    """Serve `app` until cancelled, then close connections in an orderly way (2 s at most).

    Args:
        app: what to serve.
        host: address to listen on.
        port: port to listen on.
        ready: set once connections are taken.
        tls: serve HTTPS alone; None for plain HTTP.

    Raises:
        OSError: the address cannot be bound, or the certificate or its key cannot be used.
    """
    config = uvicorn.Config(
        app,
        http=_Impatient,
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        limit_concurrency=64,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=2,
    )
    # Read here, so that a certificate that cannot be used is told before anybody is told that we are ready.
    config.load()
    # Bound here, because uvicorn answers a taken port by ending the whole process.
    listener = socket.create_server((host, port), backlog=64)
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        if ready is not None:
            # Bound and listening: a connection made now is answered, at the latest when uvicorn turns to it.
            ready.set()
        await asyncio.shield(running)
    except asyncio.CancelledError:
        server.should_exit = True
        await running
        raise
    finally:
        listener.close()
