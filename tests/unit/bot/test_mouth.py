"""A mouth at the end of a real Unix socket pair."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sipforge.bot.link import Link
from sipforge.bot.mouth import Mouth
from sipforge.bot.voice import Voice, load_language
from sipforge.core.audiosocket import UNIX_LEG, FrameParser, Kind
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


def run(story: Callable[[Mouth, Far], Awaitable[None]]) -> None:
    async def main() -> None:
        near, far = socket.socketpair()
        link = Link(*await asyncio.open_connection(sock=near))
        reader, writer = await asyncio.open_connection(sock=far)
        mouth = Mouth(link, Voice(BeepTts(), load_language("plain"), None))
        async with asyncio.TaskGroup() as group:
            speaking = group.create_task(mouth.run())
            await story(mouth, Far(reader))
            speaking.cancel()
        writer.close()
        await link.close()

    asyncio.run(main())


def test_a_reply_is_over_when_its_last_sentence_was_heard() -> None:
    async def story(mouth: Mouth, far: Far) -> None:
        mouth.begin()
        mouth.say("One. Two.")
        mouth.close()
        assert mouth.busy
        await far.until("mark", 2)
        assert [event["name"] for event in far.events] == ["said-1", "said-2"]
        assert not mouth.heard("said-1")
        assert not mouth.heard("never")
        assert mouth.heard("said-2")
        assert not mouth.busy
        assert mouth.said == "One. Two."

    run(story)


def test_a_reply_that_is_not_complete_is_not_over() -> None:
    async def story(mouth: Mouth, far: Far) -> None:
        mouth.begin()
        mouth.say("One.")
        await far.until("mark")
        assert not mouth.heard("said-1")
        mouth.close()
        assert not mouth.busy

    run(story)


def test_a_mark_that_never_comes_back_is_given_up_and_one_that_came_is_not_waited_for() -> None:
    async def story(mouth: Mouth, far: Far) -> None:
        mouth.begin()
        mouth.say("One.")
        mouth.close()
        await far.until("mark")
        now = time.monotonic()
        assert not mouth.overdue(now)
        assert mouth.overdue(now + 30)
        assert not mouth.busy
        assert not mouth.overdue(now + 60)
        mouth.begin()
        mouth.say("Two.")
        mouth.close()
        await far.until("mark", 2)
        assert mouth.heard("said-2")
        assert not mouth.overdue(now + 60)

    run(story)


def test_while_it_is_held_nothing_is_overdue() -> None:
    async def story(mouth: Mouth, far: Far) -> None:
        mouth.begin()
        mouth.say("One.")
        mouth.close()
        await far.until("mark")
        mouth.hold()
        mouth.hold()
        assert not mouth.overdue(time.monotonic() + 60)
        mouth.release()
        await far.until("resume")
        assert [event["type"] for event in far.events] == ["mark", "pause", "resume"]
        assert mouth.overdue(time.monotonic() + 60)

    run(story)


@pytest.mark.parametrize(
    ("played_seconds", "heard"), [(0.0, "One."), (0.2, "One. Two three"), (9.0, "One. Two three four five.")]
)
def test_of_a_reply_that_was_hushed_as_much_is_known_as_was_heard(played_seconds: float, heard: str) -> None:
    async def story(mouth: Mouth, far: Far) -> None:
        mouth.begin()
        mouth.say("One. Two three four five.")
        mouth.close()
        await far.until("mark", 2)
        mouth.heard("said-1")
        mouth.hush()
        assert not mouth.busy
        assert mouth.cut(played_seconds) == heard
        assert mouth.cut(played_seconds) == ""

    run(story)


def test_what_comes_after_the_words_comes_after_them_and_is_dropped_with_them() -> None:
    async def story(mouth: Mouth, far: Far) -> None:
        async def work() -> None:
            mouth.event({"type": "hangup", "reason": "goodbye"})

        mouth.begin()
        mouth.play("", bytes(64000))
        mouth.work(work)
        await far.until("hangup")
        assert [event["type"] for event in far.events] == ["mark", "hangup"]
        assert far.audio_bytes == 64000
        mouth.say("One.")
        mouth.event({"type": "hangup", "reason": "idle"})
        mouth.hush()
        await far.until("clear")
        assert [event["type"] for event in far.events] == ["mark", "hangup", "clear"]

    run(story)
