"""What a user's telephones must, may or may not encrypt, as lines of pjsip.conf.

Rules:
- Each user's endpoint takes one of the templates that the host's own pjsip.conf defines, by the setting:
  `sipforge-endpoint-required`, `-offered`, `-off`.
- Where encryption is required, Asterisk offers and takes SRTP with keys in SDP (SDES, RFC 4568) alone, and
  sends only over TLS. What comes over UDP or TCP is led to an account beside the user's, which lets nobody
  in: the transports without encryption carry the domain `unencrypted`, and Asterisk looks for USER@DOMAIN
  of a request's transport before it looks for USER.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

CLOSED_DOOR: Final = "@unencrypted"
"""What follows an extension in the name of the account that lets nobody in."""


class Encryption(Enum):
    """Of a user's telephones."""

    REQUIRED = "required"
    """SIP over TLS, and SRTP; without either no call."""
    OFFERED = "offered"
    """As the telephone wishes: SRTP if it offers that, or takes it when it is rung; plain otherwise."""
    OFF = "off"
    """Plain sound. SIP may come over TLS all the same."""


def encryption_of(own: str, office: str) -> Encryption:
    """The setting that counts for a user.

    Args:
        own: the user's; empty for none.
        office: the office's.

    Raises:
        ValueError: there is no such setting; says which there are.
    """
    setting = own or office
    try:
        return Encryption(setting)
    except ValueError:
        known = ", ".join(one.value for one in Encryption)
        raise ValueError(f"encryption {setting!r}: must be one of {known}") from None


def endpoint_template(encryption: Encryption) -> str:
    """The template of a user's endpoint."""
    return f"sipforge-endpoint-{encryption.value}"


def closed_door(extension: str, encryption: Encryption) -> str:
    """The account that lets nobody in, beside an endpoint that must be encrypted; empty for others."""
    if encryption is not Encryption.REQUIRED:
        return ""
    return f"\n[{extension}{CLOSED_DOOR}](sipforge-closed)\ntype=endpoint\n"
