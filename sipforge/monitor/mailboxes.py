"""Whether there is room for messages, and whether mail goes out with them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from sipforge.core.asterisk.mailbox_room import ALL, variable, without_room
from sipforge.monitor.subjects import Finding, Variables
from sipforge.monitor.telemetry import Telemetry

_log = logging.getLogger(__name__)

LOST_EVENT: Final = "SipForgeMessageLost"
"""The dialplan's user event about a message that was not written to its end."""


class MailboxRoom:
    """Keeps Asterisk from taking a message that there is no room for: the caller is told instead."""

    name = "mailboxes"

    def __init__(
        self,
        free_bytes: Callable[[], Mapping[str, int]],
        least_megabytes: int,
        variables: Variables,
        telemetry: Telemetry,
    ) -> None:
        """Look at nothing yet.

        Args:
            free_bytes: what is free, by mailbox (`sipforge.infra.asterisk.voicemail`); may take its time.
            least_megabytes: what must be free for a mailbox to take messages.
            variables: where Asterisk is told.
            telemetry: shows how many are full.
        """
        self._free_bytes = free_bytes
        self._least_megabytes = least_megabytes
        self._variables = variables
        self._telemetry = telemetry
        self._full: frozenset[str] = frozenset()
        self._is_seen = True

    async def look(self) -> None:
        """Take one look."""
        # A file system of a network may not answer.
        free = await asyncio.to_thread(self._free_bytes)
        self._is_seen = ALL in free
        full = without_room(free, self._least_megabytes)
        for mailbox in sorted(full - self._full):
            _log.warning(
                "no room for messages: they are refused, and callers told",
                extra={"mailbox": mailbox, "free_bytes": free[mailbox]},
            )
        for mailbox in sorted(self._full - full):
            _log.info("room for messages again", extra={"mailbox": mailbox})
        for mailbox in {*free, *full, *self._full}:
            self._variables.want(variable(mailbox), "yes" if mailbox in full else "")
        self._full = full
        self._telemetry.mailboxes_full(len(full))

    def finding(self) -> Finding:
        """What it showed."""
        if not self._is_seen:
            unseen = "the folder of the mailboxes cannot be seen, nor whether there is room for messages"
            return Finding("unknown", (unseen,))
        least, full = f"less than {self._least_megabytes} MB free", sorted(self._full)
        if ALL in self._full:
            return Finding({"full": full}, (f"no mailbox takes messages: {least}",))
        return Finding({"full": full}, tuple(f"mailbox {box} takes no messages: {least}" for box in full))


class LostMessages:
    """Messages that were not written to their end: the disk, or Asterisk, failed in their midst."""

    name = "messages_lost"

    def __init__(
        self, telemetry: Telemetry, clock: Callable[[], float], shown_seconds: float = 3600.0
    ) -> None:
        """Shown for `shown_seconds` by `clock`, which is monotonic."""
        self._telemetry = telemetry
        self._clock = clock
        self._shown_seconds = shown_seconds
        self._last: dict[str, float] = {}

    def on_event(self, event: Mapping[str, str]) -> None:
        """Take in one event; those of other kinds change nothing."""
        if event.get("Event") != "UserEvent" or event.get("UserEvent") != LOST_EVENT:
            return
        mailbox = event.get("Mailbox", "")[:16]
        self._telemetry.message_lost()
        self._last[mailbox] = self._clock()
        _log.error("a message was not kept: its caller was cut off", extra={"mailbox": mailbox})

    async def look(self) -> None:
        """Take one look."""
        now = self._clock()
        self._last = {box: last for box, last in self._last.items() if now - last < self._shown_seconds}

    def finding(self) -> Finding:
        """What it showed."""
        lost = sorted(self._last)
        return Finding(lost, tuple(f"a message for mailbox {box} was lost in the last hour" for box in lost))


class Mail:
    """Whether the mail server took the last message."""

    name = "mail"

    def __init__(self, trouble: Callable[[], str]) -> None:
        """`trouble`: why it did not; empty: it did, or there was none."""
        self._ask = trouble
        self._trouble = ""

    async def look(self) -> None:
        """Take one look."""
        before, self._trouble = self._trouble, self._ask()
        if self._trouble and self._trouble != before:
            _log.warning("a message was not mailed: %s", self._trouble)
        elif before and not self._trouble:
            _log.info("messages are mailed again")

    def finding(self) -> Finding:
        """What it showed."""
        if not self._trouble:
            return Finding("ok")
        return Finding(self._trouble, (f"messages are not mailed: {self._trouble}",))
