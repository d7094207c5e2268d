"""The monitor's HTTP face: /health, /metrics and GET /channels."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sipforge.core.asterisk.state import LiveState
from sipforge.infra.asterisk.ami.service import AmiServiceClient
from sipforge.infra.http import FastAPI, Health, Status, build_app
from sipforge.infra.metrics import Metrics
from sipforge.monitor.certificate import CertificateWatch
from sipforge.monitor.reaper import Reaper


def health_of(
    connection: AmiServiceClient, reaper: Reaper, state: LiveState, certificate: CertificateWatch
) -> Health:
    """Failed without Asterisk, degraded when the orchestrator leaves channels unexplained, or telephones
    will soon see a certificate that has expired.
    """
    checks: dict[str, Any] = {
        "asterisk": "connected" if connection.connected else connection.problem or "connecting",
        "orchestrator": "ok" if reaper.orchestrator_answers else "does not answer",
        "channels": len(state.channels),
        "registered_phones": len(state.registered),
        "certificate_days_left": certificate.days_left,
    }
    if not connection.connected:
        return Health(Status.FAILED, checks)
    well = reaper.orchestrator_answers and not certificate.problem
    return Health(Status.OK if well else Status.DEGRADED, checks)


def monitor_app(
    connection: AmiServiceClient,
    reaper: Reaper,
    state: LiveState,
    certificate: CertificateWatch,
    metrics: Metrics,
) -> FastAPI:
    """The application."""

    async def health() -> Health:
        return health_of(connection, reaper, state, certificate)

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
