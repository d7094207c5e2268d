"""A service's life under systemd: its tasks run side by side until a signal ends them all."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine, Iterable
from typing import Any

from sipforge.infra.systemd.notify import Notifier, watchdog


async def run_until_signal(
    tasks: Iterable[Coroutine[Any, Any, Any]], serving: Iterable[asyncio.Event]
) -> None:
    """Run the tasks and the watchdog until SIGTERM or SIGINT; tell systemd when all of `serving` are set.

    Raises:
        OSError: one of them could not serve.
    """
    stop, notifier = asyncio.Event(), Notifier()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(task) for task in (*tasks, watchdog(notifier))]
            for event in serving:
                await event.wait()
            notifier.ready()
            await stop.wait()
            notifier.stopping()
            for task in running:
                task.cancel()
    except* OSError as failed:
        raise failed.exceptions[0] from None
