"""Servers whose connections are tasks: limits, faults and the end."""

import asyncio
import logging

from sipforge.infra.stream_server import serve_unix


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    line = await reader.readline()
    if line == b"fail\n":
        raise RuntimeError("broken")
    writer.write(line)
    await reader.read()


async def scenario(path, limit: int, lines: list[bytes]) -> list[bytes]:
    """What each of several connections, all open at once, gets back for its line."""
    ready, found = asyncio.Event(), []
    task = asyncio.create_task(serve_unix(path, echo, limit, ready))
    await ready.wait()
    async with asyncio.timeout(5):
        peers = []
        for line in lines:
            reader, writer = await asyncio.open_unix_connection(path)
            peers.append(writer)
            writer.write(line)
            try:
                found.append(await reader.readline())
            except ConnectionResetError:
                found.append(b"reset")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        for writer in peers:
            writer.close()
    assert len(asyncio.all_tasks()) == 1
    assert not path.exists()
    return found


def test_a_fault_ends_its_own_connection_only(tmp_path, caplog):
    with caplog.at_level(logging.INFO):
        found = asyncio.run(scenario(tmp_path / "s", 9, [b"a\n", b"fail\n", b"b\n"]))
    assert found == [b"a\n", b"", b"b\n"]
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == [
        "connection ended by an error"
    ]


def test_more_connections_than_allowed_are_refused(tmp_path):
    found = asyncio.run(scenario(tmp_path / "s", 2, [b"a\n", b"b\n", b"c\n"]))
    assert found[:2] == [b"a\n", b"b\n"]
    assert found[2] in {b"", b"reset"}


def test_a_socket_left_behind_is_replaced(tmp_path):
    path = tmp_path / "s"
    path.write_text("left behind")
    assert asyncio.run(scenario(path, 1, [b"a\n"])) == [b"a\n"]
