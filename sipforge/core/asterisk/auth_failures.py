"""Refused logins, from Asterisk's security events: what to count, and how often to log. Time is an argument.

Somebody guessing passwords makes hundreds of events a second, so a line is due for the first failure of an
account from an address, and then at most one per interval, with the number of those it stands for. Asterisk
reports one refused request for an unknown account twice (InvalidAccountID, then ChallengeResponseFailed
without an account); the second one is left out.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

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
    # "IPV4/UDP/192.0.2.7/5060"
    parts = event.get("RemoteAddress", "").split("/")
    return AuthFailure(
        service=_SERVICES.get(event.get("Service", ""), "other"),
        reason=reason,
        account=account[:_ACCOUNT_CHARACTERS],
        address=parts[2] if len(parts) == 4 else "unknown",
    )


class AuthFailureLog:
    """Decides which failures are worth a line."""

    def __init__(self, interval_seconds: float = 60.0, remembered: int = 1000) -> None:
        """One line per `interval_seconds` for each failure; of more than `remembered`, the oldest go."""
        self._interval_seconds = interval_seconds
        self._remembered = remembered
        self._seen: OrderedDict[AuthFailure, tuple[float, int]] = OrderedDict()

    def due(self, now_seconds: float, failure: AuthFailure) -> int:
        """How many failures a line written now stands for; 0: write none now."""
        last, waiting = self._seen.get(failure, (None, 0))
        if last is not None and now_seconds - last < self._interval_seconds:
            self._seen[failure] = (last, waiting + 1)
            return 0
        self._seen[failure] = (now_seconds, 0)
        self._seen.move_to_end(failure)
        while len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return waiting + 1
