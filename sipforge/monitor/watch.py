"""Keeps what Asterisk is doing, from its events and SIP messages: live state, counts, log lines about what
it refuses: logins, and calls for the sound that they offer.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from sipforge.core.asterisk.auth_failures import AuthFailure, auth_failure
from sipforge.core.asterisk.call_kinds import kind_of
from sipforge.core.asterisk.refused_offers import RefusedOffer, RefusedOffers
from sipforge.core.asterisk.repeats import RepeatLog
from sipforge.core.asterisk.state import Headers, LiveState, channel_from
from sipforge.infra.asterisk.ami.service import AmiServiceClient
from sipforge.monitor.telemetry import Telemetry

_log = logging.getLogger(__name__)

_MEANWHILE = 10_000
"""Events kept while a listing is made; a listing takes milliseconds."""


class Watch:
    """Takes events and, for each new connection, a fresh picture."""

    def __init__(
        self,
        state: LiveState,
        telemetry: Telemetry,
        assistants: Mapping[str, str],
        clock: Callable[[], float],
    ) -> None:
        """Begin with what is in `state`.

        Args:
            state: kept up to date from here on.
            telemetry: where calls and refused logins are counted.
            assistants: extension → name of the assistant there.
            clock: monotonic seconds.
        """
        self._state = state
        self._telemetry = telemetry
        self._assistants = assistants
        self._clock = clock
        self._failures: RepeatLog[AuthFailure] = RepeatLog()
        self._offers = RefusedOffers()
        self._refused: RepeatLog[RefusedOffer] = RepeatLog()
        self._meanwhile: list[Headers] | None = None

    def on_event(self, event: Headers) -> None:
        """Take in one event."""
        self._state.apply(event)
        if self._meanwhile is not None and len(self._meanwhile) < _MEANWHILE:
            self._meanwhile.append(event)
        if event.get("Event") == "Newchannel":
            kind = kind_of(channel_from(event), self._assistants)
            if kind is not None:
                self._telemetry.call(kind)
        self._note_refused_login(event)

    def _note_refused_login(self, event: Headers) -> None:
        failure = auth_failure(event)
        if failure is None:
            return
        self._telemetry.auth_failure(failure)
        count = self._failures.due(self._clock(), failure)
        if count:
            _log.warning(
                "login refused: %s",
                failure.reason,
                extra={
                    "login_service": failure.service,
                    "account": failure.account,
                    "address": failure.address,
                    "count": count,
                },
            )

    def on_sip(self, message: str) -> None:
        """Take in one SIP message, sent or received by Asterisk."""
        refused = self._offers.message(message)
        if refused is None:
            return
        self._telemetry.refused_offer(refused)
        count = self._refused.due(self._clock(), refused)
        if count:
            _log.warning(
                "call refused: %s",
                refused.detail,
                extra={
                    "caller": refused.caller,
                    "called": refused.called,
                    "reason": refused.reason,
                    "count": count,
                },
            )

    async def on_up(self, asterisk: AmiServiceClient) -> None:
        """Take a fresh picture of a connection that has just been made.

        What was known before is dropped: whatever ended meanwhile sent its events to nobody.
        """
        self._meanwhile = []
        try:
            channels = await asterisk.listing("CoreShowChannels")
            contacts = await asterisk.listing("PJSIPShowRegistrationInboundContactStatuses")
            self._state.replace(channels, contacts, self._meanwhile)
        finally:
            self._meanwhile = None
        self._telemetry.up()

    def on_down(self) -> None:
        """Asterisk is gone: nothing is known any more."""
        self._state.clear()
        self._telemetry.down()
