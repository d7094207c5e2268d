"""The world outside: a real Asterisk, from the test host's own tree, as a carrier in a network of its own.

    office = Account("office", "secret", numbers=("+250788100200",))
    with Carrier([office], [Subscriber("+250788555001", "word")]) as carrier:
        ...                                  # the appliance gets a trunk to carrier.address
        carrier.wait_registered("office")
        phone = Phone("+250788555001", "word", server=carrier.address, folder=...)  # a telephone outside
        carrier.place("+250788100200", caller="+250788555009", times=20)            # calls without one
        carrier.called()                     # what the office rang

What a number does when the office rings it is said by its last digits: see `configuration`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from tests.phones.audio import read_wav, resample, write_wav
from tests.phones.carrier.configuration import (
    CERTIFICATE,
    EARLY,
    ECHO,
    KEY,
    RINGS,
    SILENT,
    SPEECH,
    Account,
    Subscriber,
    files,
)
from tests.phones.carrier.network import Cable, CarrierError, addresses, host_root
from tests.phones.carrier.seen import Called, Placed, Seen
from tests.phones.speech import english

__all__ = [
    "EARLY",
    "ECHO",
    "RINGS",
    "SAYS",
    "SILENT",
    "SPEECH",
    "Account",
    "Called",
    "Carrier",
    "CarrierError",
    "Placed",
    "Subscriber",
]

SAYS = "Good afternoon, this is a telephone outside of the office."
"""What `SPEECH` says, again and again."""
USER = "asterisk"
"""Whose rights it has on the test host."""
START_SECONDS = 30.0
POLL_SECONDS = 0.1


class Carrier:
    """A carrier, which runs from `with` to its end; two may run at once."""

    def __init__(
        self, accounts: Sequence[Account], subscribers: Sequence[Subscriber] = (), *, number: int = 0
    ) -> None:
        """Nothing is started yet; `address` and `office_address`, the appliance's as it sees it, are known.

        Args:
            accounts: the offices that it knows; those that do not register need no contact.
            subscribers: telephones outside.
            number: of the carrier among those at once, from 0; it decides the address.
        """
        self.office_address, self.address = addresses(number)
        self._accounts, self._subscribers, self._number = tuple(accounts), tuple(subscribers), number
        self._folder = f"/run/sipforge-carrier-{number}-{uuid4().hex[:8]}"

    def __enter__(self) -> Self:
        self._root = host_root()
        self._seen = Seen(self._local("seen"))
        try:
            self._prepare()
            command = ["/usr/sbin/asterisk", "-f", "-C", f"{self._folder}/asterisk.conf"]
            self._cable = Cable(self._number, self._root, USER, command)
            self._until(self._is_up, START_SECONDS, "it does not start")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it and remove all that it wrote; may be called twice."""
        if hasattr(self, "_cable"):
            self._cable.close()
        shutil.rmtree(self._local(""), ignore_errors=True)

    def ask(self, command: str) -> str:
        """What a command of its console prints."""
        console = ("/usr/sbin/asterisk", "-C", f"{self._folder}/asterisk.conf", "-rx")
        return self._in_host(*console, command, check=False)

    def log(self) -> str:
        """What it complained of."""
        path = self._local("messages.log")
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def registered(self, user: str) -> bool:
        """Whether an office, or a telephone, is registered."""
        return f"{user}/sip:" in self.ask("pjsip show contacts")

    def wait_registered(self, user: str, timeout_seconds: float = 20.0) -> None:
        """Wait until it is.

        Raises:
            CarrierError: it is not.
        """
        self._until(lambda: self.registered(user), timeout_seconds, f"{user} has not registered")

    def channels(self) -> int:
        """How many of its channels are in use."""
        return sum("!" in line for line in self.ask("core show channels concise").splitlines())

    def hangup(self) -> None:
        """End all calls, from this side."""
        self.ask("channel request hangup all")

    def place(
        self,
        number: str,
        *,
        account: str = "",
        caller: str = "",
        hidden: bool = False,
        times: int = 1,
        then: str = SPEECH,
    ) -> str:
        """Ring the office, without a telephone, and come back at once.

        Args:
            number: of the office, or whatever else shall stand in the request.
            account: the office; empty: the one that has the number, or the first.
            caller: the number that is shown; empty: none.
            hidden: whether the caller does not want it shown.
            times: how many calls at once.
            then: what is done when the office answers: SPEECH, ECHO or SILENT.

        Returns:
            A name for `placed`.
        """
        tag = uuid4().hex[:12]
        variables = {"TO": number, "FROM": caller, "HIDDEN": int(hidden), "TAG": tag}
        owners = [one.user for one in self._accounts if number in one.numbers]
        variables["ACCOUNT"] = account or (*owners, self._accounts[0].user)[0]
        lines = [
            "Channel: Local/s@placed/n",
            "WaitTime: 120",
            "Context: ends",
            f"Extension: {then}",
            "Priority: 1",
        ]
        text = "\n".join([*lines, *(f"Setvar: {name}={value}" for name, value in variables.items()), ""])
        made = [self._local(f"{tag}-{index}") for index in range(times)]
        for path in made:
            path.write_text(text, encoding="utf-8")
            shutil.copystat(self._seen.path, path)
            os.chown(path, self._seen.path.stat().st_uid, -1)
        for path in made:
            path.rename(self._local("outgoing") / path.name)
        return tag

    def placed(self, tag: str) -> list[Placed]:
        """Those of the calls of one `place` that are over."""
        return self._seen.placed(tag)

    def wait_placed(self, tag: str, times: int = 1, timeout_seconds: float = 60.0) -> list[Placed]:
        """Wait until that many of them are over.

        Raises:
            CarrierError: they are not.
        """
        self._until(lambda: len(self.placed(tag)) >= times, timeout_seconds, f"not {times} calls are over")
        return self.placed(tag)

    def called(self, number: str = "") -> list[Called]:
        """The offices' calls so far, of one number or of all."""
        return self._seen.called(number)

    def wait_called(self, number: str = "", times: int = 1, timeout_seconds: float = 15.0) -> list[Called]:
        """Wait until that many came.

        Raises:
            CarrierError: they did not.
        """
        what = f"the office has not rung {number or 'anybody'} {times} times"
        self._until(lambda: len(self.called(number)) >= times, timeout_seconds, what)
        return self.called(number)

    def forget(self) -> None:
        """Forget what was seen."""
        self._seen.forget()

    @contextlib.contextmanager
    def silent(self) -> Iterator[None]:
        """It answers nothing at all, as if the line were cut; then it goes on."""
        os.kill(self._cable.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self._cable.pid, signal.SIGCONT)

    def reconfigure(self, accounts: Sequence[Account]) -> None:
        """Know other offices from here on."""
        self._accounts = tuple(accounts)
        self._write_files()
        self.ask("module reload res_pjsip.so")
        self.ask("dialplan reload")

    def _local(self, name: str) -> Path:
        """A file of its folder, as this machine reaches it."""
        return self._root / self._folder.lstrip("/") / name

    def _prepare(self) -> None:
        self._local("outgoing").mkdir(parents=True)
        self._write_files()
        self._seen.forget()
        samples, rate_hz = read_wav(english(SAYS, "rms"))
        write_wav(self._local("speech.wav"), resample(samples, rate_hz, 8000), 8000)
        new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=carrier"
        name = ("-addext", f"subjectAltName=IP:{self.address}")
        pair = ("-out", f"{self._folder}/{CERTIFICATE}", "-keyout", f"{self._folder}/{KEY}")
        self._in_host("openssl", *new.split(), *name, *pair)
        self._in_host("chown", "-R", f"{USER}:", self._folder)

    def _write_files(self) -> None:
        modules = next((self._root / "usr/lib").glob("*/asterisk/modules"), None)
        if modules is None:
            raise CarrierError("the test host has no Asterisk")
        inside = f"/{modules.relative_to(self._root)}"
        for name, text in files(
            self._folder, inside, self.address, self.office_address, self._accounts, self._subscribers
        ).items():
            self._local(name).write_text(text, encoding="utf-8")

    def _in_host(self, *command: str, check: bool = True) -> str:
        line = ["chroot", str(self._root), *command]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60.0, check=False)
        if check and done.returncode:
            raise CarrierError(f"{command[0]}: {done.stderr.strip()}")
        return done.stdout

    def _is_up(self) -> bool:
        if not self._cable.alive:
            raise CarrierError(f"carrier {self._number} ended: {self.log() or 'no log'}")
        return "fully booted" in self.ask("core waitfullybooted")

    def _until(self, condition: Callable[[], bool], timeout_seconds: float, otherwise: str) -> None:
        deadline = time.monotonic() + timeout_seconds
        while not condition():
            if time.monotonic() > deadline:
                raise CarrierError(f"carrier {self._number}: {otherwise} within {timeout_seconds:g} s")
            time.sleep(POLL_SECONDS)
