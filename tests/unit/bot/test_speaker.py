"""A speaker at the end of a real Unix socket pair."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sipforge.bot.call.link import Link
from sipforge.bot.call.speaker import Speaker
from sipforge.bot.voice import Voice
from sipforge.core.audiosocket import UNIX_LEG, FrameParser, Kind
from sipforge.core.conversation.actions import Reason
from sipforge.core.messages.events import HangupEvent
from sipforge.text.language import PLAIN_TEXT
from tests.unit.bot.doubles import BeepTts


class Far:
    """What comes out at the orchestrator's end."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._parser = FrameParser(UNIX_LEG)
        self.events: list[dict[str, Any]] = []
        self.audio_bytes = 0

    async def until(self, kind: str, count: int = 1) -> None:
        async with asyncio.timeout(5):
            while sum(event["type"] == kind for event in self.events) < count:
                frame = self._parser.next_frame()
                if frame is None:
                    self._parser.receive_data(await self._reader.read(65536))
                elif frame.kind == Kind.SLIN16:
                    self.audio_bytes += len(frame.payload)
                else:
                    self.events.append(json.loads(frame.payload))


def run(story: Callable[[Speaker, Far], Awaitable[None]]) -> None:
    async def main() -> None:
        near, far = socket.socketpair()
        link = Link(*await asyncio.open_connection(sock=near))
        reader, writer = await asyncio.open_connection(sock=far)
        speaker = Speaker(link, Voice(BeepTts(), PLAIN_TEXT, None))
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(speaker.run())
            await story(speaker, Far(reader))
            speaking.cancel()
        writer.close()
        await link.close()

    asyncio.run(main())


def test_a_reply_is_over_when_its_last_sentence_was_heard() -> None:
    async def story(speaker: Speaker, far: Far) -> None:
        speaker.begin()
        speaker.say("One. Two.")
        speaker.close()
        assert speaker.busy
        await far.until("mark", 2)
        assert [event["name"] for event in far.events] == ["said-1", "said-2"]
        assert not speaker.heard("said-1")
        assert not speaker.heard("never")
        assert speaker.heard("said-2")
        assert not speaker.busy
        assert speaker.said == "One. Two."

    run(story)


def test_a_reply_that_is_not_complete_is_not_over() -> None:
    async def story(speaker: Speaker, far: Far) -> None:
        speaker.begin()
        speaker.say("One.")
        await far.until("mark")
        assert not speaker.heard("said-1")
        speaker.close()
        assert not speaker.busy

    run(story)


def test_a_mark_that_never_comes_back_is_given_up_and_one_that_came_is_not_waited_for() -> None:
    async def story(speaker: Speaker, far: Far) -> None:
        speaker.begin()
        speaker.say("One.")
        speaker.close()
        await far.until("mark")
        now = time.monotonic()
        assert not speaker.overdue(now)
        assert speaker.overdue(now + 30)
        assert not speaker.busy
        assert not speaker.overdue(now + 60)
        speaker.begin()
        speaker.say("Two.")
        speaker.close()
        await far.until("mark", 2)
        assert speaker.heard("said-2")
        assert not speaker.overdue(now + 60)

    run(story)


def test_while_it_is_held_nothing_is_overdue() -> None:
    async def story(speaker: Speaker, far: Far) -> None:
        speaker.begin()
        speaker.say("One.")
        speaker.close()
        await far.until("mark")
        speaker.hold()
        speaker.hold()
        assert not speaker.overdue(time.monotonic() + 60)
        speaker.release()
        await far.until("resume")
        assert [event["type"] for event in far.events] == ["mark", "pause", "resume"]
        assert speaker.overdue(time.monotonic() + 60)

    run(story)


@pytest.mark.parametrize(
    ("played_seconds", "heard"), [(0.0, "One."), (0.2, "One. Two three"), (9.0, "One. Two three four five.")]
)
def test_of_a_reply_that_was_hushed_as_much_is_known_as_was_heard(played_seconds: float, heard: str) -> None:
    async def story(speaker: Speaker, far: Far) -> None:
        speaker.begin()
        speaker.say("One. Two three four five.")
        speaker.close()
        await far.until("mark", 2)
        speaker.heard("said-1")
        speaker.hush()
        assert not speaker.busy
        assert speaker.cut(played_seconds) == heard
        assert speaker.cut(played_seconds) == ""

    run(story)


def test_what_comes_after_the_words_comes_after_them_and_is_dropped_with_them() -> None:
    async def story(speaker: Speaker, far: Far) -> None:
        async def work() -> None:
            speaker.event(HangupEvent(Reason.GOODBYE))

        speaker.begin()
        speaker.play("", bytes(64000))
        speaker.work(work)
        await far.until("hangup")
        assert [event["type"] for event in far.events] == ["mark", "hangup"]
        assert far.audio_bytes == 64000
        speaker.say("One.")
        speaker.event(HangupEvent(Reason.IDLE))
        speaker.hush()
        await far.until("clear")
        assert [event["type"] for event in far.events] == ["mark", "hangup", "clear"]

    run(story)
