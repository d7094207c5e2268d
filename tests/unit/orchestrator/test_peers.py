"""Peers of the AudioSocket port that do not behave: each is dropped alone, with one line in the log."""

import asyncio
import socket
from uuid import UUID

import pytest

from sipforge.core.audiosocket import Kind
from tests.unit.orchestrator.office import FAST, played, quiet

UNKNOWN_UUID = b"\x01\x00\x10" + bytes(16)
BAD_PEERS = {
    "random bytes": b"\x9a\x8b\x7c" * 100,
    "HTTP": b"GET / HTTP/1.1\r\n\r\n",
    "oversized length": b"\x01\xff\xff",
    "oversized audio": b"\x12\xff\xff" + bytes(65535),
    "unknown call": UNKNOWN_UUID,
    "audio first": b"\x12\x00\x02\x00\x00",
    "nothing": b"",
    "slow writer": b"\x01\x00\x10\x00",
}


@pytest.mark.parametrize("data", BAD_PEERS.values(), ids=BAD_PEERS)
def test_a_bad_peer_is_dropped_with_one_log_line_and_no_effect_on_a_call(tmp_path, data, caplog):
    async def story(office):
        phone = await office.phone()
        await phone.first_sound()
        caplog.clear()
        bad = await office.stranger(data)
        while await bad.read() is not None:
            pass
        lines = [record for record in caplog.records if record.name.startswith("sipforge")]
        assert (await phone.read()).kind == Kind.SLIN16
        _, calls = await office.get("/calls")
        rejected = await office.metric("sipforge_audiosocket_peers_rejected_total")
        return lines, calls, rejected

    with caplog.at_level("DEBUG"):
        lines, calls, rejected = played(story, tmp_path, quiet)
    assert len(lines) == 1
    assert lines[0].getMessage().startswith("AudioSocket peer dropped")
    assert [call["state"] for call in calls] == ["talking"]
    assert rejected >= 1


def test_a_peer_that_closes_at_once_is_one_log_line(tmp_path, caplog):
    async def story(office):
        before = await office.metric("sipforge_audiosocket_peers_rejected_total")
        caplog.clear()
        (await office.stranger()).close()
        while await office.metric("sipforge_audiosocket_peers_rejected_total") == before:
            pass
        return [record for record in caplog.records if record.name.startswith("sipforge")]

    assert len(played(story, tmp_path, quiet)) == 1


def test_a_call_id_works_once(tmp_path):
    async def story(office):
        call = await office.admitted()
        phone = await office.phone(call)
        await phone.first_sound()
        thief = await office.phone(call)
        assert await thief.audio_until_hangup() == b""
        assert (await phone.read()).kind == Kind.SLIN16

    played(story, tmp_path, quiet)


def test_strangers_are_limited_and_calls_are_not(tmp_path):
    async def story(office):
        call = await office.admitted()
        strangers = [await office.stranger() for _ in range(20)]
        refused = 0
        async with asyncio.timeout(5):
            for stranger in strangers[10:]:
                refused += (await stranger.read()).kind == Kind.HANGUP
        async with asyncio.timeout(5):
            for stranger in strangers:
                while await stranger.read() is not None:
                    pass
        phone = await office.phone(call)
        await phone.first_sound()
        return refused

    timing = type(FAST)(uuid_seconds=1.0, strangers_limit=5, linger_seconds=0.2)
    assert played(story, tmp_path, quiet, timing=timing) == 10


MISBEHAVIOURS = {
    "unknown kind": b"\x42\x00\x00",
    "oversized": b"\x12\xff\xff",
    "half a frame": b"\x12\x02\x80\x00",
    "wrong rate": b"\x10\x00\x02\x00\x00",
    "a second id": UNKNOWN_UUID,
    "error": b"\xff\x00\x01\x01",
}


@pytest.mark.parametrize("data", MISBEHAVIOURS.values(), ids=MISBEHAVIOURS)
def test_a_call_whose_asterisk_side_misbehaves_ends_alone_with_one_line(tmp_path, data, caplog):
    async def story(office):
        other, phone = await office.phone(), await office.phone()
        await other.first_sound()
        await phone.first_sound()
        caplog.clear()
        phone.writer.write(data)
        await phone.audio_until_hangup()
        await office.until(lambda: len(office.parts.calls.live()) == 1)
        lines = [record.getMessage() for record in caplog.records if record.name.startswith("sipforge")]
        assert (await other.read()).kind == Kind.SLIN16
        return lines

    with caplog.at_level("DEBUG"):
        lines = played(story, tmp_path, quiet)
    assert len(lines) == 1
    assert lines[0].startswith("call ended: dropped: ")


def test_a_telephone_that_stops_reading_is_dropped_and_another_is_not(tmp_path):
    async def story(office):
        kept, call = await office.admitted(), await office.admitted()
        other = await office.phone(kept)
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            deaf.connect(("127.0.0.1", office.settings.orchestrator.audiosocket_port))
            deaf.sendall(b"\x01\x00\x10" + UUID(call).bytes)
            while len(office.parts.calls.live()) == 2:
                assert (await other.read()).kind == Kind.SLIN16
            dropped = await office.metric('sipforge_calls_total{bot="english",outcome="dropped"}')
        return kept, [found.id for found in office.parts.calls.live()], dropped

    kept, live, dropped = played(story, tmp_path, quiet)
    assert live == [kept]
    assert dropped == 1
