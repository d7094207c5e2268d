"""The line by which a chat model asks for something to be done: `[transfer 1001: land papers]`. Pure.

It works with any model that can be told to write it, needs none to be able to, and a model that never does is
only without it. Written in words anywhere else, it is text and nothing more.
"""

from __future__ import annotations

import re
from typing import Final

from sipforge.engines.protocols import Act, Do

INSTRUCTIONS: Final = (
    "If the caller asks for a person, write only [transfer]. If the caller wants to leave a message, write "
    "only [message]. If the caller says goodbye, write only [end]."
)
"""For the system's text."""
_LINE: Final = re.compile(
    rf"\[\s*(?P<act>{'|'.join(act.value for act in Act)})"
    r"\s*(?P<target>\d{1,6})?\s*(?::(?P<reason>[^\]]*))?\]",
    re.I,
)
_LONGEST_REASON: Final = 80


def read_tool(text: str) -> Do | None:
    """What `text`, one sentence or line of the model's, asks for; None when it is something to say."""
    found = _LINE.match(text.strip())
    if found is None:
        return None
    reason = " ".join((found["reason"] or "").split())[:_LONGEST_REASON]
    return Do(Act(found["act"].lower()), found["target"] or "", reason)
