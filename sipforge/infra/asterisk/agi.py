"""FastAGI: questions of the dialplan, answered. Owns: panoramisk's FastAGI.

Asterisk connects, sends a block of `agi_...: value` headers that ends with an empty line, and takes
commands. The block is read here, with a cap and a deadline: panoramisk's own loop never ends when the peer
closes first. Its `Request` then sends the commands and parses the answers.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from panoramisk.fast_agi import Request

_log = logging.getLogger(__name__)

HEADER_BYTES: Final = 16384
HEADER_SECONDS: Final = 5.0
COMMAND_SECONDS: Final = 5.0

_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_VALUE: Final = re.compile(r"[A-Za-z0-9._-]*")


class AgiError(Exception):
    """The peer is not speaking FastAGI as Asterisk does, or refused a command."""


class AgiRequest:
    """One question of the dialplan."""

    def __init__(self, headers: Mapping[str, str], request: Any) -> None:
        """Wrap panoramisk's request (an untyped class)."""
        self.headers = headers
        """By their names as sent: agi_callerid, agi_extension, agi_arg_1, ..."""
        self._request = request

    @property
    def script(self) -> str:
        """The path of the agi:// address."""
        return self.headers.get("agi_network_script", "")

    async def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable.

        Raises:
            ValueError: a name or value that would need quoting.
            AgiError: Asterisk refused.
            TimeoutError: no answer.
            OSError: the connection broke.
        """
        if not _VARIABLE.fullmatch(name) or not _VALUE.fullmatch(value):
            raise ValueError(f"not a plain variable: {name}={value!r}")
        async with asyncio.timeout(COMMAND_SECONDS):
            try:
                answer = await self._request.send_command(f'SET VARIABLE {name} "{value}"')
            except ValueError as error:
                raise AgiError("no answer to a command, or one that cannot be read") from error
        if answer.get("status_code") != 200:
            raise AgiError(f"Asterisk refused to set {name}")


AgiHandler = Callable[[AgiRequest], Awaitable[None]]


async def answer_agi(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, routes: Mapping[str, AgiHandler]
) -> None:
    """Serve one FastAGI connection: read its headers, run the handler that `routes` has for its script.

    Whatever goes wrong is one log line; the dialplan finds its variables unset and goes on.
    """
    try:
        headers = await read_headers(reader)
        request = AgiRequest(headers, Request(None, headers, reader, writer))
        handler = routes.get(request.script)
        if handler is None:
            raise AgiError(f"no such script: {request.script[:64]!r}")
        await handler(request)
    except TimeoutError:
        _log.warning("FastAGI peer dropped: too slow")
    except (AgiError, ValueError) as error:
        _log.warning("FastAGI peer dropped: %s", error)
    except OSError as error:
        _log.warning("FastAGI connection broke: %s", error)


async def read_headers(reader: asyncio.StreamReader, seconds: float = HEADER_SECONDS) -> dict[str, str]:
    """The header block of a FastAGI connection.

    Raises:
        AgiError: too long, or ended early.
        TimeoutError: not whole within `seconds`.
    """
    headers: dict[str, str] = {}
    size = 0
    async with asyncio.timeout(seconds):
        while True:
            try:
                line = await reader.readuntil(b"\n")
            except asyncio.IncompleteReadError as error:
                raise AgiError("ended inside the headers") from error
            except asyncio.LimitOverrunError as error:
                raise AgiError("header line too long") from error
            size += len(line)
            if size > HEADER_BYTES:
                raise AgiError(f"more than {HEADER_BYTES} bytes of headers")
            # A caller's display name may be in any encoding; it must not cost the call.
            text = line.decode("utf-8", errors="replace").rstrip("\r\n")
            if not text:
                return headers
            name, separator, value = text.partition(":")
            if separator:
                headers.setdefault(name, value.strip())
