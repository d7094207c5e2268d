"""What was said in one call: each turn's question, and as much of its reply as the caller heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from sipforge.core.messages.events import TOPICS
from sipforge.engines.protocols import Exchange


@dataclass(frozen=True, slots=True)
class Record:
    """A reply that is over."""

    turn: int
    text: str
    """What was heard of it."""
    engine: str
    topics: tuple[str, ...] = ()
    """As `Reply`'s."""


@dataclass(slots=True)
class _Reply:
    turn: int
    question: str
    engine: str
    topics: tuple[str, ...] = ()
    continued: bool = False
    """Whether the turn it replied to went on, so that it was a reply to nothing."""


class Memory:
    """One call's history."""

    def __init__(self, history: Iterable[Exchange] = ()) -> None:
        self._history = list(history)
        self._turn = 0
        self._question = ""
        self._reply: _Reply | None = None
        self._cut: deque[_Reply] = deque()
        self.last_said = ""
        """The last thing worth saying again, heard or not."""
        self.last_topics: tuple[str, ...] = ()
        """What that spoke of."""

    @property
    def history(self) -> tuple[Exchange, ...]:
        """The turns so far, oldest first."""
        return tuple(self._history)

    def with_current(self, text: str) -> tuple[Exchange, ...]:
        """The turns so far, and the one whose reply, of which `text` was said, is being heard."""
        if self._reply is None:
            return self.history
        return (*self._history, Exchange(self._reply.question, text, self._reply.topics))

    @property
    def last_question(self) -> str:
        """What the caller said last."""
        if self._reply is not None and self._reply.question:
            return self._reply.question
        return next((turn.caller for turn in reversed(self._history) if turn.caller), self._question)

    def asked(self, question: str) -> int:
        """The caller's turn is over; its number."""
        self._turn += 1
        if self._reply is None:
            self._question = question
        else:
            self._reply.turn, self._reply.question = self._turn, question
        return self._turn

    def replies(self, engine: str, topics: tuple[str, ...] = ()) -> bool:
        """A reply begins, or what is being said goes on, about `topics`; whether it answers the caller."""
        if self._reply is None:
            self._reply = _Reply(self._turn, self._question, engine)
            self._question = ""
        self._reply.engine = engine
        self._reply.topics += topics
        return bool(self._reply.question)

    def repeatable(self, text: str) -> None:
        """The reply, `text`, is what is said again when the caller asks for it."""
        if self._reply is not None:
            self.last_said, self.last_topics = text, self._reply.topics

    def heard_out(self, text: str) -> Record | None:
        """The reply was heard to its end, and was `text`."""
        reply, self._reply = self._reply, None
        return self._keep(reply, text)

    def cut(self) -> None:
        """The reply was stopped; `cut_off` tells later how much of it was heard."""
        if self._reply is not None:
            self._cut.append(self._reply)
            self._reply = None

    def cut_off(self, text: str) -> Record | None:
        """Of the reply stopped first `text` was heard."""
        return self._keep(self._cut.popleft(), text) if self._cut else None

    def go_on(self) -> None:
        """The turn that was replied to last was not over."""
        if self._cut:
            self._cut[-1].continued = True

    def _keep(self, reply: _Reply | None, text: str) -> Record | None:
        if reply is None or reply.continued:
            return None
        # What nobody heard was not spoken of.
        topics = reply.topics[-TOPICS:] if text else ()
        self._history.append(Exchange(reply.question, text, topics))
        return Record(reply.turn, text, reply.engine, topics) if text else None
