"""Notifications, received on a real datagram socket."""

import asyncio
import os
import socket

import pytest

from sipforge.infra.systemd.notify import Notifier, watchdog


@pytest.fixture
def systemd(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(5)
        yield line


def test_messages_reach_systemd(systemd):
    notifier = Notifier({"NOTIFY_SOCKET": systemd.getsockname()})
    notifier.ready()
    notifier.status("2 calls\nREADY=0")
    notifier.stopping()
    assert [systemd.recv(100) for _ in range(3)] == [b"READY=1", b"STATUS=2 calls READY=0", b"STOPPING=1"]


def test_abstract_sockets_are_understood():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(f"\0sipforge-test-{os.getpid()}")
        Notifier({"NOTIFY_SOCKET": f"@sipforge-test-{os.getpid()}"}).ready()
        line.settimeout(5)
        assert line.recv(100) == b"READY=1"


def test_outside_systemd_nothing_happens(tmp_path):
    Notifier({}).ready()
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).ready()


async def watched(systemd: socket.socket) -> list[bytes]:
    systemd.setblocking(False)
    environment = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "2000"}
    loop, task = asyncio.get_running_loop(), asyncio.create_task(watchdog(Notifier(environment)))
    async with asyncio.timeout(5):
        messages = [await loop.sock_recv(systemd, 100) for _ in range(3)]
    task.cancel()
    return messages


def test_the_watchdog_is_fed_again_and_again(systemd):
    assert asyncio.run(watched(systemd)) == [b"WATCHDOG=1"] * 3


@pytest.mark.parametrize(
    "environment", [{}, {"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}]
)
def test_without_a_watchdog_the_task_ends_at_once(environment):
    asyncio.run(asyncio.wait_for(watchdog(Notifier(environment)), 5))


def test_the_interval_is_what_systemd_gave():
    given = {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}
    assert Notifier(given).watchdog_seconds == 30.0
