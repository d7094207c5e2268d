"""A SIP telephone by hand, for what baresip does not do: every way of hold, REFER, keys as INFO, silence.

It only rings others: an INVITE with a password (RFC 3261, RFC 8760's MD5), and what follows in its dialog.
"""

from __future__ import annotations

import contextlib
import hashlib
import queue
import re
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from tests.phones.errors import CallFailed, PhoneTimeout
from tests.phones.process import local_address
from tests.phones.rtp import EVENT_TYPE, Sound

_AGAIN_SECONDS = (0.5, 1.0, 2.0, 4.0)
"""When a request is sent again (RFC 3261, 17.1.2.2: T1 and its doubles)."""


class HandPhone:
    """One telephone with one call."""

    def __init__(
        self,
        extension: str,
        secret: str,
        *,
        server: str = "127.0.0.1",
        port: int = 5060,
        hidden: bool = False,
    ) -> None:
        """Open its ports.

        Args:
            extension: user part of its address, and its authentication name.
            secret: SIP password.
            server: address of the host.
            port: its SIP port.
            hidden: whether it calls as nobody (RFC 3323), and proves who it is by its password alone.
        """
        self.extension = extension
        self._from = "sip:anonymous@anonymous.invalid" if hidden else f"sip:{extension}@{server}"
        self._secret = secret
        self._server = (server, port)
        self._address = local_address(server)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self._address, 0))
        self._socket.settimeout(0.1)
        self._port = self._socket.getsockname()[1]
        self.sound = Sound(self._address)
        self._call_id, self._tag = uuid4().hex, uuid4().hex[:10]
        self._target, self._to = "", ""
        self._sequence = 0
        self._sdp_version = 0
        self._media = ("sendrecv", self._address)
        self._answers: dict[str, queue.Queue[str]] = {}
        self.notified: list[str] = []
        """What NOTIFYs said: status lines of a REFER's progress (RFC 3515), or what was subscribed to."""
        self.asked: list[str] = []
        """Methods of the other side's requests in the call."""
        self.progress: list[tuple[float, int]] = []
        """When each answer to its INVITE came, and its status."""
        self._dialling: threading.Thread | None = None
        self._invite = ""
        self.over = threading.Event()
        """The other side has hung up."""
        self._open = True
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def dial(self, number: str) -> None:
        """Ring, and wait for the answer; what is said before it is heard.

        Raises:
            CallFailed: refused.
        """
        self._target = f"sip:{number}@{self._server[0]}:{self._server[1]}"
        self._to = f"<{self._target}>"
        answer = self._request("INVITE", self._sdp(), seconds=40.0)
        if _status(answer) != 200:
            self.over.set()
            raise CallFailed(_line(answer))
        self._to = _header(answer, "To")
        contact = re.search(r"<([^>]+)>", _header(answer, "Contact"))
        self._target = contact.group(1) if contact else self._target
        self._send(self._message("ACK", self._sequence))

    def ring(self, number: str) -> None:
        """Ring, and come back at once; `progress` says what became of it."""

        def dial() -> None:
            with contextlib.suppress(CallFailed, PhoneTimeout):
                self.dial(number)

        self._dialling = threading.Thread(target=dial, daemon=True)
        self._dialling.start()

    def wait_status(self, status: int, timeout_seconds: float) -> None:
        """Wait until an INVITE is answered by that.

        Raises:
            PhoneTimeout: it was not.
        """
        self._until(
            lambda: status in [one for _, one in self.progress], timeout_seconds, f"no {status} to an INVITE"
        )

    def cancel(self) -> None:
        """Ring no longer."""
        if self._dialling is not None and self._dialling.is_alive():
            self._send(self._message("CANCEL", self._sequence, branch=self._invite))
            self._dialling.join()

    def hold(self, direction: str, address: str = "") -> None:
        """Put the call on hold, by `a=direction` or an address of 0.0.0.0; nothing is sent from here on."""
        self._offer(direction, address or self._address)
        self.sound.mute = True

    def resume(self) -> None:
        """Take the call back."""
        self.sound.mute = False
        self._offer("sendrecv", self._address)

    def refer(self, number: str, replaces: HandPhone | None = None) -> int:
        """Transfer whom this talks with; the status of the answer (202: taken).

        Args:
            number: whom to.
            replaces: the telephone's other call, with `number`, that the transfer completes (RFC 3891).
        """
        to = f"sip:{number}@{self._server[0]}:{self._server[1]}"
        if replaces is not None:
            tags = f"{replaces._call_id};to-tag={_tag(replaces._to)};from-tag={replaces._tag}"
            to += f"?Replaces={urllib.parse.quote(tags)}"
        extra = (f"Refer-To: <{to}>", f"Referred-By: <{self._from}>")
        return _status(self._request("REFER", extra=extra))

    def subscribe(self, number: str, event: str, accept: str, seconds: int = 120) -> int:
        """Ask to be told of what goes on at a number (RFC 6665), by a telephone that makes no call.

        What comes is in `notified`.

        Args:
            number: whose.
            event: the event package, such as message-summary (RFC 3842) or dialog (RFC 4235).
            accept: the type of what is told.
            seconds: for how long.

        Returns:
            The status of the answer.
        """
        self._target = f"sip:{number}@{self._server[0]}:{self._server[1]}"
        self._to = f"<{self._target}>"
        extra = (f"Event: {event}", f"Accept: {accept}", f"Expires: {seconds}")
        status = _status(self._request("SUBSCRIBE", extra=extra))
        # There is no call to be hung up.
        self._to = ""
        return status

    def wait_notified(self, words: str, timeout_seconds: float = 10.0) -> None:
        """Wait until the last that was told has these words.

        Raises:
            PhoneTimeout: it has not.
        """
        self._until(
            lambda: bool(self.notified) and words in self.notified[-1], timeout_seconds, f"not told: {words}"
        )

    def press_info(self, key: str, milliseconds: int = 160) -> None:
        """A key as SIP INFO (application/dtmf-relay)."""
        body = f"Signal={key}\r\nDuration={milliseconds}\r\n"
        self._request("INFO", body, extra=("Content-Type: application/dtmf-relay",))

    def press_both(self, key: str) -> None:
        """A key as some telephones send it: as an RTP event and as INFO."""
        self.sound.press(key)
        self.press_info(key)

    def say(self, wav: Path) -> None:
        """Say a recording, to its end."""
        time.sleep(self.sound.say(wav))

    def wait_reply(self, timeout_seconds: float = 20.0, quiet_seconds: float = 1.2) -> None:
        """Wait for sound, and for its end.

        Raises:
            PhoneTimeout: none came, or it did not end.
        """
        begun = time.monotonic()
        self._until(lambda: self.sound.loud_since(begun) > 0.2, timeout_seconds, "no sound")
        self._until(lambda: self.sound.quiet_seconds() > quiet_seconds, 60.0, "no end of sound")

    def hangup(self) -> None:
        """End the call, unless it is over."""
        if self._to and not self.over.is_set():
            self.over.set()
            with contextlib.suppress(PhoneTimeout):
                self._request("BYE")

    def close(self) -> None:
        """Hang up and stop."""
        self.cancel()
        self.hangup()
        self._open = False
        self._thread.join()
        self.sound.close()
        self._socket.close()

    def _hear(self, answer: str) -> None:
        """Connect the sound, if the answer says where to."""
        address = re.search(r"^c=IN IP4 (\S+)", answer, re.MULTILINE)
        media = re.search(r"^m=audio (\d+)", answer, re.MULTILINE)
        if address and media and self.sound.target is None:
            self.sound.start((address.group(1), int(media.group(1))))

    def _until(self, condition: Callable[[], bool], timeout_seconds: float, otherwise: str) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            if time.monotonic() > deadline:
                raise PhoneTimeout(f"{self.extension}: {otherwise} within {timeout_seconds:g} s")
            time.sleep(0.05)

    def _offer(self, direction: str, address: str) -> None:
        self._media = (direction, address)
        answer = self._request("INVITE", self._sdp())
        if _status(answer) != 200:
            raise CallFailed(_line(answer))
        self._send(self._message("ACK", self._sequence))

    def _sdp(self) -> str:
        self._sdp_version += 1
        direction, address = self._media
        lines = (
            "v=0",
            f"o=- 1 {self._sdp_version} IN IP4 {self._address}",
            "s=-",
            f"c=IN IP4 {address}",
            "t=0 0",
            f"m=audio {self.sound.port} RTP/AVP 0 {EVENT_TYPE}",
            f"a=rtpmap:{EVENT_TYPE} telephone-event/8000",
            f"a=fmtp:{EVENT_TYPE} 0-15",
            f"a={direction}",
        )
        return "".join(line + "\r\n" for line in lines)

    def _message(
        self, method: str, sequence: int, body: str = "", extra: tuple[str, ...] = (), branch: str = ""
    ) -> str:
        typed = not body or any("Content-Type" in line for line in extra)
        kind = () if typed else ("Content-Type: application/sdp",)
        lines = (
            f"{method} {self._target} SIP/2.0",
            f"Via: SIP/2.0/UDP {self._address}:{self._port};rport;branch={branch or f'z9hG4bK{uuid4().hex}'}",
            "Max-Forwards: 70",
            f"From: <{self._from}>;tag={self._tag}",
            f"To: {self._to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {sequence} {method}",
            f"Contact: <sip:{self.extension}@{self._address}:{self._port}>",
            "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, NOTIFY, REFER, INFO, SUBSCRIBE",
            *extra,
            *kind,
            f"Content-Length: {len(body)}",
        )
        return "\r\n".join(lines) + "\r\n\r\n" + body

    def _request(
        self, method: str, body: str = "", extra: tuple[str, ...] = (), seconds: float = 10.0
    ) -> str:
        """Send a request, with the password if it is asked for; its final answer."""
        for _ in range(2):
            self._sequence += 1
            answer = self._ask(self._message(method, self._sequence, body, extra), seconds)
            if method == "INVITE" and _status(answer) >= 300:
                # An ACK of a refusal is part of the same transaction (17.1.1.3).
                self._send(self._message("ACK", self._sequence, branch=_branch(answer)))
            if _status(answer) != 401:
                return answer
            extra = (*extra, self._authorization(method, _header(answer, "WWW-Authenticate")))
        return answer

    def _ask(self, message: str, seconds: float) -> str:
        branch = _branch(message)
        if message.startswith("INVITE"):
            self._invite = branch
        answers = self._answers.setdefault(branch, queue.Queue())
        deadline, again = time.monotonic() + seconds, list(_AGAIN_SECONDS)
        self._send(message)
        while (left := deadline - time.monotonic()) > 0:
            try:
                answer = answers.get(timeout=min(left, again[0]) if again else left)
            except queue.Empty:
                if again:
                    again.pop(0)
                    self._send(message)
                continue
            if message.startswith("INVITE"):
                self.progress.append((time.monotonic(), _status(answer)))
                self._hear(answer)
            if _status(answer) >= 200:
                return answer
            again.clear()
        raise PhoneTimeout(f"{self.extension}: no answer to {message.partition(' ')[0]}")

    def _authorization(self, method: str, challenge: str) -> str:
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        digest = lambda text: hashlib.md5(text.encode()).hexdigest()  # noqa: E731
        first = digest(f"{self.extension}:{given['realm']}:{self._secret}")
        second = digest(f"{method}:{self._target}")
        tail = f"00000001:{self._tag}:auth:" if "qop" in given else ""
        response = digest(f"{first}:{given['nonce']}:{tail}{second}")
        fields = f'username="{self.extension}", realm="{given["realm"]}", nonce="{given["nonce"]}"'
        fields += f', uri="{self._target}", response="{response}", algorithm=MD5'
        if "opaque" in given:
            fields += f', opaque="{given["opaque"]}"'
        if tail:
            fields += f', qop=auth, nc=00000001, cnonce="{self._tag}"'
        return f"Authorization: Digest {fields}"

    def _send(self, message: str) -> None:
        self._socket.sendto(message.encode(), self._server)

    def _read(self) -> None:
        while self._open:
            with contextlib.suppress(OSError):
                message = self._socket.recv(65536).decode(errors="replace")
                if message.startswith("SIP/2.0"):
                    self._answers.setdefault(_branch(message), queue.Queue()).put(message)
                else:
                    self._answer(message)

    def _answer(self, request: str) -> None:
        """Whatever the other side asks in the call is done."""
        method = request.partition(" ")[0]
        if method == "ACK":
            return
        self.asked.append(method)
        body = self._sdp() if method == "INVITE" else ""
        copied = [line for line in request.split("\r\n") if re.match(r"(Via|From|To|Call-ID|CSeq):", line)]
        lines = ["SIP/2.0 200 OK", *copied, f"Contact: <sip:{self.extension}@{self._address}:{self._port}>"]
        lines += ["Content-Type: application/sdp"] if body else []
        self._send("\r\n".join([*lines, f"Content-Length: {len(body)}"]) + "\r\n\r\n" + body)
        if method == "NOTIFY":
            self.notified.append(request.partition("\r\n\r\n")[2].strip())
        elif method == "BYE":
            self.over.set()


def _line(message: str) -> str:
    return message.partition("\r\n")[0].removeprefix("SIP/2.0 ")


def _status(answer: str) -> int:
    return int(_line(answer).partition(" ")[0])


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}:\s*(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found.group(1) if found else ""


def _branch(message: str) -> str:
    found = re.search(r"branch=([^;\s]+)", _header(message, "Via"))
    return found.group(1) if found else ""


def _tag(address: str) -> str:
    found = re.search(r"tag=([^;>\s]+)", address)
    return found.group(1) if found else ""
