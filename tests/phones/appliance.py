"""A deployed SipForge host, reached by SSH."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

SETTINGS = "/etc/sipforge/sipforge.toml"
API = "http://127.0.0.1:8080"
COMMAND_SECONDS = 200.0
SSH_FAILED = 255
"""Exit code of ssh itself, when there was no connection."""
_REDIS = (
    'REDISCLI_AUTH="$(cat /etc/sipforge/credentials/redis-password)" '
    "redis-cli --user sipforge -s /run/redis/redis-server.sock"
)
_GET = "import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1], timeout=5).read())"
_SET = """
import pathlib, re, sys
path, section, *pairs = sys.argv[1:]
path = pathlib.Path(path)
text = path.read_text()
if f"[{section}]\\n" not in text:
    text += f"\\n[{section}]\\n"
head, mark, tail = text.partition(f"[{section}]\\n")
own, bracket, rest = re.match(r"(?s)(.*?)(^\\[|\\Z)(.*)", tail, re.M).groups()
keys = {pair.partition("=")[0] for pair in pairs}
kept = [line for line in own.splitlines(True) if line.partition("=")[0].strip() not in keys]
path.write_text(head + mark + "".join(pair + "\\n" for pair in pairs) + "".join(kept) + bracket + rest)
"""


class ApplianceError(Exception):
    """The host cannot be reached, or a command on it failed."""


@dataclass(frozen=True, slots=True)
class Appliance:
    """Where the host is and how to log in to it."""

    host: str = "127.0.0.1"
    ssh_port: int = 2222
    ssh_key: Path | None = None
    ssh_user: str = "root"
    telephones: frozenset[str] = frozenset()
    """Only their calls are seen in what is in progress or left behind; those of all, where none is named."""

    @classmethod
    def from_environment(cls) -> Self:
        """By SIPFORGE_HOST, SIPFORGE_SSH_PORT, SIPFORGE_SSH_KEY and SIPFORGE_SSH_USER."""
        key = os.environ.get("SIPFORGE_SSH_KEY")
        return cls(
            host=os.environ.get("SIPFORGE_HOST", "127.0.0.1"),
            ssh_port=int(os.environ.get("SIPFORGE_SSH_PORT", "2222")),
            ssh_key=Path(key) if key else None,
            ssh_user=os.environ.get("SIPFORGE_SSH_USER", "root"),
        )

    def seen_by(self, telephones: Iterable[str]) -> Appliance:
        """The same host, of whose calls only those of some telephones are seen."""
        return replace(self, telephones=frozenset(telephones))

    def run(self, *command: str, script: str | None = None, check: bool = True) -> str:
        """Run a command on the host and return what it prints; `script` is its standard input.

        Raises:
            ApplianceError: it failed (unless `check` is off), took too long, or there was no connection.
        """
        return self._run(shlex.join(command), script, check).decode(errors="replace")

    def shell(self, line: str, check: bool = True) -> str:
        """Like `run`, for a line of shell."""
        return self._run(line, None, check).decode(errors="replace")

    def fetch(self, remote: str, local: Path) -> Path:
        """Copy a file from the host.

        Raises:
            ApplianceError: see `run`.
        """
        local.write_bytes(self._run(shlex.join(["cat", "--", remote]), None, True))
        return local

    def secret(self, extension: str) -> str:
        """A user's SIP password.

        Raises:
            ApplianceError: no such user, or see `run`.
        """
        printed = self.run("sipforge", "user", "show", extension, "--secret", "--json")
        try:
            return str(json.loads(printed)["secret"])
        except (ValueError, KeyError, TypeError) as error:
            raise ApplianceError(
                f"sipforge user show {extension} --secret --json printed no secret"
            ) from error

    def office(self) -> str:
        """The office's name, which the assistants say."""
        script = f"import tomllib; print(tomllib.load(open('{SETTINGS}', 'rb')).get('office', 'the office'))"
        return self.run("python3", "-c", script).strip()

    def get(self, url: str) -> Any:
        """JSON that a service on the host serves on its loopback address.

        Raises:
            ApplianceError: see `run`.
        """
        return json.loads(self.run("python3", "-c", _GET, url))

    def calls(self) -> list[dict[str, Any]]:
        """Assistant calls in progress."""
        found: list[dict[str, Any]] = self.get(f"{API}/calls")
        return [call for call in found if not self.telephones or call["caller"] in self.telephones]

    def asterisk(self, command: str) -> str:
        """Run a command of Asterisk's console."""
        return self.run("asterisk", "-rx", command)

    def channels(self) -> list[str]:
        """Asterisk's channels in use."""
        lines = self.asterisk("core show channels concise").splitlines()
        names = [
            line.partition("!")[0] for line in lines if "!" in line
        ]  # others are its console's own words
        own = tuple(f"PJSIP/{telephone}-" for telephone in self.telephones)
        return [name for name in names if not own or name.startswith(own)]

    def sessions(self) -> list[str]:
        """Redis keys of calls in progress."""
        keys = self.shell(f"{_REDIS} --scan --pattern 'sipforge:session:*'").split()
        if not self.telephones or not keys:
            return keys
        # A key that is gone by now is an empty line.
        values = self.shell(f"{_REDIS} MGET {shlex.join(keys)}").splitlines()
        callers = [json.loads(value).get("caller") if value else None for value in values]
        return [key for key, caller in zip(keys, callers, strict=True) if caller in self.telephones]

    def sockets(self) -> list[str]:
        """Connections of calls: Asterisk's to the orchestrator, and the orchestrator's to the bots.

        They do not say whose they are: none is seen where only some telephones are looked at.
        """
        if self.telephones:
            return []
        lines = self.shell(
            "ss -Htn state established '( sport = :9092 )' && "
            "{ ss -Hxn state established | grep ' /run/sipforge/' || true; }"
        )
        return [line for line in lines.splitlines() if line.strip()]

    def journal_cursor(self) -> str:
        """A place in the host's journal: now."""
        printed = self.run("journalctl", "-n", "0", "--show-cursor", "-o", "cat")
        return printed.rpartition("cursor: ")[2].strip()

    def journal(self, unit: str, cursor: str) -> list[str]:
        """What a service logged since `journal_cursor`."""
        lines = self.run("journalctl", "-u", unit, "-o", "cat", "--after-cursor", cursor, check=False)
        return [line for line in lines.splitlines() if line and not line.startswith("-- ")]

    @contextlib.contextmanager
    def stopped(self, unit: str) -> Iterator[None]:
        """A service stopped, and started again afterwards."""
        self.run("systemctl", "stop", unit)
        try:
            yield
        finally:
            self.run("systemctl", "start", unit)

    @contextlib.contextmanager
    def settings(self, section: str, unit: str, **values: float | str) -> Iterator[None]:
        """Other values in a section of the settings file; its service is restarted before and after."""
        pairs = [f"{key}={json.dumps(value)}" for key, value in values.items()]
        self.run("cp", "--preserve=all", SETTINGS, f"{SETTINGS}.before-test")
        try:
            self.run("python3", "-", SETTINGS, section, *pairs, script=_SET)
            self.run("systemctl", "restart", unit)
            yield
        finally:
            self.run("mv", f"{SETTINGS}.before-test", SETTINGS)
            self.run("systemctl", "restart", unit)

    def wait_idle(self, timeout_seconds: float = 10.0) -> None:
        """Wait until no call has left anything behind.

        Raises:
            ApplianceError: something is left; says what.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            left = {
                "calls": self.calls(),
                "sessions": self.sessions(),
                "channels": self.channels(),
                "sockets": self.sockets(),
            }
            found = {what: value for what, value in left.items() if value}
            if not found:
                return
            if time.monotonic() > deadline:
                raise ApplianceError(f"left behind: {found}")
            time.sleep(0.5)

    def _run(self, line: str, script: str | None, check: bool) -> bytes:
        ssh = ["ssh", "-T", "-p", str(self.ssh_port), "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"]
        # A test host is made anew, with a new key, at the same address.
        ssh += [
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-o",
            "LogLevel=ERROR",
        ]
        if self.ssh_key is not None:
            ssh += ["-i", str(self.ssh_key), "-o", "IdentitiesOnly=yes"]
        try:
            done = subprocess.run(
                [*ssh, f"{self.ssh_user}@{self.host}", line],
                input=(script or "").encode(),
                capture_output=True,
                timeout=COMMAND_SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise ApplianceError("ssh is not installed") from error
        except subprocess.TimeoutExpired as error:
            raise ApplianceError(f"{line}: took longer than {COMMAND_SECONDS:g} s") from error
        if done.returncode == SSH_FAILED:
            problem = done.stderr.decode(errors="replace").strip()
            raise ApplianceError(f"{self.ssh_user}@{self.host} port {self.ssh_port}: {problem}")
        if check and done.returncode:
            raise ApplianceError(
                f"{line}: exit {done.returncode}: {done.stderr.decode(errors='replace').strip()}"
            )
        return done.stdout
