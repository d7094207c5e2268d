"""Calls on hold, and keys: what a manager interface tells, through a whole orchestrator."""

import asyncio
from dataclasses import replace

import pytest

from sipforge.core.audiosocket import Frame, Kind
from sipforge.core.messages.events import HangupEvent, Held, Mark, Resume, Resumed
from tests.unit.ami_server import AmiServer
from tests.unit.orchestrator.office import FAST, SPEECH, played, sounds


@pytest.fixture
def asterisk():
    with AmiServer() as server:
        server.after_login = b""  # its account may not see that Asterisk has booted
        yield server


def push(asterisk, name: str, channel: str = "caller", call: str = "", **headers: str) -> None:
    lines = {
        "Event": name,
        "Channel": f"AudioSocket/127.0.0.1:9092-{call}" if call else f"PJSIP/{channel}",
        "Uniqueid": channel,
        **headers,
    }
    asterisk.push(("".join(f"{key}: {value}\r\n" for key, value in lines.items()) + "\r\n").encode())


def press(asterisk, key: str, begun: bool = True) -> None:
    if begun:
        push(asterisk, "DTMFBegin", Digit=key, Direction="Received")
    push(asterisk, "DTMFEnd", Digit=key, Direction="Received", DurationMs="100")


async def talking(office, asterisk):
    """A call whose bot has said its first sound, and that Asterisk has bridged."""
    await asyncio.to_thread(asterisk.logged_in.wait, 5)
    call = await office.admitted()
    phone = await office.phone(call)
    push(asterisk, "BridgeEnter", "media", call, BridgeUniqueid="b")
    push(asterisk, "BridgeEnter", BridgeUniqueid="b")
    await phone.first_sound()
    return call, phone


class Told:
    """A bot that says a sound and keeps what it is told."""

    def __init__(self):
        self.heard = asyncio.Queue()

    async def __call__(self, bot):
        bot.say(b"\x01\x01" * 320)
        while (told := await bot.told()) is not None:
            self.heard.put_nowait(told)

    async def next(self):
        return await self.heard.get()


def test_the_bot_is_told_of_a_hold_and_its_end(tmp_path, asterisk):
    async def story(office):
        await talking(office, asterisk)
        push(asterisk, "Hold", "stranger")
        push(asterisk, "Hold")
        first = await bot.next()
        push(asterisk, "Hold")
        push(asterisk, "Unhold")
        return first, await bot.next()

    bot = Told()
    assert played(story, tmp_path, bot, ami=asterisk) == (Held(), Resumed())


def test_nothing_is_played_to_a_telephone_on_hold_and_all_of_it_afterwards(tmp_path, asterisk):
    async def script(bot):
        bot.say(b"\x01\x01" * 320)
        assert await bot.told() == Held()
        bot.say(SPEECH)
        bot.event(Resume())  # what the bot does is no end of the hold
        bot.event(Mark("said"))
        bot.event(HangupEvent("goodbye"))
        told.extend([await bot.told(), await bot.told()])
        await bot.told()

    async def story(office):
        _, phone = await talking(office, asterisk)
        push(asterisk, "Hold")
        silent = b"".join([(await phone.read()).payload for _ in range(25)])
        push(asterisk, "Unhold")
        return silent, await phone.audio_until_hangup()

    told = []
    silent, rest = played(story, tmp_path, script, ami=asterisk)
    assert sounds(silent) == b""
    assert sounds(rest) == SPEECH
    assert told == [Resumed(), Mark("said")]


def test_a_line_to_which_nobody_comes_is_let_go(tmp_path, asterisk):
    async def story(office):
        _, phone = await talking(office, asterisk)
        push(asterisk, "BridgeLeave")
        return sounds(await phone.audio_until_hangup())

    assert played(story, tmp_path, Told(), ami=asterisk, timing=replace(FAST, alone_seconds=0.2)) == b""


def test_a_call_that_is_held_when_its_audio_connects_is_held(tmp_path, asterisk):
    async def story(office):
        await asyncio.to_thread(asterisk.logged_in.wait, 5)
        call = await office.admitted()
        push(asterisk, "BridgeEnter", "media", call, BridgeUniqueid="b")
        push(asterisk, "BridgeEnter", BridgeUniqueid="b")
        push(asterisk, "Hold")
        await asyncio.sleep(0.1)
        phone = await office.phone(call)
        first = await bot.next()
        return first, b"".join([(await phone.read()).payload for _ in range(5)])

    bot = Told()
    first, pcm = played(story, tmp_path, bot, ami=asterisk)
    assert first == Held()
    assert sounds(pcm) == b""


def test_without_the_manager_interface_nobody_is_on_hold(tmp_path, asterisk):
    async def story(office):
        await talking(office, asterisk)
        told = await office.metric("sipforge_lines_told")
        push(asterisk, "Hold")
        first = await bot.next()
        await asyncio.to_thread(asterisk.close)
        return told, first, await bot.next(), await office.metric("sipforge_lines_told")

    bot = Told()
    assert played(story, tmp_path, bot, ami=asterisk) == (1.0, Held(), Resumed(), 0.0)


def test_keys_come_from_the_manager_interface_where_the_stream_has_none(tmp_path, asterisk):
    async def story(office):
        await talking(office, asterisk)
        for key in "1#":
            press(asterisk, key)
        return [await bot.next() for _ in range(2)]

    bot = Told()
    assert played(story, tmp_path, bot, ami=asterisk) == [Frame(Kind.DTMF, b"1"), Frame(Kind.DTMF, b"#")]


def test_a_key_that_comes_by_every_way_counts_once(tmp_path, asterisk):
    async def story(office):
        _, phone = await talking(office, asterisk)
        press(asterisk, "0")
        assert (await bot.next()).payload == b"0"  # the line is known
        for key in "118":
            press(asterisk, key)
            press(asterisk, key, begun=False)
            # Asterisk hands on both, later.
            phone.send(Kind.DTMF, key.encode())
            phone.send(Kind.DTMF, key.encode())
        await asyncio.sleep(0.1)
        press(asterisk, "9")
        return [(await bot.next()).payload for _ in range(4)]

    bot = Told()
    assert played(story, tmp_path, bot, ami=asterisk) == [b"1", b"1", b"8", b"9"]


def test_keys_come_by_the_stream_where_nobody_tells_of_the_line(tmp_path, asterisk):
    async def story(office):
        await asyncio.to_thread(asterisk.logged_in.wait, 5)
        phone = await office.phone()
        await phone.first_sound()
        for key in (b"1", b"1", b"2"):
            phone.send(Kind.DTMF, key)
        return [(await bot.next()).payload for _ in range(3)]

    bot = Told()
    assert played(story, tmp_path, bot, ami=asterisk) == [b"1", b"1", b"2"]
