"""What the monitor measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sipforge.core.asterisk.auth_failures import AuthFailure
from sipforge.core.asterisk.refused_offers import RefusedOffer
from sipforge.core.asterisk.state import LiveState
from sipforge.infra.metrics import Metrics


class Telemetry:
    """The monitor's own metrics."""

    def __init__(self, metrics: Metrics, state: LiveState) -> None:
        """Make them; the gauges read `state` when they are asked."""
        self._up = metrics.gauge("sipforge_asterisk_up", "1 while connected to Asterisk's manager interface")
        self._connects = metrics.counter("sipforge_asterisk_connects", "Connections made to Asterisk")
        channels = metrics.gauge("sipforge_channels", "Channels in Asterisk")
        channels.set_function(lambda: len(state.channels))
        phones = metrics.gauge(
            "sipforge_registered_phones", "Extensions with a telephone that can be reached"
        )
        phones.set_function(lambda: len(state.registered))
        self._calls = metrics.counter("sipforge_asterisk_calls", "Calls begun by telephones", ["kind"])
        self._auth_failures = metrics.counter(
            "sipforge_auth_failures", "Refused logins that Asterisk reported", ["service", "reason"]
        )
        self._orphans = metrics.counter(
            "sipforge_orphans", "Media channels hung up because nobody looked after them"
        )
        self._refused = metrics.counter(
            "sipforge_outside_calls_refused", "Outside calls that the dialplan refused", ["reason"]
        )
        self._full = metrics.gauge(
            "sipforge_mailboxes_full", "Mailboxes without room for a message; all of them count as one"
        )
        self._lost = metrics.counter("sipforge_messages_lost", "Messages that were not written to their end")
        self._trunks = metrics.gauge("sipforge_trunk_up", "1 while a trunk can be rung by", ["trunk"])
        self._trunk_names: frozenset[str] = frozenset()

        self._refused_offers = metrics.counter(
            "sipforge_refused_offers", "Calls refused because of the sound that they offer", ["reason"]
        )
        self._days_left = metrics.gauge(
            "sipforge_certificate_days_left", "Whole days for which the server's certificate is still good"
        )

    def certificate(self, days_left: Callable[[], int | None]) -> None:
        """How long the certificate is good, asked whenever somebody asks for the metrics."""
        self._days_left.set_function(lambda: float("nan") if (days := days_left()) is None else days)

    def up(self) -> None:
        """Connected to Asterisk."""
        self._up.set(1)
        self._connects.inc()

    def down(self) -> None:
        """Not connected any more."""
        self._up.set(0)

    def call(self, kind: str) -> None:
        """A telephone began a call."""
        self._calls.labels(kind).inc()

    def auth_failure(self, failure: AuthFailure) -> None:
        """A login was refused."""
        self._auth_failures.labels(failure.service, failure.reason).inc()

    def refused_offer(self, refused: RefusedOffer) -> None:
        """A call was refused because of the sound that it offers."""
        self._refused_offers.labels(refused.reason).inc()

    def orphan(self) -> None:
        """A channel was hung up."""
        self._orphans.inc()

    def refused(self, reason: str) -> None:
        """An outside call was refused."""
        self._refused.labels(reason).inc()

    def mailboxes_full(self, count: int) -> None:
        """So many take no messages now."""
        self._full.set(count)

    def message_lost(self) -> None:
        """A message was not written to its end."""
        self._lost.inc()

    def trunks(self, up: Mapping[str, bool]) -> None:
        """How the trunks are now; those that are not named are gone."""
        for name in self._trunk_names - up.keys():
            self._trunks.remove(name)
        for name, is_up in up.items():
            self._trunks.labels(name).set(float(is_up))
        self._trunk_names = frozenset(up)
