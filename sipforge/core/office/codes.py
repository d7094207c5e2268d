"""What a telephone can do by its keys: feature codes, and the office's services of three digits. One
table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """One code."""

    keys: str
    """As dialled; EXT and NUMBER stand for what follows."""
    does: str
    during_call: bool = False
    """Pressed while talking, not dialled."""


ECHO, VOICEMAIL, PARKING = "600", "*97", "700"
SLOTS: Final = tuple(str(number) for number in range(701, 721))
ROOMS: Final = tuple(str(number) for number in range(800, 810))
FORWARD_ALWAYS, FORWARD_BUSY, FORWARD_NO_ANSWER = "*72", "*90", "*92"
STOP_ALWAYS, STOP_BUSY, STOP_NO_ANSWER = "*73", "*91", "*93"
DISTURB_NOT, DISTURB = "*78", "*79"
PICKUP = "*8"
BLIND, ATTENDED, PARK, RECORD = "##", "*2", "*3", "*1"

CODES: Final = (
    Code(VOICEMAIL, "hear your messages"),
    Code(f"{FORWARD_ALWAYS} NUMBER", "forward all your calls to NUMBER"),
    Code(STOP_ALWAYS, "forward them no longer"),
    Code(f"{FORWARD_BUSY} NUMBER", "forward your calls to NUMBER while you are on the telephone"),
    Code(STOP_BUSY, "forward them no longer"),
    Code(f"{FORWARD_NO_ANSWER} NUMBER", "forward your calls to NUMBER when you do not answer"),
    Code(STOP_NO_ANSWER, "forward them no longer"),
    Code(DISTURB_NOT, "do not disturb: callers hear that you are busy"),
    Code(DISTURB, "be disturbed again"),
    Code(PICKUP, "take a call that rings at a telephone of your groups (of the office, if you are in none)"),
    Code(f"{PICKUP} EXT", "take the call that rings at EXT"),
    Code(SLOTS[0] + "-" + SLOTS[-1], "take back the call that is parked there"),
    Code(ROOMS[0] + "-" + ROOMS[-1], "conference rooms: who dials the same number talks together"),
    Code(ECHO, "echo test: hear yourself"),
    Code(f"{BLIND} EXT", "transfer the caller to EXT", during_call=True),
    Code(f"{ATTENDED} EXT", "talk to EXT first, then hang up to transfer the caller", during_call=True),
    Code(PARK, "park the caller; the place is told to you", during_call=True),
    Code(RECORD, "record the call from here on, after a spoken notice; again: stop", during_call=True),
)

SERVICES: Final[Mapping[str, str]] = {
    ECHO: "echo test",
    PARKING: "parking",
    **dict.fromkeys(SLOTS, "parking"),
    **dict.fromkeys(ROOMS, "conference room"),
}
"""Three digits → what they are for."""
