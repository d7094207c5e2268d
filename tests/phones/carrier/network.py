"""A network namespace with one program of the test host's own tree in it, and a cable from there to the host.

The program is the host's, run beside it: its root is the host's tree, its network a namespace of its own. The
one cable there (a veth pair) ends in the network of whoever starts it, which is the host's. The namespace has
no name and no other owner: when the program ends, however that comes, namespace, cable and addresses go, too.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.phones.errors import PhoneError

NETWORK = "198.18.0"
"""For tests of networks, and routed nowhere (RFC 2544); each cable takes four addresses."""
END_SECONDS = 5.0


class CarrierError(PhoneError):
    """The carrier cannot be started, or did not do what it was told."""


def host_root() -> Path:
    """The test host's tree, as seen from this machine.

    Raises:
        CarrierError: the host is none of this machine's, or is not up.
    """
    key = os.environ.get("SIPFORGE_SSH_KEY", "")
    try:
        boot = Path(key).with_name("process").read_text(encoding="utf-8").split()[0]
        # systemd-nspawn's child is the host's init.
        init = Path(f"/proc/{boot}/task/{boot}/children").read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError) as error:
        raise CarrierError("the carrier runs in a test host of this machine, and none is up") from error
    return Path(f"/proc/{init}/root")


def addresses(number: int) -> tuple[str, str]:
    """Of the near and the far end of a cable."""
    return f"{NETWORK}.{4 * number + 1}", f"{NETWORK}.{4 * number + 2}"


class Cable:
    """A program at the far end of a cable; `close` ends it and takes the cable away."""

    def __init__(self, number: int, root: Path, user: str, command: Sequence[str]) -> None:
        """Lay the cable, and start the program.

        Args:
            number: of the cable, from 0; no two at once have the same.
            root: the program's root folder.
            user: whose rights it gets, by the accounts under `root`.
            command: the program.

        Raises:
            CarrierError: not without root's rights, or the number is taken.
        """
        self._near_end = ""
        # The program waits for its network: it binds the address of its end. Should the caller be killed
        # outright, the kernel ends it; it forgets that wish when the user changes, so it is told again.
        rights = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--pdeathsig", "KILL"]
        waiting = ["sh", "-c", 'read -r go && exec "$@" <&-', "sh"]
        self._process = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL", "unshare", "--net", "chroot", str(root)),
                *waiting,
                *rights,
                *command,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._lay(f"sipforge-carr{number}", *addresses(number))
            assert self._process.stdin is not None
            self._process.stdin.write(b"go\n")
            self._process.stdin.close()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Of the program."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the program runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it; may be called twice."""
        if self.alive:
            self._process.terminate()
            try:
                self._process.wait(timeout=END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._near_end:
            # The kernel takes it away by and by; its name must be free for the next.
            subprocess.run(["ip", "link", "delete", self._near_end], capture_output=True, check=False)
            self._near_end = ""

    def _lay(self, name: str, near: str, far: str) -> None:
        inside = ["nsenter", f"--net=/proc/{self.pid}/ns/net", "ip"]
        own = Path("/proc/self/ns/net").readlink()
        # `unshare` has not happened yet when its process has just begun.
        while self.alive and Path(f"/proc/{self.pid}/ns/net").readlink() == own:
            pass
        for line in (
            ["ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", str(self.pid)],
            ["ip", "address", "add", f"{near}/30", "dev", name],
            ["ip", "link", "set", name, "up"],
            [*inside, "address", "add", f"{far}/30", "dev", "eth0"],
            [*inside, "link", "set", "eth0", "up"],
            [*inside, "link", "set", "lo", "up"],
        ):
            done = subprocess.run(line, capture_output=True, text=True, check=False)
            if done.returncode:
                raise CarrierError(f"{' '.join(line)}: {done.stderr.strip()}")
            self._near_end = name
