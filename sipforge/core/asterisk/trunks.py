"""How the trunks are, from Asterisk's listings (AMI: PJSIPShowRegistrationsOutbound, PJSIPShowContacts).
Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sipforge.core.asterisk.state import Headers

_PREFIX = "trunk-"
_REGISTRATION = {
    "Registered": "registered",
    "Unregistered": "not registered",
    "Rejected": "registration refused by the carrier: see its user and password",
    "Stopped": "registration stopped",
}
_CONTACT = {
    "Reachable": "reachable",
    "Avail": "reachable",
    "Unreachable": "the carrier does not answer",
    "Unavail": "the carrier does not answer",
    "Unknown": "not asked yet",
    "NonQualified": "not asked",
    "NonQual": "not asked",
    "Created": "not asked yet",
}


def trunk_states(registrations: Iterable[Headers], contacts: Iterable[Headers]) -> Mapping[str, str]:
    """Name of each trunk → how it is, in words; "registered" and "reachable" are well."""
    states: dict[str, str] = {}
    for event in contacts:
        name = event.get("AOR") or event.get("Aor") or event.get("ObjectName", "").partition("/")[0]
        if name.startswith(_PREFIX):
            status = event.get("Status", "")
            states[name.removeprefix(_PREFIX)] = _CONTACT.get(status, status)
    for event in registrations:
        name = event.get("ObjectName", "")
        if name.startswith(_PREFIX):
            trunk, status = name.removeprefix(_PREFIX), event.get("Status", "")
            words = _REGISTRATION.get(status, status)
            silent = states.get(trunk) == _CONTACT["Unreachable"]
            states[trunk] = states[trunk] if silent and status != "Registered" else words
    return states


def is_well(state: str) -> bool:
    """Whether a trunk carries calls, as far as is known."""
    return state in {"registered", "reachable", "not asked"}
