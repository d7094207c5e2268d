"""The office's mail server, as far as voicemail needs one: what it is given (RFC 5321) is kept."""

from __future__ import annotations

import queue
import socketserver
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

PORT = 2525
"""Where the office of the tests has its mail server (molecule/default/host_vars)."""


class _Talk(socketserver.StreamRequestHandler):
    """One client; every recipient is known here, and mail is taken without a password."""

    def handle(self) -> None:
        self._say("220 mail.example")
        while words := self.rfile.readline(1000).split():
            command = words[0].upper()
            if command == b"QUIT":
                self._say("221 bye")
                return
            if command == b"DATA":
                self._say("354 go on")
                assert isinstance(self.server, MailServer)
                self.server.take(self._content())
            self._say("250 fine")

    def _content(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """Use as a context manager."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = PORT) -> None:
        super().__init__(("127.0.0.1", port), _Talk)
        self._taken: queue.Queue[EmailMessage] = queue.Queue()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)

    def take(self, content: bytes) -> None:
        """Keep a mail."""
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self._taken.put(message)

    def wait(self, timeout_seconds: float) -> EmailMessage:
        """The next mail.

        Raises:
            queue.Empty: none came in time.
        """
        return self._taken.get(timeout=timeout_seconds)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()
