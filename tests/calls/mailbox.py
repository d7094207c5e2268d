"""Mailboxes on the host, and what callers have left there."""

from __future__ import annotations

from pathlib import Path

from tests.calls.telephones import CALLER, OPERATOR
from tests.phones.appliance import Appliance


def inbox(extension: str) -> str:
    """The folder of a user's new messages."""
    return f"/var/spool/asterisk/voicemail/default/{extension}/INBOX"


OPERATORS = inbox(OPERATOR)


def messages(appliance: Appliance) -> set[str]:
    """Those of this process's caller in the operator's mailbox."""
    told = f"grep -l 'callerid=.*<{CALLER}>' {OPERATORS}/*.txt 2>/dev/null"
    return {Path(name).with_suffix(".wav").name for name in appliance.shell(told, check=False).split()}
