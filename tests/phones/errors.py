"""What can go wrong with a phone."""

from __future__ import annotations


class PhoneError(Exception):
    """A phone cannot be started or used."""


class RegistrationFailed(PhoneError):
    """The server refused; the message starts with the SIP status, as in "403 Forbidden"."""


class CallFailed(PhoneError):
    """The call was not answered, or is over; the message is baresip's reason, as in "486 Busy Here"."""


class PhoneTimeout(PhoneError):
    """What was waited for did not happen in time."""
