"""How a call ended, and what that says of its bot."""

from __future__ import annotations

from enum import Enum
from typing import Final

from sipforge.core.conversation.actions import Reason


class Outcome(Enum):
    """How a call ended."""

    CALLER = "caller_hung_up"
    GOODBYE = "goodbye"
    IDLE = "idle"
    ERROR = "bot_error"
    """The bot said that it cannot go on."""
    BOT_CLOSED = "bot_closed"
    """The bot ended the call with 0x00 and no reason."""
    TRANSFER = "transfer"
    MESSAGE = "message"
    BOT_FAILED = "bot_failed"
    FAILED = "failed"
    """An error of ours."""
    DROPPED = "dropped"
    """Asterisk's side misbehaved."""
    SHUTDOWN = "shutdown"


BAD: Final = frozenset({Outcome.BOT_FAILED, Outcome.FAILED, Outcome.DROPPED})
"""Outcomes that somebody should look into."""
GOOD: Final = frozenset(Outcome) - BAD - {Outcome.ERROR, Outcome.SHUTDOWN}
"""Outcomes that show a bot at work."""

OF_REASON: Final = {Reason.GOODBYE: Outcome.GOODBYE, Reason.IDLE: Outcome.IDLE, Reason.ERROR: Outcome.ERROR}
"""What a bot's hang-up comes to."""
