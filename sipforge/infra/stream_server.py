"""Stream servers whose connections are tasks of a TaskGroup: none outlives the server, none fails unseen."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

_log = logging.getLogger(__name__)

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]
Open = Callable[[Accept], Awaitable[asyncio.Server]]
SOCKET_MODE = 0o660


async def serve_tcp(host: str, port: int, handler: Handler, limit: int, ready: asyncio.Event) -> None:
    """Serve TCP connections until cancelled; see `_serve`."""
    await _serve(lambda accept: asyncio.start_server(accept, host, port), handler, limit, ready)


async def serve_unix(path: Path, handler: Handler, limit: int, ready: asyncio.Event) -> None:
    """Serve connections to a Unix socket until cancelled; a socket file left behind is replaced.

    The socket's group may connect, and nobody else.

    Raises:
        OSError: the socket cannot be made.
    """

    bound = _bind(path)
    try:
        await _serve(lambda accept: asyncio.start_unix_server(accept, sock=bound), handler, limit, ready)
    finally:
        _remove(path)


async def _serve(open_server: Open, handler: Handler, limit: int, ready: asyncio.Event) -> None:
    """Accept connections, at most `limit` at once, each one a task that runs `handler` and then closes it.

    On cancellation nothing more is accepted and every handler is cancelled and waited for. An error that a
    handler lets out is logged and ends that connection alone.

    Raises:
        OSError: the address cannot be bound.
    """
    connections: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as group:

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(connections) >= limit:
                _log.warning("connection refused: %d are open already", limit)
                writer.transport.abort()
                return
            task = group.create_task(_handle(handler, reader, writer))
            connections.add(task)
            task.add_done_callback(connections.discard)

        server = await open_server(accept)
        try:
            ready.set()
            await asyncio.get_running_loop().create_future()
        finally:
            server.close()


async def _handle(handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await handler(reader, writer)
    except Exception:
        # The boundary of one connection: a fault in it must not reach the others.
        _log.exception("connection ended by an error")
    finally:
        writer.close()


def _bind(path: Path) -> socket.socket:
    _remove(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(str(path))
        path.chmod(SOCKET_MODE)
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"the socket {path} cannot be made: {error.strerror}") from error
    return bound


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
