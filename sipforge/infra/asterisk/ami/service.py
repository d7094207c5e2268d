"""The manager interface for a service that stays connected: a client that comes back by itself.

panoramisk frames the messages and pairs answers with actions. What stands here is a limit on every wait, one
reconnecting loop that ends when its task is cancelled, and a probe that finds a dead connection.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

from sipforge.infra.asterisk.ami.libraries import Link, WholeLines
from sipforge.infra.asterisk.ami.messages import AmiError, Headers, accepted, request

_log = logging.getLogger(__name__)


class AmiServiceClient:
    """A connection to Asterisk's manager interface that comes back by itself."""

    def __init__(
        self,
        host: str,
        port: int,
        username: str,
        secret: str,
        *,
        on_event: Callable[[Headers], None],
        on_up: Callable[[], Awaitable[None]],
        on_down: Callable[[], None],
        answer_seconds: float = 5.0,
        boot_seconds: float | None = 120.0,
        ping_seconds: float = 15.0,
        retry_seconds: float = 2.0,
    ) -> None:
        """Nothing is connected before `run`.

        Args:
            host: address of Asterisk.
            port: port of its manager interface.
            username: account; it needs read class `system`, for FullyBooted, unless `boot_seconds` is None.
            secret: the account's password.
            on_event: called with each event's headers, in order; must not raise.
            on_up: awaited after each login, once Asterisk has booted; an AmiError in it ends the connection.
            on_down: called when the connection has ended.
            answer_seconds: how long connecting, or an answer, may take.
            boot_seconds: how long Asterisk may take to boot once it lets us in; None does not wait for it.
            ping_seconds: interval between probes.
            retry_seconds: pause before connecting again.
        """
        self._host, self._port = host, port
        self._username, self._secret = username, secret
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._answer_seconds, self._boot_seconds = answer_seconds, boot_seconds
        self._ping_seconds, self._retry_seconds = ping_seconds, retry_seconds
        self._link: Link | None = None
        self._problem = ""

    @property
    def connected(self) -> bool:
        """Whether actions can be sent."""
        return self._link is not None

    @property
    def problem(self) -> str:
        """Why there is no connection, as a phrase; empty while there is one (or before the first attempt)."""
        return self._problem

    async def run(self) -> NoReturn:
        """Connect, stay, and connect again, until cancelled. One log line per outage, and one when back."""
        while True:
            try:
                await self._session()
            except AmiError as error:
                # One line per outage, not one per attempt.
                if not self._problem:
                    _log.warning("no connection to Asterisk's manager interface: %s", error)
                self._problem = str(error)
            await asyncio.sleep(self._retry_seconds)

    async def action(self, name: str, **headers: str) -> Headers:
        """Ask for one thing.

        Raises:
            AmiError: not connected, refused, a control character, or no answer in time (which ends it).
        """
        return _accepted(name, await self._ask(self._link, name, **headers))

    async def listing(self, name: str, **headers: str) -> tuple[Headers, ...]:
        """Ask for a list: the messages between its beginning and its end.

        Raises:
            AmiError: as for `action`.
        """
        messages = await self._ask(self._link, name, **headers)
        if not isinstance(messages, list):
            _accepted(name, messages)
            raise AmiError(f"{name}: is no list")
        return tuple(_headers(message) for message in messages[1:-1])

    async def _session(self) -> NoReturn:
        loop = asyncio.get_running_loop()
        request("Login", {"Username": self._username, "Secret": self._secret})  # which panoramisk sends
        link = Link(loop=loop, username=self._username, secret=self._secret, events="on")
        booted: asyncio.Future[None] = loop.create_future()

        def take(_manager: object, message: Any) -> None:
            event = _headers(message)
            if event["Event"] == "FullyBooted" and not booted.done():
                booted.set_result(None)
            self._on_event(event)

        link.register_event("*", take)
        try:
            connecting = loop.create_task(loop.create_connection(WholeLines, self._host, self._port))
            await asyncio.wait_for(connecting, self._answer_seconds)
        except OSError as error:  # asyncio's TimeoutError is one, without words
            why = error.strerror or str(error) or "no answer in time"
            raise AmiError(f"{self._host}:{self._port}: {why}") from error
        try:
            link.connection_made(connecting)
            login = await self._wait(link, link.authenticated_future, self._answer_seconds, "did not answer")
            _accepted("Login", login)
            if self._boot_seconds is not None:
                await self._wait(link, booted, self._boot_seconds, "did not finish booting")
            self._link = link
            await self._on_up()
            _log.info("connected to Asterisk's manager interface")
            self._problem = ""
            while True:
                await asyncio.wait({link.lost}, timeout=self._ping_seconds)
                _accepted("Ping", await self._ask(link, "Ping"))
        finally:
            self._link = None
            link.close()
            self._on_down()

    async def _ask(self, link: Link | None, name: str, **headers: str) -> Any:
        action = request(name, headers)
        if link is None:
            raise AmiError("not connected to Asterisk")
        return await self._wait(link, link.send_action(action), self._answer_seconds, "did not answer")

    async def _wait(self, link: Link, answer: asyncio.Future[Any], seconds: float, otherwise: str) -> Any:
        await asyncio.wait({answer, link.lost}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if answer.done():
            return answer.result()
        if link.lost.done():
            raise AmiError("Asterisk closed the connection")
        # Nothing that follows on a connection that skipped an answer could be trusted.
        link.connection_lost(None)
        raise AmiError(f"Asterisk {otherwise} within {seconds:g} s")


def _headers(message: Any) -> Headers:
    """A panoramisk message as plain text headers; a header given twice has its values on one line each."""
    return {
        str(name): "\n".join(value) if isinstance(value, list) else str(value)
        for name, value in message.items()
        if name != "content"
    }


def _accepted(name: str, message: Any) -> Headers:
    return accepted(name, _headers(message[0] if isinstance(message, list) else message))
