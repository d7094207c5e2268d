"""What the assistant says in a call, and how much of it was heard. Pure.

Rules, in prose:

1. What is said while something is being said joins it: that is one reply, until all of it was heard. A reply
   that is open still gets more sentences.
2. What is cleared is told later how much of it was heard. Of a sentence that was cut off, as many words count
   as heard as their share of its sound.
3. A reply belongs to the turn that it answers. Where the caller goes on with that turn, it was a reply to
   nothing, and is not remembered.
4. A sentence that is not reported as heard long after it should have been counts as heard.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

GRACE_SECONDS: Final = 10.0
"""How much later than its own length sound may be reported as heard."""
MAKING_SECONDS: Final = 60.0
"""How long a sentence may take to be made and sent."""


@dataclass(slots=True)
class _Sentence:
    number: int
    text: str
    seconds: float | None = None
    """Its length, once it was sent."""
    heard: bool = False


@dataclass(slots=True)
class Said:
    """A reply."""

    turn: int
    """Which turn it answers; 0: none."""
    answers: bool
    """Whether it answers a turn, which could go on."""
    engine: str = "phrases"
    """Of what was said last."""
    topics: tuple[str, ...] = ()
    open: bool = True
    continued: bool = False
    """Whether the turn it answers went on."""
    sentences: list[_Sentence] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole of it, heard or not."""
        return " ".join(sentence.text for sentence in self.sentences if sentence.text)

    def words_heard(self, played_seconds: float) -> str:
        """What was heard, when sound ran `played_seconds` past the last whole sentence."""
        words = [sentence.text for sentence in self.sentences if sentence.heard and sentence.text]
        for sentence in self.sentences:
            if not sentence.heard:
                part = sentence.text.split()
                share = played_seconds / sentence.seconds if sentence.seconds else 0.0
                words += part[: int(len(part) * min(1.0, share))]
                break
        return " ".join(words)


class Speech:
    """One call's replies: the one that is being said, and those that were cut off."""

    def __init__(self) -> None:
        self.reply: Said | None = None
        self._cut: deque[Said] = deque()
        self._numbers = 0
        self._due: float | None = None
        """When what was sent should have been reported as heard."""
        self.last = Said(0, answers=False)
        """The last thing worth saying again, heard or not."""
        self.held = False
        """Whether playout holds still."""

    @property
    def busy(self) -> bool:
        """Whether a reply is being said, or about to be."""
        reply = self.reply
        return reply is not None and (reply.open or not all(one.heard for one in reply.sentences))

    @property
    def said(self) -> str:
        """The whole of the reply that is being said."""
        return self.reply.text if self.reply is not None else ""

    def begin(self, turn: int, engine: str, topics: tuple[str, ...], *, answers: bool) -> None:
        """What comes belongs to the reply that is being said, or else to a new one.

        Args:
            turn: which turn it answers; 0 for none.
            engine: whose words they are.
            topics: what they speak of.
            answers: whether they answer a turn, which could go on.
        """
        if self.reply is None:
            self.reply = Said(turn, answers)
        elif answers:
            self.reply.turn, self.reply.answers = turn, True
        self.reply.engine, self.reply.open = engine, True
        self.reply.topics += topics

    def add(self, text: str, at: float) -> int:
        """A sentence of the reply that was begun; its number."""
        assert self.reply is not None  # noqa: S101 - begun by the caller
        self._numbers += 1
        self.reply.sentences.append(_Sentence(self._numbers, text))
        self._due = at + MAKING_SECONDS
        return self._numbers

    def close(self) -> None:
        """The reply is complete."""
        if self.reply is not None:
            self.reply.open = False

    def sent(self, number: int, seconds: float, at: float) -> None:
        """The whole of a sentence was sent."""
        for sentence in self._all():
            if sentence.number == number:
                sentence.seconds = seconds
        if self.reply is not None:
            unheard = [one for one in self.reply.sentences if not one.heard]
            making = any(one.seconds is None for one in unheard)
            left = sum(one.seconds or 0.0 for one in unheard)
            self._due = at + left + (MAKING_SECONDS if making else GRACE_SECONDS)

    def played(self, number: int) -> None:
        """A sentence was heard to its end."""
        for sentence in self._all():
            if sentence.number == number:
                sentence.heard = True

    def overdue(self, at: float) -> bool:
        """Whether all should have been heard long ago; then it counts as heard."""
        waits = self.busy and not self.held and self.reply is not None and not self.reply.open
        if not waits or self._due is None or at < self._due or self.reply is None:
            return False
        for sentence in self.reply.sentences:
            sentence.heard = True
        return True

    def wait(self, seconds: float) -> None:
        """Time went by."""
        if self.held and self._due is not None:
            self._due += seconds

    def finish(self) -> Said | None:
        """All of the reply was heard; the reply."""
        reply, self.reply = self.reply, None
        self._remember(reply)
        return reply

    def cut(self) -> None:
        """What is queued is dropped; `cleared` tells how much of it was heard."""
        self._remember(self.reply)
        # Without a reply there is an answer all the same, which must not be taken for another's.
        self._cut.append(self.reply or Said(0, answers=False))
        self.reply = None
        self.held = False

    def cleared(self, played_seconds: float) -> tuple[Said, str] | None:
        """The reply that was cut first, and what was heard of it; None: there was none."""
        if not self._cut:
            return None
        reply = self._cut.popleft()
        return reply, reply.words_heard(played_seconds)

    def went_on(self, turn: int) -> None:
        """The turn goes on: what was said to it so far answers nothing."""
        for reply in (self.reply, *self._cut):
            if reply is not None and reply.answers and reply.turn == turn:
                reply.continued = True

    def _remember(self, reply: Said | None) -> None:
        if reply is not None and reply.text:
            self.last = reply

    def _all(self) -> Iterator[_Sentence]:
        for reply in (*self._cut, self.reply):
            if reply is not None:
                yield from reply.sentences
