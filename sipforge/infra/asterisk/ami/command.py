"""The manager interface for a command that asks little and ends: a client on pyst2, each wait bounded."""

from __future__ import annotations

import contextlib
import itertools
import queue
import time
from typing import Any

from sipforge.infra.asterisk.ami.libraries import PYST2_LOST, BoundedManager
from sipforge.infra.asterisk.ami.messages import AmiError, AmiUnreachable, Headers, accepted, request

_LIST_MESSAGES = 10_000
"""A listing with more than this is refused."""
_counter = itertools.count(1)


class AmiCommandClient(contextlib.AbstractContextManager["AmiCommandClient"]):
    """One short connection, to be used as a context manager. Not for several threads."""

    def __init__(self, host: str, port: int, timeout_seconds: float = 5.0) -> None:
        """Connect.

        Args:
            host: IPv4 address or name of Asterisk.
            port: port of its manager interface.
            timeout_seconds: how long connecting, or an answer, may take.

        Raises:
            AmiUnreachable: nothing listens there.
            AmiError: something does, but does not greet as Asterisk does.
        """
        self._timeout_seconds = timeout_seconds
        address = f"{host}:{port}"
        self._manager = BoundedManager(timeout_seconds)
        try:
            greeting = self._manager.connect(host, port)
        except PYST2_LOST as error:
            raise AmiUnreachable(f"Asterisk does not answer at {address}: {error.args[-1]}") from error
        except queue.Empty:
            self._manager.close()
            raise AmiError(f"{address}: no greeting within {timeout_seconds:g} s") from None
        if greeting is None or self._manager.title != "Asterisk Call Manager":
            self._manager.close()
            raise AmiError(f"{address}: is not Asterisk's manager interface")

    def login(self, username: str, secret: str) -> None:
        """Say who we are; no events are wanted.

        Raises:
            AmiError: the account or its secret is wrong.
        """
        self.action("Login", Username=username, Secret=secret, Events="off")

    def action(self, name: str, **headers: str) -> Headers:
        """Ask for one thing: the headers of the answer.

        Raises:
            AmiError: refused, a control character, or no answer in time.
        """
        action = request(name, headers)
        try:
            answer = self._manager.send_action(action)
        except queue.Empty:
            raise AmiError(f"{name}: Asterisk did not answer within {self._timeout_seconds:g} s") from None
        except PYST2_LOST as error:
            raise AmiError(f"{name}: {error.args[-1] if error.args else 'connection lost'}") from error
        if answer is None:
            raise AmiError(f"{name}: connection lost")
        return accepted(name, dict(answer.headers), answer.data)

    def database(self, family: str) -> dict[str, str]:
        """What Asterisk's database has under `family`: key → value.

        Raises:
            AmiError: as `listing`.
        """
        found = self.listing("DBGetTree", Family=family)
        return {entry["Key"].rpartition("/")[2]: entry["Val"] for entry in found if "Key" in entry}

    def listing(self, name: str, **headers: str) -> tuple[Headers, ...]:
        """Ask for a list: its messages, without the one that ends it.

        Raises:
            AmiError: refused, too long, or not complete in time.
        """
        action_id = f"sipforge-list-{next(_counter)}"
        messages: queue.Queue[Headers] = queue.Queue(_LIST_MESSAGES)

        def take(event: Any, _manager: Any) -> None:
            if event.get_header("ActionID") == action_id and not messages.full():
                messages.put_nowait(dict(event.headers))

        self._manager.register_event("*", take)
        try:
            self.action(name, ActionID=action_id, **headers)
            found: list[Headers] = []
            deadline = time.monotonic() + self._timeout_seconds
            while len(found) < _LIST_MESSAGES:
                message = messages.get(timeout=max(0.0, deadline - time.monotonic()))
                if message.get("EventList") == "Complete":
                    return tuple(found)
                found.append(message)
        except queue.Empty:
            raise AmiError(f"{name}: the list did not end within {self._timeout_seconds:g} s") from None
        finally:
            self._manager.unregister_event("*", take)
        raise AmiError(f"{name}: more than {_LIST_MESSAGES} entries")

    def close(self) -> None:
        """Log off. Asterisk then closes, which ends pyst2's threads; they are daemons in any case."""
        # Gone already is what was wanted, too.
        with contextlib.suppress(queue.Empty, *PYST2_LOST):
            self._manager.logoff()
        self._manager.close()

    def __exit__(self, *_: object) -> None:
        self.close()
