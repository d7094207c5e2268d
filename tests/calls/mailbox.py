"""Mailboxes on the host, what callers have left there, and what the host says of them."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from tests.calls.telephones import CALLER, OPERATOR
from tests.phones.appliance import Appliance

MAILBOXES = "/var/spool/asterisk/voicemail/default"


def inbox(extension: str) -> str:
    """The folder of a user's new messages."""
    return f"{MAILBOXES}/{extension}/INBOX"


OPERATORS = inbox(OPERATOR)


def messages(appliance: Appliance) -> set[str]:
    """Those of this process's caller in the operator's mailbox."""
    told = f"grep -l 'callerid=.*<{CALLER}>' {OPERATORS}/*.txt 2>/dev/null"
    return {Path(name).with_suffix(".wav").name for name in appliance.shell(told, check=False).split()}


def status(appliance: Appliance) -> list[str]:
    """What `sipforge status` says is not well."""
    found: list[str] = json.loads(appliance.run("sipforge", "--json", "status", check=False))["problems"]
    return found


def wait_status(appliance: Appliance, words: str, timeout_seconds: float = 15.0) -> None:
    """Wait until the status tells of a problem in these words; "": of none."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        found = status(appliance)
        if any(words in problem for problem in found) if words else not found:
            return
        assert time.monotonic() < deadline, found
        time.sleep(1.0)


@contextlib.contextmanager
def small_disk(appliance: Appliance, extension: str, size: str) -> Iterator[None]:
    """A mailbox on a file system of its own."""
    folder = f"{MAILBOXES}/{extension}"
    appliance.run("install", "-d", "-o", "asterisk", "-g", "asterisk", "-m", "750", folder)
    appliance.run(
        "mount", "-t", "tmpfs", "-o", f"size={size},mode=750,uid=asterisk,gid=asterisk", "x", folder
    )
    try:
        yield
    finally:
        appliance.run("umount", "--lazy", folder)
