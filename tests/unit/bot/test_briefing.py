"""The sound that tells a colleague of a caller, as a file."""

import asyncio
import os

import pytest

from sipforge.bot.briefing import write_briefing
from sipforge.bot.voice import Voice
from sipforge.engines.protocols import EngineError
from sipforge.text import plain
from tests.unit.bot.doubles import BeepTts

CALL = "01234567-89ab-cdef-0123-456789abcdef"
OTHER = "11234567-89ab-cdef-0123-456789abcdef"


@pytest.fixture
def voice():
    return Voice(BeepTts(), plain, None)


@pytest.fixture
def folder(tmp_path):
    before = os.umask(0o027)
    yield tmp_path / "briefings"
    os.umask(before)


def test_another_user_can_read_the_file_and_not_list_the_folder(voice, folder):
    async def story():
        spoken = b"".join([piece async for piece in voice.speak("Alice is calling.")])
        return spoken, await write_briefing(voice, "Alice is calling.", folder, CALL)

    spoken, path = asyncio.run(story())
    assert path == folder / f"{CALL}.sln16"
    assert path.read_bytes() == spoken != b""
    assert folder.stat().st_mode & 0o777 == 0o711
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(folder.iterdir()) == [path]


def test_a_second_briefing_of_a_call_replaces_the_first(voice, folder):
    async def story():
        first = await write_briefing(voice, "Alice is calling.", folder, CALL)
        before = first.read_bytes()
        second = await write_briefing(voice, "Alice is calling. It is about her order.", folder, CALL)
        return before, first, second

    before, first, second = asyncio.run(story())
    assert first == second
    assert len(second.read_bytes()) > len(before)


@pytest.mark.parametrize("call_id", ["../../etc/cron", "", "2000", f"{CALL}/x"])
def test_only_a_uuid_names_a_file(voice, folder, call_id):
    with pytest.raises(ValueError, match="badly formed"):
        asyncio.run(write_briefing(voice, "Alice is calling.", folder, call_id))
    assert not folder.exists()


def test_nothing_to_say_is_an_error(voice, folder):
    with pytest.raises(EngineError, match="empty"):
        asyncio.run(write_briefing(voice, " ", folder, CALL))
    assert not folder.exists()


def test_a_briefing_is_removed_after_its_time_and_a_newer_one_is_not(voice, folder):
    async def story():
        old = await write_briefing(voice, "Alice is calling.", folder, CALL)
        os.utime(old, (1.0, 1.0))
        # The timer of one file removes whatever is old enough, and nothing else.
        await write_briefing(voice, "Bob is calling.", folder, OTHER, kept_seconds=0.0)
        new = folder / f"{OTHER}.sln16"
        os.utime(new, (4e9, 4e9))
        async with asyncio.timeout(5):
            while old.exists():  # noqa: ASYNC110 - a timer of the loop removes it
                await asyncio.sleep(0)
        return list(folder.iterdir()), new

    left, new = asyncio.run(story())
    assert left == [new]
