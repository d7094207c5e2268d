"""Who is let in to a bot's socket, and what ends calls there."""

from __future__ import annotations

import asyncio
import logging
import stat
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.unit.bot.doubles import silence, spoken
from tests.unit.bot.peer import (
    RIDDLE,
    WHEN,
    Bot,
    Peer,
    greeted,
    run,
)


def test_the_socket_is_for_its_group_only(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        assert stat.S_IMODE(bot.path.stat().st_mode) == 0o660

    (tmp_path / "audio.sock").touch()
    run(tmp_path, scenario)


def test_a_broken_voice_ends_the_call_and_only_that(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as other, greeted(connect) as peer:
            bot.book.answers["when"] = "It will FAIL here"
            peer.say(spoken(WHEN) + silence(0.5))
            await peer.until(lambda: peer.over)
            assert peer.of("hangup") == [{"type": "hangup", "reason": "error"}]
            bot.book.answers["when"] = "At eight."
            other.say(spoken(WHEN) + silence(0.5))
            await other.replied(2)
            assert other.replies()[-1] == "At eight."
        assert "broken voice" in caplog.text

    run(tmp_path, scenario)


def test_the_other_side_vanishes(tmp_path: Path) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            assert bot.service.calls == 1
            peer.writer.write_eof()
            await peer.until(lambda: peer.over)
            assert bot.service.calls == 0
            assert bot.metric('sipforge_bot_calls_ended_total{how="done"} 1.0')

    run(tmp_path, scenario)


CALL = str(uuid.uuid4())


@pytest.mark.parametrize(
    ("greet", "words"),
    [
        (lambda peer: peer.hello(CALL, key="x" * 48), "token refused"),
        (lambda peer: peer.hello(CALL, bot="kinyarwanda"), "token refused"),
        (lambda peer: peer.hello(CALL, token_call=str(uuid.uuid4())), "for another call"),
        (lambda peer: peer.say(silence(0.1)), "expected hello"),
        (lambda peer: peer.writer.write(b"GET / HTTP/1.1\r\n\r\n"), "not allowed"),
        (lambda peer: peer.writer.write(b"\x80\x00"), "inside a frame"),
        (lambda peer: None, "without a hello"),
    ],
)
def test_what_is_no_call_gets_one_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, greet: Callable[[Peer], None], words: str
) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as other:
            peer = await connect()
            greet(peer)
            peer.writer.write_eof()
            await peer.until(lambda: peer.over)
            assert not peer.events
            other.say(spoken(WHEN) + silence(0.5))
            await other.replied(2)
            assert other.replies() == ["greeting_afternoon.", "At eight."]
        lines = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(lines) == 1
        assert words in lines[0]

    caplog.set_level(logging.INFO)
    run(tmp_path, scenario)


def test_garbage_in_the_middle_of_a_call_ends_it_with_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.writer.write(b"\x77\xff\xff garbage")
            await peer.until(lambda: peer.over)
        lines = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(lines) == 1
        assert "broke off" in lines[0]

    run(tmp_path, scenario)


def test_no_call_is_there_twice(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        first = await connect()
        first.hello(CALL)
        await first.spoken(1)
        again = await connect()
        again.hello(CALL)
        await again.until(lambda: again.over)
        assert "here already" in caplog.text
        assert bot.service.calls == 1

    run(tmp_path, scenario)


def test_the_service_ends_calls_in_an_orderly_way(tmp_path: Path) -> None:
    async def main() -> None:
        bot, ready = Bot(tmp_path), asyncio.Event()
        serving = asyncio.create_task(bot.service.serve(bot.path, ready))
        await ready.wait()
        peer = Peer(*await asyncio.open_unix_connection(bot.path))
        peer.hello(CALL)
        await peer.spoken(1)
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving
        await peer.until(lambda: peer.over)
        assert peer.over
        peer.writer.close()

    asyncio.run(main())


def test_what_callers_say_is_never_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(bot: Bot, connect: Callable[[], Awaitable[Peer]]) -> None:
        async with greeted(connect) as peer:
            peer.say(spoken(RIDDLE) + silence(0.5))
            await peer.spoken(2)

    caplog.set_level(logging.DEBUG)
    run(tmp_path, scenario)
    assert any(record.message == "turn understood" for record in caplog.records)
    assert not any("riddle" in str(record.__dict__) for record in caplog.records)
