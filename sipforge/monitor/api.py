"""The monitor's HTTP face: /health, /metrics and GET /channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sipforge.core.asterisk.state import LiveState
from sipforge.infra.asterisk.ami.service import AmiServiceClient
from sipforge.infra.http import FastAPI, Health, Status, build_app
from sipforge.infra.metrics import Metrics
from sipforge.monitor.reaper import Reaper
from sipforge.monitor.subjects import Subject


def health_of(
    connection: AmiServiceClient, reaper: Reaper, state: LiveState, subjects: Sequence[Subject] = ()
) -> Health:
    """Failed without Asterisk, degraded by whatever is not well, each a sentence under "problems"."""
    problems = [] if reaper.orchestrator_answers else ["the orchestrator does not answer"]
    findings = {subject.name: subject.finding() for subject in subjects}
    problems += [problem for finding in findings.values() for problem in finding.problems]
    checks: dict[str, Any] = {
        "asterisk": "connected" if connection.connected else connection.problem or "connecting",
        "orchestrator": "ok" if reaper.orchestrator_answers else "does not answer",
        "channels": len(state.channels),
        "registered_phones": len(state.registered),
        **{name: finding.seen for name, finding in findings.items()},
        "problems": problems,
    }
    if not connection.connected:
        return Health(Status.FAILED, checks)
    return Health(Status.DEGRADED if problems else Status.OK, checks)


def monitor_app(
    connection: AmiServiceClient,
    reaper: Reaper,
    state: LiveState,
    metrics: Metrics,
    subjects: Sequence[Subject] = (),
) -> FastAPI:
    """The application."""

    async def health() -> Health:
        return health_of(connection, reaper, state, subjects)

    app = build_app("monitor", health, metrics)

    @app.get("/channels")
    async def get_channels() -> dict[str, Any]:
        """Channels and registered telephones, as of Asterisk's last event."""
        return {
            "connected": connection.connected,
            "channels": [asdict(channel) for channel in state.channels.values()],
            "contacts": [{**asdict(contact), "address": contact.address} for contact in state.contacts],
        }

    return app
