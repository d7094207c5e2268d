"""The orchestrator's HTTP API, for the CLI and the monitor: calls in progress, one call with its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sipforge.core.breaker import BreakerState, CircuitBreaker
from sipforge.infra.call_store import CallStore
from sipforge.infra.http import FastAPI, Health, HTTPException, Status, build_app
from sipforge.infra.metrics import Metrics
from sipforge.orchestrator.calls import Call, Calls


def make_api(
    calls: Calls,
    store: CallStore,
    breakers: Mapping[str, CircuitBreaker],
    *,
    socket_exists: Callable[[str], bool],
    has_room: Callable[[str], bool],
    metrics: Metrics,
    clock: Callable[[], float],
) -> FastAPI:
    """GET /health, /metrics, /calls and /calls/{id}.

    Args:
        calls: what is told.
        store: whether Redis answers.
        breakers: one for each bot.
        socket_exists: whether a bot, by its name, offers its socket.
        has_room: whether a bot may take one call more.
        metrics: served at /metrics.
        clock: the monotonic one that calls were admitted by.
    """

    async def health() -> Health:
        live = [call.bot for call in calls.live()]
        bots = {
            name: {
                "socket": socket_exists(name),
                "breaker": breaker.state(clock()).value,
                "calls": live.count(name),
                "room": has_room(name),
            }
            for name, breaker in breakers.items()
        }
        well = store.available and all(
            bot["socket"] and bot["breaker"] == BreakerState.CLOSED.value for bot in bots.values()
        )
        return Health(
            Status.OK if well else Status.DEGRADED,
            {"redis": "ok" if store.available else "down", "bots": bots, "calls": len(live)},
        )

    app = build_app("orchestrator", health, metrics)

    @app.get("/calls")
    async def get_calls() -> list[dict[str, Any]]:
        return [_described(call, clock()) for call in calls.live()]

    @app.get("/calls/{call_id}")
    async def get_call(call_id: str) -> dict[str, Any]:
        call = calls.find(call_id)
        history = await calls.history(call_id)
        if call is None and not history:
            raise HTTPException(404, f"no call {call_id}")
        about = _described(call, clock()) if call else {"call": call_id, "state": "ended"}
        return {**about, "history": history}

    return app


def _described(call: Call, now: float) -> dict[str, Any]:
    return {**call.session(), "seconds": round(now - call.admitted, 1), "metrics": call.last_metrics}
