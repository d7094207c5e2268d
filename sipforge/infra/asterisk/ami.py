"""Asterisk's manager interface for a service that stays connected. Owns: panoramisk's Manager.

panoramisk frames the messages and pairs answers with actions. What stands here is what it leaves out: a
limit on every wait and on the size of a message, one reconnecting loop that ends when its task is cancelled
(panoramisk's own timers outlive it), a probe that finds a dead connection, and no old action sent again
after a reconnect.

Text: the interface sends UTF-8. panoramisk decodes each piece of the stream as it arrives, which loses a
character that is split between two; so it is told Latin-1, where each byte is a character, and values are
put right here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NoReturn

from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

_log = logging.getLogger(__name__)
_panoramisk_log = logging.getLogger("panoramisk")
# At INFO it has a line for each connection, which is told here already.
_panoramisk_log.setLevel(logging.WARNING)

_MESSAGE_CHARACTERS = 256 * 1024
"""More without the end of a message is no manager interface."""
_NEVER_SECONDS = 365 * 86400
"""Keeps panoramisk's own pinger, which looks at no answer, from running."""

Headers = Mapping[str, str]


class AmiError(Exception):
    """The interface cannot be reached, refused something, or did not answer in time."""


class _CappedProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """panoramisk's protocol with a limit on how much of an unfinished message it keeps."""

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.queue and len(self.queue[0]) > _MESSAGE_CHARACTERS:
            _log.warning(
                "manager interface: a message of more than %d bytes; disconnecting", _MESSAGE_CHARACTERS
            )
            self.transport.abort()


class _Link(Manager):  # type: ignore[misc]  # panoramisk has no types
    """One connection, from greeting to end; it never reconnects."""

    def __init__(self, **config: Any) -> None:
        super().__init__(
            log=_panoramisk_log,
            encoding="latin-1",
            ping_delay=_NEVER_SECONDS,
            ping_interval=_NEVER_SECONDS,
            **config,
        )
        # The only callback so far sends actions of an earlier connection again.
        self.callbacks.clear()
        self.patterns.clear()
        self.lost: asyncio.Future[None] = self.loop.create_future()

    def connection_lost(self, exc: object) -> None:
        """Say so, instead of connecting again."""
        if not self.lost.done():
            self.lost.set_result(None)


class Ami:
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
        boot_seconds: float = 120.0,
        ping_seconds: float = 15.0,
        retry_seconds: float = 2.0,
    ) -> None:
        """Nothing is connected before `run`.

        Args:
            host: address of Asterisk.
            port: port of its manager interface.
            username: account, which needs read class `system` for FullyBooted.
            secret: the account's password.
            on_event: called with each event's headers, in order; must not raise.
            on_up: awaited after each login, once Asterisk has booted; an AmiError in it ends the connection.
            on_down: called when the connection has ended.
            answer_seconds: how long connecting, or an answer, may take.
            boot_seconds: how long Asterisk may take to boot once it lets us in.
            ping_seconds: interval between probes.
            retry_seconds: pause before connecting again.
        """
        self._host, self._port = host, port
        self._username, self._secret = username, secret
        self._on_event, self._on_up, self._on_down = on_event, on_up, on_down
        self._answer_seconds, self._boot_seconds = answer_seconds, boot_seconds
        self._ping_seconds, self._retry_seconds = ping_seconds, retry_seconds
        self._link: _Link | None = None
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
            AmiError: not connected, refused, or no answer in time (which also ends the connection).
        """
        link = self._connected()
        return _checked(name, await self._answer(link, link.send_action({"Action": name, **headers})))

    async def listing(self, name: str, **headers: str) -> tuple[Headers, ...]:
        """Ask for a list: the messages between its beginning and its end.

        Raises:
            AmiError: as for `action`.
        """
        link = self._connected()
        messages = await self._answer(link, link.send_action({"Action": name, **headers}))
        if not isinstance(messages, list):
            _checked(name, messages)
            raise AmiError(f"{name}: is no list")
        return tuple(_headers(message) for message in messages[1:-1])

    def _connected(self) -> _Link:
        if self._link is None:
            raise AmiError("not connected to Asterisk")
        return self._link

    async def _session(self) -> NoReturn:
        loop = asyncio.get_running_loop()
        link = _Link(loop=loop, username=self._username, secret=self._secret, events="on")
        booted: asyncio.Future[None] = loop.create_future()

        def take(_manager: object, message: Any) -> None:
            event = _headers(message)
            if event["Event"] == "FullyBooted" and not booted.done():
                booted.set_result(None)
            self._on_event(event)

        link.register_event("*", take)
        try:
            async with asyncio.timeout(self._answer_seconds):
                made = await loop.create_connection(_CappedProtocol, self._host, self._port)
        except (OSError, TimeoutError) as error:
            raise AmiError(f"{self._host}:{self._port}: {_why(error)}") from error
        connection: asyncio.Future[Any] = loop.create_future()
        connection.set_result(made)
        try:
            link.connection_made(connection)
            _checked("Login", await self._answer(link, link.authenticated_future))
            await self._wait(link, booted, self._boot_seconds, "did not finish booting")
            self._link = link
            await self._on_up()
            _log.info("connected to Asterisk's manager interface")
            self._problem = ""
            await self._stay(link)
        finally:
            self._link = None
            link.close()
            self._on_down()

    async def _stay(self, link: _Link) -> NoReturn:
        while True:
            await asyncio.wait({link.lost}, timeout=self._ping_seconds)
            _checked("Ping", await self._answer(link, link.send_action({"Action": "Ping"})))

    async def _answer(self, link: _Link, answer: asyncio.Future[Any]) -> Any:
        return await self._wait(link, answer, self._answer_seconds, "did not answer")

    async def _wait(self, link: _Link, answer: asyncio.Future[Any], seconds: float, otherwise: str) -> Any:
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
    headers = {}
    for name, value in message.items():
        if name == "content":
            continue
        text = "\n".join(value) if isinstance(value, list) else str(value)
        headers[str(name)] = text.encode("latin-1").decode("utf-8", "replace")
    return headers


def _checked(name: str, message: Any) -> Headers:
    if isinstance(message, list):
        message = message[0]
    headers = _headers(message)
    if headers.get("Response") == "Error":
        raise AmiError(f"{name} refused: {headers.get('Message', '').strip() or 'no reason given'}")
    return headers


def _why(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return getattr(error, "strerror", None) or str(error)
