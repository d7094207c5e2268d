"""What an assistant says: texts and parts become sentences, and what was heard is reported. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sipforge.core.conversation.actions import Phrase
from sipforge.core.conversation.commands import Command, Play, Speak
from sipforge.core.conversation.history import Exchange, History
from sipforge.core.conversation.measures import Measures
from sipforge.core.conversation.speech import Said, Speech
from sipforge.core.messages.events import Clear, Pause, ReplyEvent, Resume
from sipforge.text.plain import finished_sentences

WORDS_CHARACTERS = 4000
"""Length of a transcript or reply as it is reported."""


@dataclass(frozen=True, slots=True)
class Script:
    """What an assistant says by itself."""

    phrases: Mapping[Phrase, str]
    sentences: Callable[[str], list[str]]
    """Text → the pieces that are spoken one after the other."""
    pages: tuple[str, ...] = ()
    """Of the keypad's menu."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Of each topic, by its id."""
    ask: Callable[[Sequence[str]], str] = "".join
    """How the caller is asked about topics, one or two, given by their ids."""
    ask_who: Callable[[Sequence[str]], str] = "".join
    """How the caller is asked about people, given by their extensions."""


class Replies:
    """One call's replies."""

    def __init__(self, script: Script, history: History, out: Callable[[Command], None]) -> None:
        """`out` takes the commands; what was heard goes into `history`."""
        self._script = script
        self._history = history
        self._out = out
        self._speech = Speech()
        self._written = ""
        """Of a reply that is coming in, what is no whole sentence yet."""
        self.measures = Measures()

    @property
    def busy(self) -> bool:
        """Whether a reply is being said, or about to be."""
        return self._speech.busy

    @property
    def said(self) -> str:
        """The whole of the reply that is being said, heard or not."""
        return self._speech.said

    @property
    def answers(self) -> bool:
        """Whether it answers a turn, which could go on."""
        return self._speech.reply is not None and self._speech.reply.answers

    @property
    def last(self) -> Said:
        """The last thing worth saying again."""
        return self._speech.last

    def history_now(self) -> tuple[Exchange, ...]:
        """What was said, and the reply that is being heard as if it had been heard."""
        reply = self._speech.reply
        if reply is None:
            return self._history.exchanges
        return self._history.with_reply(reply.turn, reply.text, reply.topics)

    def begin(
        self, turn: int, *, answers: bool, engine: str = "phrases", topics: tuple[str, ...] = ()
    ) -> None:
        """What is said from here on is a reply of its own, or joins the one that is being said."""
        self._speech.begin(turn if answers else 0, engine, topics, answers=answers)
        self._written = ""

    def speak(self, text: str, at: float, *, measured: bool = True) -> None:
        """Speak `text`; `measured`: as the reply that a turn waits for."""
        for sentence in self._script.sentences(text):
            number = self._speech.add(sentence, at)
            if measured:
                self.measures.speaks(number)
            self._out(Speak(number, sentence))

    def play(self, other: str, phrase: Phrase, at: float) -> None:
        """Play a phrase that another assistant has recorded."""
        number = self._speech.add("", at)
        self.measures.speaks(number)
        self._out(Play(number, other, phrase))

    def part(self, text: str, at: float) -> None:
        """The next piece of what to say: it is spoken as soon as there is a whole sentence."""
        whole, self._written = finished_sentences(self._written + text, self._script.sentences)
        for sentence in whole:
            self.speak(sentence, at)

    def complete(self, at: float) -> None:
        """No more pieces come."""
        if self._written.strip():
            self.speak(self._written, at)
        self._written = ""
        self._speech.close()

    def sent(self, sentence: int, seconds: float, at: float) -> None:
        """The whole of a sentence was sent."""
        self._speech.sent(sentence, seconds, at)

    def played(self, sentence: int) -> None:
        """A sentence was heard to its end."""
        self._speech.played(sentence)

    def wait(self, seconds: float) -> None:
        """Time went by."""
        self._speech.wait(seconds)

    def overdue(self, at: float) -> bool:
        """Whether all should have been heard long ago; then it counts as heard."""
        return self._speech.overdue(at)

    def finish(self) -> bool:
        """Report the reply, if all of it has been heard now; whether it has."""
        if self._speech.reply is None or self._speech.busy:
            return False
        reply = self._speech.finish()
        if reply is not None:
            self._report(reply, reply.text)
        return True

    def cleared(self, played_seconds: float) -> None:
        """It is known how much was heard of the reply that was stopped first."""
        cut = self._speech.cleared(played_seconds)
        if cut is not None:
            self._report(*cut)

    def went_on(self, turn: int) -> None:
        """The caller goes on with a turn: what was said to it answers nothing."""
        self._speech.went_on(turn)

    def stop(self) -> None:
        """Drop the rest of the reply."""
        if self._speech.busy:
            self._speech.cut()
            self._out(Clear())
        self.release()

    def hold(self) -> None:
        """Hold still."""
        if not self._speech.held:
            self._speech.held = True
            self._out(Pause())

    def release(self) -> None:
        """Go on where it was held."""
        if self._speech.held:
            self._speech.held = False
            self._out(Resume())

    def _report(self, reply: Said, heard: str) -> None:
        text = heard.strip()[:WORDS_CHARACTERS]
        if text and not reply.continued:
            event = ReplyEvent(reply.turn, text, reply.engine, reply.topics)
            self._history.take(event)
            self._out(event)
