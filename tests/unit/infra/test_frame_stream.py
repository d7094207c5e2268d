"""Reading and closing, over a real pair of sockets."""

import asyncio
import socket

import pytest

from sipforge.core.audiosocket import FROM_ASTERISK, Frame, Kind, ProtocolError, TruncatedError
from sipforge.infra.frame_stream import FrameStream

HANGUP = b"\0\0\0"


async def pair() -> tuple[FrameStream, socket.socket]:
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=ours)
    theirs.settimeout(5)
    return FrameStream(reader, writer, FROM_ASTERISK), theirs


def reading(sent: bytes, close: bool, idle_seconds: float | None = 5, frame_seconds: float = 5):
    async def read() -> Frame | None:
        stream, peer = await pair()
        with peer:
            peer.sendall(sent)
            if close:
                peer.shutdown(socket.SHUT_WR)
            try:
                return await stream.read(idle_seconds, frame_seconds)
            finally:
                await stream.close()

    return asyncio.run(read())


def test_the_outcomes_of_a_read_are_told_apart():
    assert reading(HANGUP, close=False) == Frame(Kind.HANGUP)
    assert reading(b"", close=True) is None
    with pytest.raises(TruncatedError):
        reading(b"\x12\x02", close=True)
    with pytest.raises(ProtocolError):
        reading(b"\x42\x00\x00", close=False)
    with pytest.raises(TimeoutError):
        reading(b"", close=False, idle_seconds=0.01)
    with pytest.raises(TimeoutError):
        reading(b"\x12\x02", close=False, frame_seconds=0.01)


def test_a_byte_now_and_then_does_not_stretch_the_deadline_of_a_frame():
    async def drip() -> None:
        stream, peer = await pair()

        async def feed() -> None:
            for byte in b"\x12\x02\x80" + bytes(200):
                peer.send(bytes((byte,)))
                await asyncio.sleep(0.01)

        with peer:
            feeding = asyncio.create_task(feed())
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(stream.read(None, 0.1), 1.5)
            feeding.cancel()
            await stream.close()

    asyncio.run(drip())


def test_a_peer_that_does_not_read_is_noticed():
    async def flood() -> None:
        stream, peer = await pair()
        with peer, pytest.raises(TimeoutError):
            for _ in range(10000):
                stream.send(bytes(1000))
                await stream.flush(0.05)
        await stream.close(HANGUP, linger_seconds=0.01)

    asyncio.run(flood())


def test_the_last_frame_arrives_although_input_is_unread():
    async def end() -> bytes:
        stream, peer = await pair()
        with peer:
            peer.sendall(bytes(5000))
            closing = asyncio.create_task(stream.close(HANGUP, linger_seconds=5))
            found = await asyncio.to_thread(peer.recv, 100)
            peer.shutdown(socket.SHUT_WR)
            await closing
            return found + await asyncio.to_thread(peer.recv, 100)

    assert asyncio.run(end()) == HANGUP


def test_closing_does_not_wait_for_a_peer_for_ever():
    async def end() -> bytes:
        stream, peer = await pair()
        with peer:
            await asyncio.wait_for(stream.close(HANGUP, linger_seconds=0.05), 2)
            return await asyncio.to_thread(lambda: peer.recv(100) + peer.recv(100))

    assert asyncio.run(end()) == HANGUP
