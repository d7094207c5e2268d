"""Asterisk's manager interface for a command that asks little and ends. Owns: pyst2 (package `asterisk`).

pyst2 0.5.1 reads in a thread and waits for answers without a limit: a silent or lost peer would block for
ever. Both are bounded here: the socket gets a time limit when it is made, and answers are taken from a queue
that gives up. `Manager.close()` is not used for the same reason. What is called works on Python 3.11 to 3.14.
What does not is its parsing of `ChanVariable` headers, which Asterisk sends only where manager.conf sets
`channelvars`.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import socket
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from asterisk import manager as pyst2

_LIST_MESSAGES = 10_000
"""A listing with more than this is refused."""
_LOST = (pyst2.ManagerException, OSError, ValueError)
"""What pyst2 raises when the peer is gone; ValueError where its reading thread has closed the file."""
_SETTLE_SECONDS = 0.5
_counter = itertools.count(1)

Headers = Mapping[str, str]


class ManagerError(Exception):
    """Asterisk refused something, or did not answer."""


class ManagerUnreachable(ManagerError):
    """Nothing listens at the address: Asterisk is not running there."""


class _BoundedAnswers(queue.Queue[Any]):
    """pyst2's queue of answers, whose `get` gives up."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        return super().get(block, self._seconds if timeout is None else timeout)


class AsteriskManager:
    """One short connection, to be used as a context manager. Not for several threads."""

    def __init__(self, host: str, port: int, timeout_seconds: float = 5.0) -> None:
        """Connect.

        Args:
            host: IPv4 address or name of Asterisk.
            port: port of its manager interface.
            timeout_seconds: how long connecting, or an answer, may take.

        Raises:
            ManagerUnreachable: nothing listens there.
            ManagerError: something does, but does not greet as Asterisk does.
        """
        self._timeout_seconds = timeout_seconds
        self._address = f"{host}:{port}"
        self._manager = pyst2.Manager()
        self._manager._response_queue = _BoundedAnswers(timeout_seconds)
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(timeout_seconds)  # pyst2 offers no other way to the socket it makes
        try:
            greeting = self._manager.connect(host, port)
        except pyst2.ManagerSocketException as error:
            raise ManagerUnreachable(
                f"Asterisk does not answer at {self._address}: {error.args[-1]}"
            ) from error
        except queue.Empty:
            self._abandon()
            raise ManagerError(f"{self._address}: no greeting within {timeout_seconds:g} s") from None
        finally:
            socket.setdefaulttimeout(before)
        if greeting is None or self._manager.title != "Asterisk Call Manager":
            self._abandon()
            raise ManagerError(f"{self._address}: is not Asterisk's manager interface")

    def login(self, username: str, secret: str) -> None:
        """Say who we are; no events are wanted.

        Raises:
            ManagerError: the account or its secret is wrong.
        """
        self.action("Login", Username=username, Secret=secret, Events="off")

    def action(self, name: str, **headers: str) -> Headers:
        """Ask for one thing: the headers of the answer.

        Raises:
            ManagerError: refused, or no answer in time.
        """
        for header, value in headers.items():
            if not value.isprintable():
                raise ManagerError(f"{name}: {header} has a control character")
        try:
            answer = self._send({"Action": name, **headers})
        except queue.Empty:
            raise ManagerError(
                f"{name}: Asterisk did not answer within {self._timeout_seconds:g} s"
            ) from None
        except _LOST as error:
            raise ManagerError(f"{name}: {error.args[-1] if error.args else 'connection lost'}") from error
        if answer is None:
            raise ManagerError(f"{name}: connection lost")
        if answer.get_header("Response") == "Error":
            reason = answer.get_header("Message") or str(answer.data).strip()
            raise ManagerError(f"{name} refused: {reason or 'no reason given'}")
        return dict(answer.headers)

    def _send(self, action: dict[str, str]) -> Any:
        try:
            return self._manager.send_action(action)
        except ValueError as error:
            # An answer that ends the connection, as to a wrong secret, can be read and the file closed by the
            # reading thread before pyst2 has flushed what it wrote. Then the answer is in the queue.
            try:
                return self._manager._response_queue.get(timeout=_SETTLE_SECONDS)
            except queue.Empty:
                raise error from None

    def listing(self, name: str) -> tuple[Headers, ...]:
        """Ask for a list: its messages, without the one that ends it.

        Raises:
            ManagerError: refused, too long, or not complete in time.
        """
        action_id = f"sipforge-list-{next(_counter)}"
        messages: queue.Queue[Headers] = queue.Queue(_LIST_MESSAGES)

        def take(event: Any, _manager: Any) -> None:
            if event.get_header("ActionID") == action_id and not messages.full():
                messages.put_nowait(dict(event.headers))

        self._manager.register_event("*", take)
        try:
            self.action(name, ActionID=action_id)
            found: list[Headers] = []
            deadline = time.monotonic() + self._timeout_seconds
            while len(found) < _LIST_MESSAGES:
                message = messages.get(timeout=max(0.0, deadline - time.monotonic()))
                if message.get("EventList") == "Complete":
                    return tuple(found)
                found.append(message)
        except queue.Empty:
            raise ManagerError(f"{name}: the list did not end within {self._timeout_seconds:g} s") from None
        finally:
            self._manager.unregister_event("*", take)
        raise ManagerError(f"{name}: more than {_LIST_MESSAGES} entries")

    def close(self) -> None:
        """Log off. Asterisk then closes, which ends pyst2's threads; they are daemons in any case."""
        if self._manager.connected():
            # Gone already is what was wanted, too.
            with contextlib.suppress(queue.Empty, *_LOST):
                self._manager.logoff()
            self._abandon()

    def _abandon(self) -> None:
        """Leave nothing for `Manager.__del__` to wait for."""
        self._manager._running.clear()
        self._manager._connected.clear()

    def __enter__(self) -> AsteriskManager:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
