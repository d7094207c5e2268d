import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sipforge.infra.asterisk.ami.messages import AmiError, Headers
from sipforge.infra.asterisk.ami.service import AmiServiceClient
from tests.unit.ami_server import (
    EVENTS_AFTER_BOOT,
    GREETING,
    NO_CHANNELS,
    ONE_CONTACT,
    TWO_USERS_TALK,
    AmiServer,
)


class Session:
    """A client at work, and what it reported."""

    def __init__(self, server: AmiServer, secret: str, options: dict[str, Any]) -> None:
        self.events: list[Headers] = []
        self.ups = 0
        self.downs = 0
        self.changed = asyncio.Condition()
        defaults: dict[str, Any] = {"answer_seconds": 5.0, "ping_seconds": 60.0, "retry_seconds": 0.01}
        self.ami = AmiServiceClient(
            "127.0.0.1",
            server.port,
            "monitor",
            secret,
            on_event=self._event,
            on_up=self._up,
            on_down=self._down,
            **{**defaults, **options},
        )
        self._wake = asyncio.Event()

    def _event(self, event: Headers) -> None:
        self.events.append(event)
        self._wake.set()

    async def _up(self) -> None:
        self.ups += 1
        self._wake.set()

    def _down(self) -> None:
        self.downs += 1
        self._wake.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not condition():
                self._wake.clear()
                await self._wake.wait()


@asynccontextmanager
async def session(server: AmiServer, secret: str = "s3cret", **options: Any) -> AsyncIterator[Session]:
    made = Session(server, secret, options)
    task = asyncio.create_task(made.ami.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


def run(scenario: Callable[[AmiServer], Awaitable[None]]) -> None:
    with AmiServer() as server:
        asyncio.run(scenario(server))  # type: ignore[arg-type]  # a coroutine function, as each caller sees


def test_events_arrive_in_order_as_they_were_recorded() -> None:
    async def scenario(server: AmiServer) -> None:
        async with session(server) as seen:
            await seen.until(lambda: seen.ups == 1)
            server.push(EVENTS_AFTER_BOOT)
            expected = [
                line[7:].decode() for line in EVENTS_AFTER_BOOT.split(b"\r\n") if line.startswith(b"Event: ")
            ]
            await seen.until(lambda: len(seen.events) == 1 + len(expected))
            assert [event["Event"] for event in seen.events] == ["FullyBooted", *expected]
            assert seen.ami.connected
            assert seen.ami.problem == ""

    run(scenario)


def test_text_survives_being_cut_anywhere() -> None:
    async def scenario(server: AmiServer) -> None:
        name = "Jean-Paul É. 雨 Voilà"  # à ends in byte 0xa0, which alone would be a space
        message = f"Event: Newchannel\r\nCallerIDName: {name}\r\n\r\n".encode()
        async with session(server) as seen:
            await seen.until(lambda: seen.ups == 1)
            for index in range(len(message)):
                server.push(message[index : index + 1])
            await seen.until(lambda: len(seen.events) == 2)
            assert seen.events[1] == {"Event": "Newchannel", "CallerIDName": name}

    run(scenario)


def test_actions_and_listings() -> None:
    async def scenario(server: AmiServer) -> None:
        server.answers |= {
            "CoreShowChannels": TWO_USERS_TALK,
            "PJSIPShowRegistrationInboundContactStatuses": ONE_CONTACT,
        }
        async with session(server) as seen:
            await seen.until(lambda: seen.ups == 1)
            channels = await seen.ami.listing("CoreShowChannels")
            assert [channel["CallerIDName"] for channel in channels] == ["Jean-Paul É. & Co", "Ange Uwase"]
            contacts = await seen.ami.listing("PJSIPShowRegistrationInboundContactStatuses")
            assert [contact["URI"] for contact in contacts] == ["sip:1001-0x5634b6017b70@127.0.0.1:5090"]
            assert (await seen.ami.action("Hangup", Channel="x"))["Message"] == "Channel Hungup"
            assert server.actions[-1]["Channel"] == "x"
            server.answers["CoreShowChannels"] = NO_CHANNELS
            assert await seen.ami.listing("CoreShowChannels") == ()

    run(scenario)


@pytest.mark.parametrize("text", ["x\r\nAction: Command", "x\ny", "x\ry", "x\0"])
def test_nothing_sent_can_bring_in_a_line_of_its_own(text: str) -> None:
    async def scenario(server: AmiServer) -> None:
        async with session(server) as seen:
            await seen.until(lambda: seen.ups == 1)
            for ask in (seen.ami.action, seen.ami.listing):
                for name, headers in (("Hangup", {"Channel": text}), ("Hangup", {text: "x"}), (text, {})):
                    with pytest.raises(AmiError, match="control character"):
                        await ask(name, **headers)
            assert seen.ami.connected
            await seen.ami.action("CoreStatus")
            assert server.names() == ["CoreStatus"]
        refused = Session(server, text, {})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(refused.ami.run(), 0.1)
        assert refused.ami.problem == "Login: 'Secret' has a control character"

    run(scenario)


def test_text_beyond_ascii_is_sent_as_it_is() -> None:
    async def scenario(server: AmiServer) -> None:
        async with session(server) as seen:
            await seen.until(lambda: seen.ups == 1)
            await seen.ami.action("Hangup", Channel="Café \N{EN DASH} Ürümqi")
            assert server.actions[-1]["Channel"] == "Café \N{EN DASH} Ürümqi"

    run(scenario)


def test_a_refusal_is_told_in_asterisks_words_and_keeps_the_connection() -> None:
    async def scenario(server: AmiServer) -> None:
        async with session(server) as seen:
            await seen.until(lambda: seen.ups == 1)
            with pytest.raises(AmiError, match="Nonsense refused: Permission denied"):
                await seen.ami.action("Nonsense")
            with pytest.raises(AmiError, match="Nonsense refused: Permission denied"):
                await seen.ami.listing("Nonsense")
            assert seen.ami.connected

    run(scenario)


def test_a_wrong_secret_is_one_line_however_often_it_is_tried(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(server: AmiServer) -> None:
        async with session(server, "wrong") as seen:
            await seen.until(lambda: seen.downs >= 3)
            assert seen.ami.problem == "Login refused: Authentication failed"
            assert not seen.ami.connected
            assert seen.ups == 0

    with caplog.at_level(logging.INFO):
        run(scenario)
    assert [
        record.getMessage()
        for record in caplog.records
        if record.name == "sipforge.infra.asterisk.ami.service"
    ] == ["no connection to Asterisk's manager interface: Login refused: Authentication failed"]


def test_it_comes_back_after_a_loss(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(server: AmiServer) -> None:
        async with session(server) as seen:
            await seen.until(lambda: seen.ups == 1)
            server.drop()
            await seen.until(lambda: seen.ups == 2)
            assert seen.downs == 1
            assert (await seen.ami.action("Ping"))["Ping"] == "Pong"

    with caplog.at_level(logging.INFO):
        run(scenario)
    messages = [
        record.getMessage()
        for record in caplog.records
        if record.name == "sipforge.infra.asterisk.ami.service"
    ]
    assert messages == [
        "connected to Asterisk's manager interface",
        "no connection to Asterisk's manager interface: Asterisk closed the connection",
        "connected to Asterisk's manager interface",
    ]


def test_nothing_listening_is_told() -> None:
    async def scenario(server: AmiServer) -> None:
        server.close()
        seen = Session(server, "s3cret", {})
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(seen.ami.run(), 0.1)
        assert seen.ami.problem.startswith(f"127.0.0.1:{server.port}: ")
        assert seen.downs == 0
        with pytest.raises(AmiError, match="not connected"):
            await seen.ami.action("Ping")

    server = AmiServer()
    asyncio.run(scenario(server))


@pytest.mark.parametrize("silent", ["Ping", "Hangup"])
def test_a_missing_answer_ends_the_connection(silent: str) -> None:
    async def scenario(server: AmiServer) -> None:
        server.answers[silent] = b""
        async with session(server, answer_seconds=0.2, ping_seconds=0.01) as seen:
            await seen.until(lambda: seen.ups == 1)
            if silent == "Hangup":
                with pytest.raises(AmiError, match=r"did not answer within 0\.2 s"):
                    await seen.ami.action("Hangup", Channel="x")
            await seen.until(lambda: seen.downs >= 1)

    run(scenario)


def test_an_asterisk_that_is_still_booting_is_waited_for() -> None:
    async def scenario(server: AmiServer) -> None:
        booted, server.after_login = server.after_login, b""
        async with session(server) as seen:
            assert await asyncio.to_thread(server.logged_in.wait, 5)
            assert (seen.ami.connected, seen.ups) == (False, 0)
            server.push(booted)
            await seen.until(lambda: seen.ups == 1)
            assert seen.ami.connected

    run(scenario)


def test_a_message_without_end_is_cut_off() -> None:
    async def scenario(server: AmiServer) -> None:
        async with session(server) as seen:
            await seen.until(lambda: seen.ups == 1)
            with pytest.raises(OSError, match=r"."):  # the peer hangs up while the flood is sent
                for _ in range(100):
                    await asyncio.to_thread(server.push, b"x" * 65536)
            await seen.until(lambda: seen.downs >= 1)
            assert seen.events[:1] == [seen.events[0]]

    run(scenario)


def test_something_else_behind_the_port_is_no_asterisk() -> None:
    async def scenario(server: AmiServer) -> None:
        server.greeting = b"HTTP/1.1 400 Bad Request\r\n\r\n"
        server.answers = {}
        async with session(server, "wrong") as seen:
            await seen.until(lambda: seen.downs >= 1)
            assert not seen.ami.connected

    assert GREETING.startswith(b"Asterisk")
    run(scenario)
