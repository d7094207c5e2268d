"""What was said in a call, as the next assistant is told it: the last exchanges, each of bounded length.

Rules, in prose:

1. A transcript with words begins an exchange; replies to the same turn become its answer, in their order.
2. A reply to anything else (a greeting, "are you still there?") is no part of an exchange.
3. A bot counts its turns from the beginning of each connection, so a turn's number only tells which
   transcript a reply belongs to.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Annotated, Final

from sipforge.core.messages.events import TOPICS, BotEvent, ReplyEvent, Topics, TranscriptEvent
from sipforge.core.messages.fields import text

EXCHANGES: Final = 8
"""Exchanges kept; the oldest goes."""
TEXT_CHARACTERS: Final = 300
"""Length of each text; what is longer is cut off."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn of a conversation."""

    caller: Annotated[str, text(TEXT_CHARACTERS)]
    """What was recognised."""
    assistant: Annotated[str, text(TEXT_CHARACTERS)]
    """What the caller heard of the reply, which may have been cut short."""
    topics: Topics = ()
    """What the reply spoke of; see `sipforge.engines.protocols.Reply`. Empty where nobody told."""


class History:
    """The last exchanges of one call."""

    def __init__(self) -> None:
        self._kept: deque[Exchange] = deque(maxlen=EXCHANGES)
        self._turn = -1
        """Of the last exchange, as its bot counted; -1 where no reply can belong to it."""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Oldest first."""
        return tuple(self._kept)

    def take(self, event: BotEvent) -> None:
        """Take in a transcript or a reply; other events change nothing."""
        match event:
            case TranscriptEvent():
                self._turn = event.turn if event.text else -1
                if event.text:
                    self._kept.append(Exchange(event.text[:TEXT_CHARACTERS], ""))
            case ReplyEvent() if self._kept and event.turn == self._turn:
                last = self._kept[-1]
                said = f"{last.assistant} {event.text}".strip()
                topics = (*last.topics, *event.topics)[-TOPICS:]
                self._kept[-1] = replace(last, assistant=said[:TEXT_CHARACTERS], topics=topics)

    def reconnected(self) -> None:
        """Another bot, or the same one anew, goes on: its turns are other turns."""
        self._turn = -1
