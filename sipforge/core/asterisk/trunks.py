"""How the trunks are, from listings of the manager interface.

They are PJSIPShowEndpoints and PJSIPShowRegistrationsOutbound. An endpoint named trunk-NAME is the
trunk NAME; its registration, if it has one, is named likewise. A trunk is up if the carrier has accepted the
registration and answers when it is asked (qualify); without registration, if it answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PREFIX = "trunk-"
_ENDPOINT, _REGISTRATION = "EndpointList", "OutboundRegistrationDetail"
_GONE = frozenset({"Unavailable", "Invalid"})


@dataclass(frozen=True, slots=True)
class TrunkState:
    """One trunk, as Asterisk has it."""

    name: str
    registration: str
    """Asterisk's word in small letters (registered, unregistered, rejected, stopped); empty: none."""
    is_reachable: bool
    """Whether the carrier's server answered when it was last asked."""

    @property
    def is_up(self) -> bool:
        """Whether a call may go out by it."""
        return self.is_reachable and self.registration in ("", "registered")

    @property
    def words(self) -> str:
        """How it is, for people."""
        if self.registration not in ("", "registered"):
            reason = "rejected" if self.registration == "rejected" else "not registered"
            return reason if self.is_reachable else f"{reason}, the carrier does not answer"
        if not self.is_reachable:
            return "the carrier does not answer"
        return self.registration or "reachable"


def trunk_states(
    endpoints: Iterable[Mapping[str, str]], registrations: Iterable[Mapping[str, str]]
) -> tuple[TrunkState, ...]:
    """The trunks, by name."""
    registered = {
        message.get("ObjectName", ""): message.get("Status", "").lower()
        for message in registrations
        if message.get("Event") == _REGISTRATION
    }
    reachable = {
        message.get("ObjectName", ""): message.get("DeviceState", "") not in _GONE
        for message in endpoints
        if message.get("Event") == _ENDPOINT
    }
    return tuple(
        TrunkState(name.removeprefix(_PREFIX), registered.get(name, ""), answers)
        for name, answers in sorted(reachable.items())
        if name.startswith(_PREFIX)
    )
