"""Free TCP ports for the servers of a test."""

from __future__ import annotations

import itertools
import os
import socket

_FIRST, _COUNT = 10200, 3800
"""Below the ports that the kernel gives to clients: one of those, tried before its server is up, can connect
to itself and so take the port away.
"""
# Two runs at once begin at different ports.
_numbers = itertools.count(os.getpid() * 97)


def free_port() -> int:
    """A port of the loopback address on which nobody listens; another one each time."""
    for number in _numbers:
        port = _FIRST + number % _COUNT
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("there is always a next number")
