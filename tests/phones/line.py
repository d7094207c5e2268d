"""A telephone line: one baresip, its registration, and the state of its one call."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.phones.control import ControlError, Event
from tests.phones.ear import Ear
from tests.phones.errors import CallFailed, PhoneError, PhoneTimeout, RegistrationFailed
from tests.phones.process import BaresipProcess, local_address

CODECS = {"opus": "opus/48000/2", "PCMU": "PCMU/8000/1", "PCMA": "PCMA/8000/1", "G722": "G722/16000/1"}


class State(Enum):
    """Of the phone's one call."""

    IDLE = "idle"
    CALLING = "calling"
    RINGING = "ringing"
    TALKING = "talking"
    OVER = "over"


class Line:
    """Registers, rings and answers; one call at a time."""

    def __init__(
        self,
        extension: str,
        secret: str = "",
        *,
        server: str = "127.0.0.1",
        server_port: int = 5060,
        transport: str = "udp",
        encryption: str = "",
        trusted: Path | None = None,
        codecs: tuple[str, ...] = ("PCMU",),
        auto_answer: bool = False,
        folder: Path,
    ) -> None:
        """Start the phone's process; it is not registered yet.

        Args:
            extension: user part of its address, and its authentication name.
            secret: SIP password.
            server: host name or address of the registrar.
            server_port: its SIP port.
            transport: "udp", "tcp" or "tls".
            encryption: of the sound: "srtp" takes and offers it, "srtp-mand" insists; empty for none.
            trusted: certificates of the authorities that it believes, for "tls".
            codecs: of `CODECS`, in order of preference.
            auto_answer: answer whatever rings at once.
            folder: where recordings are put; made if it does not exist.

        Raises:
            PhoneError: baresip is not there or does not start.
            KeyError: an unknown codec.
        """
        self.extension = extension
        self._server = f"{server}:{server_port}"
        self._transport = transport
        self._folder = folder
        self._changed = threading.Condition()
        self._state = State.IDLE
        self._reason = ""
        self._registration = ""
        self._peer = ""
        self._ear: Ear | None = None
        self._cursor = 0.0
        self._lost = 0
        self._calls = 0
        self._parameters = (
            f";auth_user={extension};auth_pass={secret}"
            f";audio_codecs={','.join(CODECS[codec] for codec in codecs)}"
            f";answermode={'auto' if auto_answer else 'manual'}"
            f"{f';mediaenc={encryption}' if encryption else ''}"
        )
        folder.mkdir(parents=True, exist_ok=True)
        self._baresip = BaresipProcess(extension, local_address(server), self._on_event, trusted)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def state(self) -> State:
        """Where its call stands."""
        return self._state

    @property
    def peer(self) -> str:
        """Number of who rang last, as this phone was told it; empty if nobody did."""
        return self._peer.removeprefix("sip:").partition("@")[0]

    @property
    def sip_address(self) -> str:
        """Where it can be rung without a registrar, as in "127.0.0.1:14002"."""
        return f"{local_address(self._server.rpartition(':')[0])}:{self._baresip.ports.sip}"

    @property
    def ear(self) -> Ear:
        """What is heard in the present call.

        Raises:
            PhoneError: there was no call.
        """
        if self._ear is None:
            raise PhoneError(f"{self.extension} has no call")
        return self._ear

    def register(self, timeout_seconds: float = 10.0) -> None:
        """Register, and stay registered until `close`.

        Raises:
            RegistrationFailed: refused, or no answer in time.
        """
        self._add_account("300")
        self._wait(lambda: bool(self._registration), timeout_seconds)
        if self._registration != "ok":
            reason = self._registration or "no answer"
            self._baresip.control.command("uadel", self._address)
            self._registration = ""
            raise RegistrationFailed(reason)

    def attach(self) -> None:
        """Be able to ring and be rung without a registrar."""
        self._add_account("0")

    def dial(self, number: str, timeout_seconds: float = 30.0) -> None:
        """Ring a number, or a whole `sip:` address, and wait for the answer.

        Raises:
            CallFailed: refused, busy, or not answered in time; nothing rings any more then.
        """
        self.ring(number)
        self.wait_talking(timeout_seconds)

    def ring(self, number: str) -> None:
        """Ring a number and come back at once.

        Raises:
            CallFailed: baresip would not: it has no account, or the number is no address.
        """
        with self._changed:
            self._begin(State.CALLING)
        try:
            self._baresip.control.command("dial", number if number.startswith("sip:") else self._uri(number))
        except ControlError as error:
            self._state = State.IDLE
            raise CallFailed(str(error)) from error

    def wait_ringing(self, timeout_seconds: float = 15.0) -> None:
        """Wait until somebody rings this phone.

        Raises:
            PhoneTimeout: nobody did.
        """
        if not self._wait(lambda: self._state in (State.RINGING, State.TALKING), timeout_seconds):
            raise PhoneTimeout(f"nobody rang {self.extension} within {timeout_seconds:g} s")

    def accept(self) -> None:
        """Answer the phone."""
        self._baresip.control.command("accept")
        self.wait_talking(10.0)

    def wait_talking(self, timeout_seconds: float = 15.0) -> None:
        """Wait until a call is established, whoever rang.

        Raises:
            CallFailed: it ended, or did not begin in time.
        """
        if not self._wait(lambda: self._state in (State.TALKING, State.OVER), timeout_seconds):
            with contextlib.suppress(ControlError):
                self._baresip.control.command("hangup")
            raise CallFailed(f"{self.extension}: no answer within {timeout_seconds:g} s")
        if self._state is State.OVER:
            raise CallFailed(self._reason)

    def wait_over(self, timeout_seconds: float) -> str:
        """Wait until the other side hangs up; returns the reason.

        Raises:
            PhoneTimeout: the call goes on.
        """
        if not self._wait(lambda: self._state in (State.OVER, State.IDLE), timeout_seconds):
            raise PhoneTimeout(f"{self.extension}: the call still goes on after {timeout_seconds:g} s")
        return self._reason

    def hold(self) -> None:
        """Put the call on hold."""
        self._baresip.control.command("hold")

    def resume(self) -> None:
        """Take it back."""
        self._baresip.control.command("resume")

    def transfer(self, number: str) -> None:
        """Send whom this talks with to a number (REFER), at once; when that is done, the call ends."""
        self._baresip.control.command("transfer", self._uri(number))

    def cut_off(self) -> None:
        """As without power or network: it is registered still, and answers nothing until `close`."""
        self._baresip.freeze()

    def close_call(self) -> None:
        """End the call, if there is one; its recordings stay to be collected by `finish`."""
        with contextlib.suppress(ControlError):
            if self._state in (State.CALLING, State.RINGING, State.TALKING):
                self._baresip.control.command("hangup")

    def close(self) -> None:
        """Hang up, leave the registrar, end the process; may be called twice."""
        self.close_call()
        if self._ear is not None:
            self._ear.stop()
        self._baresip.close()

    @property
    def _address(self) -> str:
        return f"sip:{self.extension}@{self._server}"

    def _uri(self, number: str) -> str:
        return f"sip:{number}@{self._server};transport={self._transport}"

    def _add_account(self, interval: str) -> None:
        self._registration = ""
        account = f"<{self._uri(self.extension)}>{self._parameters};regint={interval}"
        self._baresip.control.command("uanew", account)

    def _require_call(self) -> None:
        if self._state is not State.TALKING:
            raise CallFailed(f"{self.extension}: {self._reason or 'no call'}")

    def _wait(self, condition: Callable[[], bool], timeout_seconds: float) -> bool:
        with self._changed:
            return self._changed.wait_for(condition, timeout_seconds)

    def _begin(self, state: State) -> None:
        if self._ear is not None:
            self._ear.stop()
            for leftover in self._baresip.recordings.glob("dump-*"):
                leftover.unlink()
        self._ear = None
        self._state = state
        self._reason = ""
        self._cursor = 0.0
        self._lost = 0
        self._calls += 1

    def _listen_from_here(self) -> None:
        if self._ear is not None:
            self._ear.stop()
        self._ear = Ear(self._baresip.recordings)
        self._ear.start()

    def _on_event(self, event: Event) -> None:
        kind = event.get("type", "")
        with self._changed:
            if kind == "REGISTER_OK":
                self._registration = "ok"
            elif kind == "REGISTER_FAIL":
                self._registration = str(event.get("param", "refused"))
            elif kind == "CALL_INCOMING" and self._state in (State.IDLE, State.OVER):
                self._begin(State.RINGING)
                self._peer = str(event.get("peeruri", ""))
            elif kind == "CALL_PROGRESS" and self._ear is None:
                self._listen_from_here()  # something is said before there is an answer
            elif kind == "CALL_ESTABLISHED":
                if self._state not in (State.CALLING, State.RINGING):
                    self._begin(State.TALKING)
                self._state = State.TALKING
                self._listen_from_here()
            elif kind == "CALL_RTCP":
                self._lost = max(self._lost, int(event.get("rtcp_stats", {}).get("rx", {}).get("lost", 0)))
            elif kind == "CALL_CLOSED" and self._state is not State.IDLE:
                self._reason = str(event.get("param", ""))
                self._state = State.OVER
            self._changed.notify_all()
