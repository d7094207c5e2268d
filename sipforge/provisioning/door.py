"""Who is let in, and what is told of the others, bounded by address and minute. Time is an argument."""

from __future__ import annotations

import logging

from sipforge.core.asterisk.auth_failures import AuthFailure
from sipforge.core.asterisk.repeats import RepeatLog
from sipforge.core.rate_limit import CallRateLimit
from sipforge.infra.metrics import Metrics

_log = logging.getLogger("sipforge.provisioning")


class Door:
    """Counts, limits and logs requests. No line has a token or a password in it."""

    def __init__(self, metrics: Metrics, requests_per_minute: int) -> None:
        self._limit = CallRateLimit(requests_per_minute)
        self._lines: RepeatLog[AuthFailure] = RepeatLog()
        self._fetched = metrics.counter(
            "sipforge_provisioning_fetched", "Files that telephones have fetched", ["kind"]
        )
        self._refused = metrics.counter(
            "sipforge_provisioning_refused", "Requests that got no file", ["reason"]
        )

    def admits(self, address: str, now: float) -> bool:
        """Whether this address has not asked too often."""
        if self._limit.allow(address, now):
            return True
        self.refused("too-many", address, now)
        return False

    def fetched(self, kind: str, extension: str, address: str, agent: str) -> None:
        """A telephone has its file."""
        self._fetched.labels(kind).inc()
        _log.info("%s fetched", kind, extra={"extension": extension, "address": address, "agent": agent[:80]})

    def refused(self, reason: str, address: str, now: float, account: str = "") -> None:
        """A request got nothing; one line a minute for each address and reason says so."""
        self._refused.labels(reason).inc()
        times = self._lines.due(now, AuthFailure("provisioning", reason, account[:64], address))
        if times:
            _log.warning(
                "refused",
                extra={"reason": reason, "account": account[:64], "address": address, "times": times},
            )
