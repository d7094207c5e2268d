"""Keys, from wherever they come: as RTP events, as SIP INFO, as both; over AudioSocket, or without it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest

from sipforge.core.conversation.keypad import END_KEY, MORE_KEY
from tests.calls.telephones import CALLER
from tests.phones.appliance import API, Appliance

MENU_KEY = MORE_KEY
READ_SECONDS = 3.0
"""After which it is known which page is read, by so many words of it."""
TOLD_WORDS = 4
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


def replies(appliance: Appliance, call: str) -> list[str]:
    history = appliance.get(f"{API}/calls/{call}")["history"]
    return [entry["text"] for entry in history if entry["type"] == "reply"]


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


def heard_pages(caller, appliance, press) -> list[str]:
    """How what is read begins once keys were pressed; the pages of the menu, one after the other."""
    caller.dial("2000")
    caller.wait_reply()
    call = appliance.calls()[0]["call"]
    press()
    caller.wait_speech()
    time.sleep(READ_SECONDS)
    caller.sound.press(END_KEY)
    assert caller.over.wait(20.0)
    appliance.wait_idle()
    read = replies(appliance, call)[1:-1]
    return [" ".join(page.split()[:TOLD_WORDS]) for page in read]


@pytest.fixture
def pages(by_hand, appliance):
    """The first two pages of the menu, as they are read to who presses the key twice, slowly."""
    caller = by_hand(CALLER)

    def slowly() -> None:
        caller.sound.press(MENU_KEY)
        caller.wait_speech()
        time.sleep(READ_SECONDS)
        caller.sound.press(MENU_KEY)

    found = heard_pages(caller, appliance, slowly)
    assert len(found) == 2
    assert found[0] != found[1]
    return found


def test_a_key_that_a_telephone_sends_both_ways_counts_once_and_two_quick_ones_twice(
    by_hand, appliance, pages
):
    ways = {
        "both": lambda phone: phone.press_both(MENU_KEY),
        "info": lambda phone: phone.press_info(MENU_KEY),
        "event": lambda phone: phone.sound.press(MENU_KEY),
    }
    for name, press in ways.items():
        once, twice = by_hand(CALLER), by_hand(CALLER)
        assert heard_pages(once, appliance, lambda press=press, phone=once: press(phone)) == pages[:1], name

        def quickly(press=press, phone=twice) -> None:
            press(phone)
            time.sleep(0.25)
            press(phone)

        # The second page cuts off the first, of which little or nothing was heard.
        assert heard_pages(twice, appliance, quickly)[-1] == pages[1], name


@pytest.mark.alone
def test_keys_work_on_a_stream_without_them(by_hand, host, appliance, pages):
    with without_keys_on_the_stream(host):
        caller = by_hand(CALLER)
        assert heard_pages(caller, appliance, lambda: caller.sound.press(MENU_KEY)) == pages[:1]
