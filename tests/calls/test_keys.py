"""Keys, from wherever they come: as RTP events, as SIP INFO, as both; over AudioSocket, or without it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

import pytest

from sipforge.core.conversation.policy.keypad import MORE_KEY, TOPIC_KEYS
from tests.calls.telephones import CALLER
from tests.phones.appliance import API, Appliance
from tests.phones.by_hand import HandPhone

PROXY = """
import asyncio

async def carry(reader, writer, drop):
    try:
        while True:
            head = await reader.readexactly(3)
            body = await reader.readexactly(int.from_bytes(head[1:], "big"))
            if not (drop and head[0] == 3):
                writer.write(head + body)
    except (asyncio.IncompleteReadError, OSError):
        writer.close()

async def serve(reader, writer):
    further, onward = await asyncio.open_connection("127.0.0.1", 9192)
    await asyncio.gather(carry(reader, onward, True), carry(further, writer, False))

async def main():
    async with await asyncio.start_server(serve, "127.0.0.1", 9092) as server:
        await server.serve_forever()

asyncio.run(main())
"""
"""Stands between Asterisk and the orchestrator, and keeps kind 0x03 to itself, as Asterisk 20.6 does."""


@contextlib.contextmanager
def without_keys_on_the_stream(host: Appliance) -> Iterator[None]:
    unit = "sipforge-test-proxy"
    with host.settings("orchestrator", "sipforge-orchestrator", audiosocket_port=9192):
        host.run("systemd-run", "--quiet", "--collect", f"--unit={unit}", "python3", "-c", PROXY)
        try:
            time.sleep(3.0)  # also for the orchestrator to be with the manager interface again
            yield
        finally:
            host.run("systemctl", "stop", unit)


def topic_reached(caller: HandPhone, appliance: Appliance, press: Callable[[], None]) -> str:
    """What is answered to key 1 after `press`: the first topic of the menu's page that is being read."""
    caller.dial("2000")
    caller.wait_reply()
    call = appliance.calls()[0]["call"]
    press()
    time.sleep(1.0)
    caller.sound.press("1")
    caller.wait_reply(quiet_seconds=2.0)
    caller.hangup()
    appliance.wait_idle()
    history = appliance.get(f"{API}/calls/{call}")["history"]
    return [entry["text"] for entry in history if entry["type"] == "reply"][-1]


@pytest.fixture
def topics(english_texts) -> list[str]:
    """The first topic of the menu's first page, and that of the second."""
    answers = [topic.answer for topic in english_texts.topics.values()]
    return [answers[0], answers[len(TOPIC_KEYS)]]


@pytest.mark.parametrize("way", ["event", "info", "both"])
def test_a_key_counts_once_and_two_quick_ones_count_twice(by_hand, appliance, topics, way):
    """However the telephone sends it: as an RTP event, as SIP INFO, or each key both ways."""

    def press(caller: HandPhone) -> None:
        if way != "info":
            caller.sound.press(MORE_KEY)
        if way != "event":
            caller.press_info(MORE_KEY)

    def twice() -> None:
        press(second)
        time.sleep(0.25)
        press(second)

    first, second = by_hand(CALLER), by_hand(CALLER)
    assert topic_reached(first, appliance, lambda: press(first)) == topics[0]
    assert topic_reached(second, appliance, twice) == topics[1]


@pytest.mark.alone
def test_keys_work_on_a_stream_without_them(by_hand, host, appliance, topics):
    caller = by_hand(CALLER)
    with without_keys_on_the_stream(host):
        assert topic_reached(caller, appliance, lambda: caller.sound.press(MORE_KEY)) == topics[0]
