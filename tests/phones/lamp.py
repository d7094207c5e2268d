"""A lamp key of a telephone: it watches an extension (RFC 4235) and is told what goes on there."""

from __future__ import annotations

import re

from tests.phones.by_hand import HandPhone
from tests.phones.errors import CallFailed

DARK, RINGS, LIT = "terminated", "early", "confirmed"
"""States of a dialog."""


class Lamp(HandPhone):
    """One lamp, on a telephone of its own."""

    def watch(self, watched: str) -> None:
        """Watch an extension, or a code with an extension, from here on.

        Raises:
            CallFailed: refused.
        """
        status = self.subscribe(watched, "dialog", "application/dialog-info+xml")
        if status != 200:
            raise CallFailed(f"{status}: {watched} cannot be watched")

    @property
    def state(self) -> str:
        """As it was told last; empty: it was told nothing yet."""
        told = re.findall(r"<state>(\w+)</state>", self.notified[-1]) if self.notified else []
        return told[-1] if told else ""

    def wait(self, state: str, timeout_seconds: float = 5.0) -> None:
        """Wait until it shows a state.

        Raises:
            PhoneTimeout: it shows another.
        """
        self._until(
            lambda: self.state == state, timeout_seconds, f"a lamp shows {self.state!r}, not {state!r},"
        )
