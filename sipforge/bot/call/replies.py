"""One call's replies: phrases, streamed answers and recordings, and what was heard of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sipforge.bot.call.link import Link
from sipforge.bot.call.memory import Memory, Record
from sipforge.bot.call.reply_stream import ReplyOver, ReplyStream
from sipforge.bot.call.speaker import FirstSound, Speaker
from sipforge.core.messages.events import BotEvent, ReplyEvent
from sipforge.engines.protocols import Reply


class Replies:
    """What is said while something is being said joins it; a reply is over when all of it was heard."""

    def __init__(self, link: Link, speaker: Speaker, stream: ReplyStream, memory: Memory) -> None:
        self._link = link
        self._speaker = speaker
        self._stream = stream
        self._memory = memory
        self.over = True
        """Whether nothing is being said, nor about to be."""

    @property
    def said(self) -> str:
        """The reply so far, heard or not."""
        return self._speaker.said

    def say(self, text: str, topics: tuple[str, ...] = (), first_sound: FirstSound | None = None) -> bool:
        """Speak `text`, which is about `topics`; whether it answers the caller's turn."""
        answers = self._begin("phrases", topics)
        self._speaker.say(text, first_sound)
        self._speaker.close()
        return answers

    def play(self, text: str, slin: bytes) -> bool:
        """Play a recording of `text`; whether it answers the caller's turn."""
        answers = self._begin("phrases")
        self._speaker.play(text, slin)
        self._speaker.close()
        return answers

    def tell(self, group: asyncio.TaskGroup, reply: Reply, first_sound: FirstSound | None) -> bool:
        """Speak `reply` as it comes, up to `finished`; whether it answers the caller's turn."""
        answers = self._begin(reply.engine, reply.topics)
        self._stream.begin(group, reply, first_sound)
        return answers

    def finished(self, over: ReplyOver) -> bool:
        """A streamed reply has come to its end; whether it is still wanted."""
        if not self._stream.take(over):
            return False
        self._speaker.close()
        return True

    def fill(self, text: str) -> None:
        """Speak `text` before a reply that takes its time."""
        self._begin("phrases")
        self._speaker.say(text)

    def stop(self) -> None:
        """Drop the rest of the reply."""
        self._stream.drop()
        self._remember_to_repeat()
        self._memory.cut()
        self._speaker.hush()
        self.over = True

    def heard(self, mark: str) -> bool:
        """A mark came back; whether the reply is over with it."""
        return self._speaker.heard(mark) and self._finish()

    def overdue(self, now: float) -> bool:
        """Whether the last mark should have come back long ago; then the reply is over."""
        return self._speaker.overdue(now) and self._finish()

    def silent(self) -> bool:
        """Whether a reply of which nothing was to be heard is over."""
        return not self.over and not self._speaker.busy and self._finish()

    def cut(self, played_seconds: float) -> None:
        """It is known how much was heard of a reply that was stopped."""
        self._report(self._memory.cut_off(self._speaker.cut(played_seconds)))

    def hold(self) -> None:
        """Hold still."""
        self._speaker.hold()

    def release(self) -> None:
        """Go on where it was held."""
        self._speaker.release()

    def then(self, event: BotEvent) -> None:
        """Send `event` after what is being said."""
        self._speaker.event(event)

    def then_event_of(self, make: Callable[[], Awaitable[BotEvent]]) -> None:
        """As `then`, with an event that is made meanwhile."""

        async def work() -> None:
            self._link.event(await make())

        self._speaker.work(work)

    def _begin(self, engine: str, topics: tuple[str, ...] = ()) -> bool:
        self.over = False
        self._speaker.begin()
        return self._memory.replies(engine, topics)

    def _finish(self) -> bool:
        self._remember_to_repeat()
        self._report(self._memory.heard_out(self._speaker.said))
        self.over = True
        return True

    def _remember_to_repeat(self) -> None:
        if self._speaker.said:
            self._memory.repeatable(self._speaker.said)

    def _report(self, record: Record | None) -> None:
        if record is not None:
            self._link.event(ReplyEvent(record.turn, record.text, record.engine, record.topics))
