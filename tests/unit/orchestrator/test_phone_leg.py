"""The telephone's half of a call, over a real connection."""

import asyncio

from sipforge.core.audiosocket import FROM_ASTERISK, Frame, Kind, encode
from sipforge.infra.frame_stream import FrameStream
from sipforge.orchestrator.phone_leg import PhoneLeg
from sipforge.orchestrator.timing import Timing
from tests.ports import free_port


def test_a_telephone_may_send_nothing_for_hours():
    """On hold, or suppressing silence; that it is there Asterisk knows. The clock is put forward."""
    hours = [0.0]

    async def main():
        loop, port = asyncio.get_running_loop(), free_port()
        now = loop.time
        loop.time = lambda: now() + 3600 * hours[0]
        connected: asyncio.Future = loop.create_future()
        server = await asyncio.start_server(lambda *ends: connected.set_result(ends), "127.0.0.1", port)
        _, asterisk = await asyncio.open_connection("127.0.0.1", port)
        leg = PhoneLeg(FrameStream(*await connected, FROM_ASTERISK), 16000, Timing())
        receiving = asyncio.create_task(leg.receive())
        await asyncio.sleep(0.05)
        hours[0] = 8.0
        await asyncio.sleep(0.05)
        assert not receiving.done()
        asterisk.write(encode(Frame(Kind.SLIN16, bytes(640)), FROM_ASTERISK))
        frames = await receiving
        asterisk.close()
        server.close()
        return frames

    assert asyncio.run(main()) == [Frame(Kind.SLIN16, bytes(640))]
