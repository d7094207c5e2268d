"""What was said in a call, as the next assistant is told it: the last exchanges, each of bounded length.

Rules, in prose:

1. A transcript with words begins an exchange; replies to the same turn become its answer, in their order.
   Where the caller goes on with a turn, its transcript comes again and takes the place of the one before.
2. A reply to nothing that speaks of topics (chosen by key) is an exchange without a caller's words; any other
   (a greeting, "are you still there?") is no part of an exchange.
3. A bot counts its turns from the beginning of each connection, so a turn's number only tells which
   transcript a reply belongs to.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
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

    def __init__(self, exchanges: Iterable[Exchange] = ()) -> None:
        """Begin with what was said before, oldest first."""
        self._kept: deque[Exchange] = deque(exchanges, maxlen=EXCHANGES)
        self._turns: deque[int | None] = deque([None] * len(self._kept), maxlen=EXCHANGES)
        """Of each exchange, as its bot counted; None where no reply can belong to it."""

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Oldest first."""
        return tuple(self._kept)

    def take(self, event: BotEvent) -> None:
        """Take in a transcript or a reply; other events change nothing."""
        match event:
            case TranscriptEvent():
                self.went_on(event.turn)
                if event.text:
                    self._append(event.turn, Exchange(event.text[:TEXT_CHARACTERS], ""))
            case ReplyEvent() if event.turn in self._turns:
                # Of a reply that was cut it is known late how much was heard: perhaps in the next turn.
                at = self._turns.index(event.turn)
                self._kept[at] = _answered(self._kept[at], event.text, event.topics)
            case ReplyEvent() if event.topics:
                self._append(None, _answered(Exchange("", ""), event.text, event.topics))

    def went_on(self, turn: int) -> None:
        """The caller goes on with a turn: its transcript comes again."""
        if self._turns and self._turns[-1] == turn:
            self._kept.pop()
            self._turns.pop()

    def with_reply(self, turn: int, text: str, topics: Topics) -> tuple[Exchange, ...]:
        """The exchanges as they are once a reply is heard that is being said."""
        if not self._turns or self._turns[-1] != turn:
            return self.exchanges
        *before, last = self._kept
        return (*before, _answered(last, text, topics))

    def _append(self, turn: int | None, exchange: Exchange) -> None:
        self._kept.append(exchange)
        self._turns.append(turn)

    def reconnected(self) -> None:
        """Another bot, or the same one anew, goes on: its turns are other turns."""
        self._turns = deque([None] * len(self._kept), maxlen=EXCHANGES)


def _answered(exchange: Exchange, text: str, topics: Topics) -> Exchange:
    said = f"{exchange.assistant} {text}".strip()
    topics = (*exchange.topics, *topics)[-TOPICS:]
    return replace(exchange, assistant=said[:TEXT_CHARACTERS], topics=topics)
