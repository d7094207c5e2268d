"""How the trunks are, from listings of the manager interface.

They are PJSIPShowEndpoints and PJSIPShowRegistrationsOutbound. An endpoint named trunk-NAME is the
trunk NAME; its registration, if it has one, is named likewise. A trunk is up if the carrier has accepted the
registration and answers when it is asked (qualify); without registration, if it answers.

With what a carrier refused a registration, 403 or 503, no listing tells: it stands in Asterisk's log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PREFIX = "trunk-"
_ENDPOINT, _REGISTRATION = "EndpointList", "OutboundRegistrationDetail"
_REFUSED = re.compile(
    r"res_pjsip_outbound_registration.*?(?:response '(\d{3})'|\b(\d{3}) \w+ fatal response)"
    r".* on registration attempt to '([^']+)'"
)
_GONE = frozenset({"Unavailable", "Invalid"})


@dataclass(frozen=True, slots=True)
class TrunkState:
    """One trunk, as Asterisk has it."""

    name: str
    registration: str
    """Asterisk's word in small letters (registered, unregistered, rejected, stopped); empty: none."""
    is_reachable: bool
    """Whether the carrier's server answered when it was last asked."""
    refusal: str = ""
    """The SIP status by which the registration was refused last, if it is known."""

    @property
    def is_up(self) -> bool:
        """Whether a call may go out by it."""
        return self.is_reachable and self.registration in ("", "registered")

    @property
    def words(self) -> str:
        """How it is, for people."""
        if not self.is_reachable:
            return "the carrier does not answer"
        if self.registration == "rejected":
            return "registration refused by the carrier" + (f" ({self.refusal})" if self.refusal else "")
        return "reachable" if not self.registration else "registered" if self.is_up else "not registered"


def trunk_states(
    endpoints: Iterable[Mapping[str, str]],
    registrations: Iterable[Mapping[str, str]],
    refusals: Mapping[str, str] | None = None,
) -> tuple[TrunkState, ...]:
    """The trunks, by name; `refusals` are those of the log."""
    told = [message for message in registrations if message.get("Event") == _REGISTRATION]
    registered = {message.get("ObjectName", ""): message.get("Status", "").lower() for message in told}
    uris = {message.get("ObjectName", ""): message.get("ClientUri", "") for message in told}
    reachable = {
        message.get("ObjectName", ""): message.get("DeviceState", "") not in _GONE
        for message in endpoints
        if message.get("Event") == _ENDPOINT
    }
    return tuple(
        TrunkState(
            name.removeprefix(_PREFIX),
            registered.get(name, ""),
            answers,
            (refusals or {}).get(uris.get(name, ""), ""),
        )
        for name, answers in sorted(reachable.items())
        if name.startswith(_PREFIX)
    )


def registration_refusals(log: Iterable[str]) -> Mapping[str, str]:
    """Client URI of a registration → the SIP status by which it was refused last.

    Args:
        log: lines of Asterisk's log, in their order.
    """
    found = (match for line in log if (match := _REFUSED.search(line)) is not None)
    return {uri: first or second for first, second, uri in (match.groups() for match in found)}
