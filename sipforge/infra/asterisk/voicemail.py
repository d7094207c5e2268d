"""Voicemail on the host, as far as the monitor may see it: its room, and whether mail goes out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sipforge.core.asterisk.mailbox_room import ALL
from sipforge.core.office.extensions import is_user

_WORDS_BYTES = 300


def free_bytes(mailboxes: Path) -> Mapping[str, int]:
    """What is free for Asterisk where mailboxes are, and in each mailbox that there is.

    Args:
        mailboxes: their folder, such as /var/spool/asterisk/voicemail/default.

    Returns:
        `ALL` → of the folder itself; extension → of its mailbox, whatever file system that is on. Nothing at
        all where the folder cannot be seen; what has gone meanwhile is left out.
    """
    try:
        names = sorted(folder.name for folder in mailboxes.iterdir() if is_user(folder.name))
    except OSError:
        return {}
    found = {}
    for name, folder in [(ALL, mailboxes), *((name, mailboxes / name) for name in names)]:
        try:
            place = os.statvfs(folder)
        except OSError:
            continue
        # What root alone may use does not count: Asterisk is not root. Without an inode there is no new file.
        has_inodes = not place.f_files or place.f_favail > 0
        found[name] = place.f_bavail * place.f_frsize if has_inodes else 0
    return found


def mail_trouble(file: Path) -> str:
    """Why mail did not go out when it was last tried; empty: it did, or never was.

    Args:
        file: where send-voicemail writes it, such as /run/asterisk/mail-failed; gone once mail goes out.
    """
    try:
        with file.open("rb") as content:
            words = content.read(_WORDS_BYTES).decode(errors="replace")
    except OSError:
        return ""
    return " ".join(words.split()) or "msmtp failed"
