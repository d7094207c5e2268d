"""What the telephone system says, each a key under [telephone] of a language's phrase file and the name of
its prompt.

The dialplan says them by the subroutine `say`; a language's file may lack some, which are then not said.
"""

from __future__ import annotations

from enum import Enum


class Announcement(Enum):
    """One of them."""

    DONE = "done"
    """What was asked for by a code is set."""
    NOT_POSSIBLE = "not_possible"
    """It is not: the number cannot be rung, or would lead back."""
    NO_SUCH_NUMBER = "no_such_number"
    NOT_ALLOWED = "not_allowed"
    """A number outside that the user may not ring."""
    LIMIT_REACHED = "limit_reached"
    """As many calls or minutes outside as the user may have today."""
    NO_LINE = "no_line"
    """No trunk can carry the call."""
    NO_EMERGENCY_LINE = "no_emergency_line"
    """The same of an emergency call: the caller must take another telephone."""
    NOBODY_ANSWERS = "nobody_answers"
    NOTHING_RINGS = "nothing_rings"
    """There is no call to be picked up."""
    MAILBOX_FULL = "mailbox_full"
    """There is no room on the server for a message."""
    RECORDING = "recording"
    """Said to both before a call is recorded."""
