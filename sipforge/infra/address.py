"""The address under which telephones reach this host."""

from __future__ import annotations

import socket

_ELSEWHERE = ("192.0.2.1", 9)
"""An address for documentation (RFC 5737): nothing is sent to it."""


def own_address() -> str:
    """The IPv4 address this host would use towards the outside; its name where it has no route there."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(_ELSEWHERE)  # a datagram socket: chooses a route, sends nothing
            return str(probe.getsockname()[0])
    except OSError:
        return socket.gethostname()
