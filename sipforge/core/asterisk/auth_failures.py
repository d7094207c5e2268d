"""Refused logins, from Asterisk's security events.

Asterisk reports one refused request for an unknown account twice (InvalidAccountID, then
ChallengeResponseFailed without an account); the second one is left out. A telephone that comes without
encryption where its user must have it is led to an account that lets nobody in (FailedACL, see
`sipforge.core.office.asterisk.encryption`), and told as what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sipforge.core.office.asterisk.encryption import CLOSED_DOOR

_REASONS: Mapping[str, str] = {
    "InvalidPassword": "wrong-password",
    "ChallengeResponseFailed": "wrong-password",
    "InvalidAccountID": "unknown-account",
    "FailedACL": "address-not-allowed",
    "AuthMethodNotAllowed": "method-not-allowed",
}
_SERVICES: Mapping[str, str] = {"PJSIP": "sip", "AMI": "manager"}
_ACCOUNT_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class AuthFailure:
    """One refused login."""

    service: str
    """"sip", "manager" or "other"."""
    reason: str
    """One of a fixed few words, fit for a metric's label."""
    account: str
    """As the other side gave it, cut to 64 characters."""
    address: str
    """Where it came from, without the port (each attempt may have another)."""


def auth_failure(event: Mapping[str, str]) -> AuthFailure | None:
    """The refused login that an event reports; None for every other event."""
    reason = _REASONS.get(event.get("Event", ""))
    account = event.get("AccountID", "")
    if reason is None or account == "<unknown>":
        return None
    user = account.removesuffix(CLOSED_DOOR)
    if user != account:
        reason, account = "not-encrypted", user
    # "IPV4/UDP/192.0.2.7/5060"
    parts = event.get("RemoteAddress", "").split("/")
    return AuthFailure(
        service=_SERVICES.get(event.get("Service", ""), "other"),
        reason=reason,
        account=account[:_ACCOUNT_CHARACTERS],
        address=parts[2] if len(parts) == 4 else "unknown",
    )
