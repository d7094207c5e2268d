"""Trunks: the lines to the outside (a carrier, an SBC, a GSM gateway), each a SIP server with its numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from sipforge.core.office.destinations import Destination
from sipforge.core.office.extensions import check_entry_name
from sipforge.core.office.groups import destination, destinations
from sipforge.core.office.outside_numbers import check_e164

_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_PORT = re.compile("[0-9]{1,5}")
_ACCOUNT = re.compile(r"[A-Za-z0-9.+_-]{1,64}")
_SECRET = re.compile(r"[!#-:=?-~]{1,128}")
"""No space, quote, semicolon or bracket that Asterisk's files could read as more than a password."""


class Transport(Enum):
    """What SIP goes over."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class NumberFormat(Enum):
    """How a carrier wants the number that is called."""

    PLUS = "plus"
    """+250788123456."""
    DIGITS = "digits"
    """250788123456."""
    NATIONAL = "national"
    """As one dials in the country: 0788123456, and 00 before other countries'."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A line to the outside.

    Raises:
        ValueError: a value that cannot be; the message begins with the key, and never shows the secret.
    """

    name: str
    server: str
    """Name or address of the carrier's server; a port may follow a colon."""
    user: str = ""
    """Account there; empty: the carrier knows this server by its address."""
    secret: str = field(default="", repr=False)
    register: bool = False
    """Whether it wants to be told where this server is, again and again."""
    transport: Transport = Transport.UDP
    numbers: Mapping[str, str] = field(default_factory=dict)
    """Number of the office, +250..., → destination of who rings it."""
    default: str = ""
    """Destination of all other calls from there; empty: refused."""
    caller_number: str = ""
    """What the called are shown, +250...; empty: the account decides."""
    number_format: NumberFormat = NumberFormat.PLUS
    calls: int = 10
    """At once, in both directions."""
    by_number: Mapping[str, Destination] = field(init=False, repr=False)
    fallback: Destination = field(init=False, repr=False)

    def __post_init__(self) -> None:
        check_entry_name(self.name)
        host, colon, port = self.server.partition(":")
        if not _HOST.fullmatch(host) or (colon and not (_PORT.fullmatch(port) and 0 < int(port) < 65536)):
            raise ValueError(
                f"server: {self.server!r} is no server, such as sip.carrier.example or 192.0.2.1:5060"
            )
        if self.user and not _ACCOUNT.fullmatch(self.user):
            raise ValueError(f"user: {self.user!r} may hold letters, digits and . + _ - only")
        if self.secret and not _SECRET.fullmatch(self.secret):
            raise ValueError('secret: may hold no space, quote, ";", "<", ">" nor letters beyond ASCII')
        if bool(self.user) != bool(self.secret):
            raise ValueError(f"{'secret' if self.user else 'user'}: is missing: an account has both")
        if self.register and not self.user:
            raise ValueError("user: is missing, which registration needs")
        if not 1 <= self.calls <= 1000:
            raise ValueError("calls: must be 1 to 1000")
        for key, number in (
            *(("numbers", one) for one in self.numbers),
            ("caller_number", self.caller_number),
        ):
            try:
                number and check_e164(number)
            except ValueError as error:
                raise ValueError(f"{key}: {error}") from error
        object.__setattr__(self, "by_number", destinations("numbers", self.numbers))
        object.__setattr__(self, "fallback", destination("default", self.default))
