"""How a user's telephones must, may or may not encrypt, as parts of pjsip.conf.

Rules:
- Each user's endpoint is made from one of three templates of the host's own pjsip.conf, by the setting:
  `sipforge-endpoint-required`, `-offered`, `-off`.
- Where encryption is required, Asterisk offers and takes SRTP with keys in SDP (SDES, RFC 4568) alone, and
  sends over TLS alone. What comes over UDP or TCP is led to an account beside the user's, which lets nobody
  in: those transports carry the domain `unencrypted`, and Asterisk looks for USER@DOMAIN of the transport
  that a request came by before it looks for USER.
"""

from __future__ import annotations

from typing import Final

from sipforge.core.office.users import Encryption

CLOSED_DOOR: Final = "@unencrypted"
"""What follows an extension in the name of the account that lets nobody in."""


def endpoint_template(encryption: Encryption) -> str:
    """The template of a user's endpoint."""
    return f"sipforge-endpoint-{encryption.value}"


def closed_door(extension: str, encryption: Encryption) -> str:
    """The account that lets nobody in, beside one that must be encrypted; empty for the others."""
    if encryption is not Encryption.REQUIRED:
        return ""
    return f"\n[{extension}{CLOSED_DOOR}](sipforge-closed)\ntype=endpoint\n"
