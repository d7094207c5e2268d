"""The small HTTP face of every service: /health and /metrics, and room for more. Owns: FastAPI, uvicorn."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse, Response

from sipforge.infra.metrics import CONTENT_TYPE_LATEST, Metrics

__all__ = ["FastAPI", "HTTPException", "Health", "Status", "build_app", "serve"]


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


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the service's main decides when to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(app: FastAPI, host: str, port: int, ready: asyncio.Event | None = None) -> None:
    """Serve `app` until cancelled, then close connections in an orderly way (2 s at most).

    Args:
        app: what to serve.
        host: address to listen on.
        port: port to listen on.
        ready: set once connections are taken.

    Raises:
        OSError: the address cannot be bound.
    """
    # Bound here, because uvicorn answers a taken port by ending the whole process.
    listener = socket.create_server((host, port), backlog=64)
    server = _Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="none",
            limit_concurrency=64,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=2,
        )
    )
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
