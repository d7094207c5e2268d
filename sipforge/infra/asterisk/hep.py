"""Receives the SIP messages that Asterisk sends and gets, from its module res_hep_pjsip."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sipforge.core.asterisk.hep import sip_message


class _Receiver(asyncio.DatagramProtocol):
    def __init__(self, on_message: Callable[[str], None]) -> None:
        self._on_message = on_message

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = sip_message(data)
        if message is not None:
            self._on_message(message)


async def receive_sip(host: str, port: int, on_message: Callable[[str], None]) -> None:
    """Hand each message to `on_message`, in the order in which they come, until cancelled.

    What comes faster than it is taken is dropped by the kernel.

    Raises:
        OSError: the port cannot be bound.
    """
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Receiver(on_message), local_addr=(host, port))
    try:
        await loop.create_future()  # nobody ends it
    finally:
        transport.close()
