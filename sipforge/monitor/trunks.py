"""Watches the trunks: whether the carrier has taken the registration, and whether it answers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from sipforge.core.asterisk.state import Headers
from sipforge.core.asterisk.trunks import TrunkState, trunk_states
from sipforge.infra.asterisk.ami.messages import AmiError
from sipforge.monitor.subjects import Finding
from sipforge.monitor.telemetry import Telemetry

_log = logging.getLogger(__name__)

Listing = Callable[[str], Awaitable[tuple[Headers, ...]]]


class Trunks:
    """Their states as of the last look."""

    name = "trunks"

    def __init__(self, listing: Listing, telemetry: Telemetry) -> None:
        """`listing`: asks Asterisk for a list by its action; raises AmiError where it does not tell."""
        self._listing = listing
        self._telemetry = telemetry
        self._states: tuple[TrunkState, ...] = ()

    async def look(self) -> None:
        """Take one look."""
        try:
            endpoints = await self._listing("PJSIPShowEndpoints")
        except AmiError:
            # Not connected, which is told elsewhere; or a host without any telephone.
            self._take(())
            return
        try:
            registrations = await self._listing("PJSIPShowRegistrationsOutbound")
        except AmiError:
            # Without its module no trunk registers.
            registrations = ()
        self._take(trunk_states(endpoints, registrations))

    def _take(self, states: tuple[TrunkState, ...]) -> None:
        before = {state.name: state for state in self._states}
        for state in states:
            was = before.get(state.name)
            if state.is_up is not (was is None or was.is_up):
                log = _log.info if state.is_up else _log.warning
                log(
                    "trunk is %s: %s",
                    "up" if state.is_up else "down",
                    state.words,
                    extra={"trunk": state.name},
                )
        self._states = states
        self._telemetry.trunks({state.name: state.is_up for state in states})

    def finding(self) -> Finding:
        """What it showed."""
        return Finding(
            {state.name: state.words for state in self._states},
            tuple(f"trunk {state.name}: {state.words}" for state in self._states if not state.is_up),
        )
