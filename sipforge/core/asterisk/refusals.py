"""Outside calls that the dialplan refused: each is told by a user event, many of one extension are an alarm.

Somebody who has got hold of a telephone, or of its password, tries one expensive number after the other. The
dialplan refuses each (`UserEvent(SipForgeRefused,Extension: 1001,Number: 00900...,Reason: class)`), and here
they become one alarm. A number or two that a user may not ring is no alarm. Time is an argument.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

EVENT: Final = "SipForgeRefused"
ALARM_FROM: Final = 5
"""Refused calls of one extension, each within `ALARM_SECONDS` of the one before, that are an alarm."""
ALARM_SECONDS: Final = 3600.0
"""How long after the last of them an alarm is shown."""
_REASONS: Final = frozenset({"class", "limit", "number", "premium"})
_CHARACTERS: Final = 64
_REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused call."""

    extension: str
    """Who tried, cut to 64 characters."""
    number: str
    """As it was dialled, cut likewise."""
    reason: str
    """One of a fixed few words, fit for a metric's label; "other" for what is none of them."""


def refusal(event: Mapping[str, str]) -> Refusal | None:
    """The refused call that an event reports; None for every other event."""
    if event.get("Event") != "UserEvent" or event.get("UserEvent") != EVENT:
        return None
    reason = event.get("Reason", "")
    return Refusal(
        extension=event.get("Extension", "")[:_CHARACTERS] or "unknown",
        number=event.get("Number", "")[:_CHARACTERS],
        reason=reason if reason in _REASONS else "other",
    )


class Alarms:
    """Remembers who tried how often."""

    def __init__(self) -> None:
        self._tries: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, now_seconds: float, refused: Refusal) -> None:
        """Count one; of more than a thousand extensions, the one that was quiet for longest is forgotten."""
        last, count = self._tries.pop(refused.extension, (now_seconds, 0))
        self._tries[refused.extension] = (now_seconds, 1 if now_seconds - last > ALARM_SECONDS else count + 1)
        if len(self._tries) > _REMEMBERED:
            self._tries.popitem(last=False)

    def current(self, now_seconds: float) -> Mapping[str, int]:
        """Extension → how many calls its alarm stands for, by extension."""
        return {
            extension: count
            for extension, (last, count) in sorted(self._tries.items())
            if count >= ALARM_FROM and now_seconds - last <= ALARM_SECONDS
        }
