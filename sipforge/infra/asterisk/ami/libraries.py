"""The two manager interface libraries, mended. Owns: panoramisk's Manager, and pyst2 (package `asterisk`).

Each class says what goes wrong in panoramisk 1.4 or pyst2 0.5.1, and what makes its mend needless.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import queue
import socket
from typing import Any

from asterisk import manager as pyst2
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

_log = logging.getLogger(__name__)
# At INFO it has a line for each connection, which the client tells already.
logging.getLogger("panoramisk").setLevel(logging.WARNING)

_MESSAGE_BYTES = 256 * 1024
"""More without the end of a message is no manager interface."""
_NEVER_SECONDS = 365 * 86400
_SETTLE_SECONDS = 0.5
PYST2_LOST = (pyst2.ManagerException, OSError, ValueError)
"""What pyst2 raises when the peer is gone; ValueError where its reading thread has closed the file."""


class WholeLines(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """panoramisk's protocol, given whole lines, and with a limit on an unfinished message.

    `AMIProtocol.data_received` decodes each piece as it arrives, ignoring errors: a character split between
    two is lost. Its queue grows until a message ends. Mended when it has an incremental decoder and a cap.
    """

    _rest = b""

    def data_received(self, data: bytes) -> None:
        """Hand on what ends in a newline, which is inside no character."""
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        super().data_received((whole + newline).decode("utf-8", "replace").encode())
        if len(self._rest) + len(self.queue[0]) > _MESSAGE_BYTES:
            _log.warning("manager interface: a message of more than %d bytes; disconnecting", _MESSAGE_BYTES)
            self.transport.abort()


class Link(Manager):  # type: ignore[misc]  # panoramisk has no types
    """One connection of panoramisk, from greeting to end; it never reconnects.

    `Manager.connection_lost` sets a timer to connect again that nothing can cancel, and sends unanswered
    actions again then; its pinger looks at no answer. Mended when `close` ends the timer and a missed answer
    the connection.
    """

    def __init__(self, **config: Any) -> None:
        super().__init__(ping_delay=_NEVER_SECONDS, ping_interval=_NEVER_SECONDS, **config)
        self.lost: asyncio.Future[None] = self.loop.create_future()

    def connection_lost(self, exc: object) -> None:
        """Say so, instead of connecting again."""
        if not self.lost.done():
            self.lost.set_result(None)


class BoundedManager(pyst2.Manager):  # type: ignore[misc]  # pyst2 has no types
    """pyst2's Manager, where no wait is without a limit; `queue.Empty` when one runs out.

    `connect` and `send_action` wait for answers, and the reading thread for data, for ever; `close`, which
    `__del__` calls, waits for both threads. Mended when `Manager` takes a timeout for these. Its parsing of
    `ChanVariable` (`dict.has_key`) ends the thread on Python 3; Asterisk sends that only where manager.conf
    sets `channelvars`.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds
        self._response_queue.get = functools.partial(self._response_queue.get, timeout=seconds)

    def connect(self, host: str, port: int) -> Any:
        """Connect, and take the greeting."""
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(self._seconds)  # there is no other way to the socket it makes
        try:
            return super().connect(host, port)
        finally:
            socket.setdefaulttimeout(before)

    def send_action(self, cdict: dict[str, str]) -> Any:
        """Ask, and take the answer.

        One that ends the connection, as to a wrong secret, can be read and the file closed by the reading
        thread before what was written is flushed. Mended when the thread leaves closing to `close`.
        """
        try:
            return super().send_action(cdict)
        except ValueError:
            with contextlib.suppress(queue.Empty):
                return self._response_queue.get(timeout=_SETTLE_SECONDS)
            raise

    def close(self) -> None:
        """Leave; the threads are daemons, and end when the peer closes."""
        self._running.clear()
        self._connected.clear()
