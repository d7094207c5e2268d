"""baresip's `ctrl_tcp`: JSON objects in netstrings (`LENGTH:JSON,`), commands out, answers and events in."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from tests.phones.errors import PhoneError

Event = dict[str, Any]

LARGEST_MESSAGE_BYTES = 1 << 20


class ControlError(PhoneError):
    """The control connection cannot be made, broke, or a command was refused."""


def encode_netstring(payload: bytes) -> bytes:
    """`3:abc,` for `abc`."""
    return b"%d:%s," % (len(payload), payload)


def decode_netstrings(buffer: bytearray) -> list[bytes]:
    """Take the whole netstrings off the front of `buffer`.

    Raises:
        ControlError: the front is no netstring.
    """
    messages = []
    while (colon := buffer.find(b":", 0, 10)) >= 0:
        length_field = bytes(buffer[:colon])
        if not length_field.isdigit() or int(length_field) > LARGEST_MESSAGE_BYTES:
            raise ControlError(f"not a netstring: {bytes(buffer[:20])!r}")
        end = colon + 1 + int(length_field)
        if len(buffer) <= end:
            break
        messages.append(bytes(buffer[colon + 1 : end]))
        del buffer[: end + 1]
    else:
        if len(buffer) >= 10:
            raise ControlError(f"not a netstring: {bytes(buffer[:20])!r}")
    return messages


class Control:
    """One connection to one baresip. Events reach `on_event` on the connection's own thread."""

    def __init__(self, port: int, on_event: Callable[[Event], None], timeout_seconds: float = 10.0) -> None:
        self._socket = _connect(port, timeout_seconds)
        self._on_event = on_event
        self._answered = threading.Condition()
        self._responses: dict[str, Event] = {}
        self._tokens = 0
        self._open = True
        self._thread = threading.Thread(target=self._read, name=f"baresip-control-{port}", daemon=True)
        self._thread.start()

    def command(self, name: str, params: str = "", timeout_seconds: float = 5.0) -> str:
        """Run a command and return what baresip prints.

        Raises:
            ControlError: refused, no answer in time, or the connection is gone.
        """
        with self._answered:
            self._tokens += 1
            token = str(self._tokens)
        message = json.dumps({"command": name, "params": params, "token": token}).encode()
        try:
            self._socket.sendall(encode_netstring(message))
        except OSError as error:
            raise ControlError(f"{name}: baresip is gone: {error}") from error
        with self._answered:
            self._answered.wait_for(lambda: token in self._responses or not self._open, timeout_seconds)
            response = self._responses.pop(token, None)
        if response is None:
            raise ControlError(f"{name}: no answer from baresip")
        if not response.get("ok"):
            raise ControlError(f"{name}: {str(response.get('data', '')).strip()}")
        return str(response.get("data", ""))

    def close(self) -> None:
        """Close the connection; its thread ends."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=2.0)

    def _read(self) -> None:
        buffer = bytearray()
        try:
            while received := self._socket.recv(65536):
                buffer += received
                for message in decode_netstrings(buffer):
                    self._take(json.loads(message.decode("utf-8", errors="replace")))
        except (OSError, ControlError, json.JSONDecodeError):
            pass  # the connection is of no more use; commands that wait are told so below
        finally:
            with self._answered:
                self._open = False
                self._answered.notify_all()

    def _take(self, message: Event) -> None:
        if message.get("event"):
            self._on_event(message)
        elif message.get("response"):
            with self._answered:
                self._responses[str(message.get("token"))] = message
                self._answered.notify_all()


def _connect(port: int, timeout_seconds: float) -> socket.socket:
    deadline = time.monotonic() + timeout_seconds
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=1.0)
            connection.settimeout(None)
            return connection
        except OSError as error:
            if time.monotonic() > deadline:
                raise ControlError(f"baresip does not listen on 127.0.0.1:{port}") from error
            time.sleep(0.05)
