"""The work on utterances that a call has asked for, by what it is for. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sipforge.core.conversation.commands import Command, Drop, Hasten, ThinkAgain
from sipforge.core.conversation.facts import Heard, Thought
from sipforge.core.conversation.history import Exchange


@dataclass(slots=True)
class Work:
    """An utterance that is being recognised and thought about."""

    number: int
    heard: Heard | None = None
    thought: Thought | None = None
    worded: bool = False
    """Whether its reply has had words."""


class Works:
    """One call's: at most one of each kind; what is replaced is dropped."""

    def __init__(self, out: Callable[[Command], None]) -> None:
        """`out` takes the commands."""
        self._out = out
        self._numbers = 0
        self.listening: Work | None = None
        """On what the caller is saying."""
        self.answering: Work | None = None
        """On the turn that is over, as long as its reply has not begun."""
        self.telling: Work | None = None
        """Whose reply is coming in."""

    def listen(self) -> int:
        """Begin to work on what the caller is saying; the work's number."""
        self.drop_listening()
        self.listening = self._new()
        return self.listening.number

    def turn_over(self) -> None:
        """What is being listened to is to be answered."""
        self.drop_answering()
        self.answering, self.listening = self.listening, None
        if self.answering is not None:
            self._out(Hasten(self.answering.number))

    def think_again(self, of: Work, history: tuple[Exchange, ...]) -> None:
        """The reply of `of` broke off: the engines behind it have a try."""
        self.telling = None
        self.answering = self._new()
        self._out(ThinkAgain(self.answering.number, of.number, history))

    def heard(self, heard: Heard) -> Work | None:
        """Note what was recognised; the work it belongs to, where that is still wanted."""
        work = self._wanted(heard.work)
        if work is not None:
            work.heard = heard
        return work

    def thought(self, thought: Thought) -> Work | None:
        """Note what it came to; the work it belongs to, where that is still wanted."""
        work = self._wanted(thought.work)
        if work is not None:
            work.thought = thought
        return work

    def drop_listening(self) -> None:
        """What is being said is of no interest any more."""
        self._drop(self.listening)
        self.listening = None

    def drop_answering(self) -> None:
        """The turn that is over is not to be answered."""
        self._drop(self.answering)
        self.answering = None

    def drop_telling(self) -> None:
        """The rest of the reply is not wanted."""
        self._drop(self.telling)
        self.telling = None

    def _new(self) -> Work:
        self._numbers += 1
        return Work(self._numbers)

    def _wanted(self, number: int) -> Work | None:
        for work in (self.answering, self.listening):
            if work is not None and work.number == number:
                return work
        return None

    def _drop(self, work: Work | None) -> None:
        if work is not None:
            self._out(Drop(work.number))
