"""A speaker at the end of a real Unix socket pair."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from sipforge.bot.call.link import Link
from sipforge.bot.call.speaker import Speaker, sentence_of
from sipforge.bot.voice import PAUSE_SECONDS, Voice
from sipforge.core.audiosocket import UNIX_LEG, FrameParser, Kind
from sipforge.core.conversation.facts import Fact, Sent, Sounded
from sipforge.core.messages.events import Clear, Mark
from sipforge.engines.protocols import EngineError, Slin, Tts
from sipforge.text.language import PLAIN_TEXT
from tests.unit.bot.doubles import BeepTts

LETTER_SECONDS = 0.01
"""Of a BeepTts."""


class Far:
    """What comes out at the orchestrator's end, and what the speaker reports, in one order."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._parser = FrameParser(UNIX_LEG)
        self.events: list[dict[str, Any]] = []
        self.pieces: list[int] = []
        """Bytes of each piece of sound."""
        self.facts: list[Fact] = []
        self.told = asyncio.Condition()
        self.listens = asyncio.Event()
        """Until it is set, a report waits."""
        self.listens.set()

    async def report(self, what: Fact) -> None:
        async with self.told:
            self.facts.append(what)
            self.told.notify_all()
        await self.listens.wait()

    async def until(self, kind: str, count: int = 1) -> None:
        async with asyncio.timeout(5):
            while sum(event["type"] == kind for event in self.events) < count:
                frame = self._parser.next_frame()
                if frame is None:
                    self._parser.receive_data(await self._reader.read(65536))
                elif frame.kind == Kind.SLIN16:
                    self.pieces.append(len(frame.payload))
                else:
                    self.events.append(json.loads(frame.payload))

    async def until_told(self, count: int) -> None:
        async with asyncio.timeout(5), self.told:
            await self.told.wait_for(lambda: len(self.facts) >= count)

    @property
    def marks(self) -> list[int]:
        """Sentences whose end was marked."""
        return [sentence_of(Mark(event["name"])) for event in self.events if event["type"] == "mark"]


Story = Callable[[Speaker, Far, Link], Awaitable[None]]


def run(story: Story, tts: Tts | None = None) -> None:
    async def main() -> None:
        near, far_end = socket.socketpair()
        link = Link(*await asyncio.open_connection(sock=near))
        reader, writer = await asyncio.open_connection(sock=far_end)
        far = Far(reader)
        speaker = Speaker(link, Voice(tts or BeepTts(), PLAIN_TEXT, None), far.report)
        try:
            async with asyncio.TaskGroup() as group:
                speaking = group.create_task(speaker.run())
                await story(speaker, far, link)
                speaking.cancel()
        finally:
            writer.close()
            await link.close()

    asyncio.run(main())


class StreamingTts(BeepTts):
    """Gives a sentence in two pieces, and the second when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.closed = 0

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        self.made.append(text)
        try:
            yield np.full(1600, 1000, np.int16)
            await self.go_on.wait()
            yield np.full(1600, 1000, np.int16)
        finally:
            self.closed += 1


def test_sentences_are_spoken_in_their_order_each_with_its_mark() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.speak(1, "One.")
        speaker.play(2, bytes(6400))
        speaker.speak(3, "Three.")
        await far.until("mark", 3)
        assert far.marks == [1, 2, 3]
        assert sum(far.pieces) == 2 * 160 * len("One.Three.") + 6400 + 2 * int(32000 * PAUSE_SECONDS)

    run(story)


def test_what_was_sent_is_reported() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.speak(1, "One.")
        speaker.play(2, bytes(32000))
        await far.until("mark", 2)
        first, whole, _, recording = far.facts
        assert isinstance(first, Sounded)
        assert (first.sentence, first.seconds < 1) == (1, True)
        assert whole == Sent(1, pytest.approx(4 * LETTER_SECONDS + PAUSE_SECONDS))
        assert recording == Sent(2, 1.0)

    run(story)


def test_the_mark_of_a_sentence_is_not_sent_before_its_length_was_reported() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        far.listens.clear()
        speaker.play(1, b"")
        await far.until_told(1)
        assert far.facts == [Sent(1, 0.0)]
        link.event(Clear())
        await far.until("clear")
        far.listens.set()
        await far.until("mark")
        assert [event["type"] for event in far.events] == ["clear", "mark"]

    run(story)


def test_a_recording_without_sound_is_over_at_once() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.play(1, b"")
        await far.until("mark")
        assert far.facts == [Sent(1, 0.0)]
        assert far.pieces == []

    run(story)


def test_the_first_sound_is_reported_before_the_rest_is_made() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.speak(1, "One.")
        await far.until_told(1)
        assert isinstance(far.facts[0], Sounded)
        assert far.marks == []
        tts.go_on.set()
        await far.until("mark")
        assert far.facts[1:] == [Sent(1, 0.2 + PAUSE_SECONDS)]

    tts = StreamingTts()
    run(story, tts)


def test_sound_is_sent_in_pieces_of_half_a_second_at_most() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.play(1, bytes(3 * 32000 + 2))
        await far.until("mark")
        assert far.pieces == [16000] * 6 + [2]
        assert far.facts[-1] == Sent(1, 3 + 2 / 32000)

    run(story)


def test_what_is_queued_is_dropped_by_a_clear_and_what_comes_after_it_is_spoken() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.speak(1, "One.")
        speaker.speak(2, "Two.")
        speaker.clear()
        link.event(Clear())
        speaker.speak(3, "Three.")
        await far.until("mark")
        assert [event["type"] for event in far.events] == ["clear", "mark"]
        assert far.marks == [3]

    run(story)


def test_a_sentence_that_is_cleared_in_its_middle_ends_there_and_has_no_mark() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.speak(1, "One.")
        await far.until_told(1)
        speaker.clear()
        speaker.speak(2, "Two.")
        tts.go_on.set()
        await far.until("mark")
        assert far.marks == [2]
        assert far.facts[1] == Sent(1, 0.1)
        assert tts.closed == 2

    tts = StreamingTts()
    run(story, tts)


def test_a_recording_that_is_cleared_in_its_middle_stops_within_a_piece() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.play(1, bytes(60 * 32000))
        await far.until_told(1)
        speaker.clear()
        link.event(Clear())
        await far.until("clear")
        await far.until_told(2)
        assert sum(far.pieces) < 60 * 32000
        assert far.marks == []

    run(story)


def test_a_voice_that_breaks_is_an_error_of_the_call() -> None:
    async def story(speaker: Speaker, far: Far, link: Link) -> None:
        speaker.speak(1, "FAIL.")
        await far.until_told(1)

    with pytest.raises(ExceptionGroup) as broken:
        run(story)
    assert isinstance(broken.value.exceptions[0], EngineError)


@pytest.mark.parametrize(
    ("name", "sentence"), [("said-7", 7), ("said-", 0), ("said-x", 0), ("never", 0), ("7", 0)]
)
def test_a_mark_that_comes_back_tells_its_sentence(name: str, sentence: int) -> None:
    assert sentence_of(Mark(name)) == sentence
