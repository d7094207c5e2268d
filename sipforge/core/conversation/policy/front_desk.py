"""The front desk: one number for callers of all languages, until it is known which assistant goes on. Pure.

Rules, in prose. Every assistant greets in its own voice, one after the other in one breath. The first that
the caller says decides the language: another assistant's is handed over with what was said, so that nobody
says it twice; the desk's own is answered at once. Keys choose an assistant by its place in the list. Who
says nothing, or nothing that can be told, is greeted once more, with the keys; then a person takes the call.
Out of hours it is said that nobody is there, and the call goes where the office says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sipforge.core.conversation.actions import (
    Action,
    HandOver,
    Hangup,
    Phrase,
    Play,
    Reason,
    Say,
    TakeMessage,
    Transfer,
    greeting,
)
from sipforge.core.conversation.policy.keypad import REPEAT_KEY
from sipforge.core.conversation.policy.meanings import FrontDeskRules

_GREETINGS = {
    Phrase.GREETING_MORNING: Phrase.FRONT_DESK_MORNING,
    Phrase.GREETING_AFTERNOON: Phrase.FRONT_DESK_AFTERNOON,
    Phrase.GREETING_EVENING: Phrase.FRONT_DESK_EVENING,
}


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """A call at the front desk."""

    rules: FrontDeskRules
    hour: int = 12
    """Of the day, 0 to 23."""
    asked: bool = False
    """Whether the caller was greeted once more."""

    def greet(self) -> list[Action]:
        """The greeting."""
        return self.everyone(_GREETINGS[greeting(self.hour)])

    def closed(self) -> list[Action]:
        """What is said out of hours, and where the call goes."""
        to = self.rules.closed
        if not to.extension:
            return [*self.everyone(Phrase.FRONT_DESK_CLOSED), Hangup(Reason.GOODBYE)]
        phrase = Phrase.LEAVE_MESSAGE if to.mailbox else Phrase.CONNECTING
        way = TakeMessage(to.extension) if to.mailbox else Transfer(to.extension)
        return [*self.everyone(Phrase.FRONT_DESK_CLOSED), *self.everyone(phrase), way]

    def again(self) -> tuple[FrontDesk, list[Action]] | None:
        """Greet once more; None: that was done."""
        if self.asked:
            return None
        return replace(self, asked=True), self.everyone(Phrase.FRONT_DESK_AGAIN)

    def pressed(self, key: str) -> list[Action] | None:
        """What a key does here; None: nothing of its own."""
        names = self.rules.assistants
        if key == REPEAT_KEY:
            return self.greet()
        if not key.isdigit() or not 1 <= int(key) <= len(names):
            return None
        name = names[int(key) - 1]
        return [Say(Phrase.GREETING_HANDED_OVER)] if name == self.rules.own else [HandOver(name)]

    def everyone(self, phrase: Phrase) -> list[Action]:
        """`phrase` in each assistant's voice, in the order of their keys."""
        return [self._by(name, phrase) for name in self.rules.assistants]

    def _by(self, name: str, phrase: Phrase) -> Say | Play:
        return Say(phrase) if name == self.rules.own else Play(name, phrase)
