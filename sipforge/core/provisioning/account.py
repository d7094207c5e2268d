"""One user's SIP account as a telephone is told it, whatever the telephone's make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sipforge.core.office.users import Encryption, User

CODECS: Final = ("opus", "PCMU", "PCMA", "G722")
"""In order of preference, by their names in RTP."""
VOICEMAIL: Final = "*97"
"""What a telephone's message key rings."""


class ProvisioningError(ValueError):
    """What a telephone cannot be told; the message says why, in one sentence."""


@dataclass(frozen=True, slots=True)
class Account:
    """All that a telephone needs to register."""

    extension: str
    """User name, and authentication name."""
    name: str
    secret: str
    server: str
    """Host name or IPv4 address of the registrar."""
    port: int
    """Its SIP port for `transport`."""
    transport: str
    """"udp", "tcp" or "tls"."""
    encryption: Encryption
    """Of the sound: SRTP, keys by SDES."""

    def __repr__(self) -> str:
        return f"Account(extension={self.extension!r}, server={self.server!r})"  # never the secret


def account_of(user: User, encryption: Encryption, server: str, ports: Mapping[str, int]) -> Account:
    """The account of a user.

    Args:
        user: whose.
        encryption: what holds for this user; what is offered only is left where Asterisk does not do it.
        server: where telephones reach the registrar.
        ports: transport → port, of those that the registrar listens on.

    Raises:
        ProvisioningError: the registrar does not listen on the transport that this takes.
    """
    if encryption is Encryption.OFFERED and "tls" not in ports:
        encryption = Encryption.OFF
    # Keys for the sound travel in the signalling: without TLS around them they would protect nothing.
    transport = "udp" if encryption is Encryption.OFF else "tls"
    if transport not in ports:
        raise ProvisioningError(
            f"user {user.extension}: encryption is {encryption.value},"
            f" but Asterisk has no SIP transport {transport}"
        )
    return Account(user.extension, user.name, user.secret, server, ports[transport], transport, encryption)
