"""Telling systemd how a service is doing: sd_notify(3) and the watchdog, over systemd's datagram socket.

Outside systemd ($NOTIFY_SOCKET unset) every call does nothing, so services run the same by hand and in tests.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Mapping

_log = logging.getLogger(__name__)


class Notifier:
    """One service's line to systemd (Type=notify)."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        """Read $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID from `environment` or os.environ."""
        environment = os.environ if environment is None else environment
        path = environment.get("NOTIFY_SOCKET", "")
        # systemd writes an abstract socket's leading zero byte as "@".
        self._address = "\0" + path[1:] if path.startswith("@") else path
        self.watchdog_seconds = _watchdog_seconds(environment)
        """Interval within which systemd wants to hear from us; 0 when it does not watch this process."""

    def ready(self) -> None:
        """The service serves now."""
        self._send("READY=1")

    def stopping(self) -> None:
        """The service has begun to end."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._send("STATUS=" + " ".join(text.split()))

    def alive(self) -> None:
        """Keep the watchdog quiet for another interval."""
        self._send("WATCHDOG=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.setblocking(False)
                line.sendto(message.encode(), self._address)
        except OSError as error:
            _log.warning("systemd did not take a notification: %s", error)


async def watchdog(notifier: Notifier | None = None) -> None:
    """Tell systemd twice per interval that the event loop still turns; returns at once when nobody watches.

    To be run as a task of the service's TaskGroup: a stuck loop stays silent, and systemd restarts it.
    """
    notifier = notifier or Notifier()
    while notifier.watchdog_seconds > 0:
        notifier.alive()
        await asyncio.sleep(notifier.watchdog_seconds / 2)


def _watchdog_seconds(environment: Mapping[str, str]) -> float:
    microseconds, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or (pid and pid != str(os.getpid())):
        return 0.0
    return int(microseconds) / 1_000_000
