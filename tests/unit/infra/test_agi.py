"""FastAGI, spoken by a raw socket as Asterisk does."""

import asyncio
import logging
import socket

import pytest

from sipforge.infra.asterisk.agi import AgiError, AgiRequest, answer_agi, read_headers

HEADERS = (
    b"agi_network: yes\nagi_network_script: route\nagi_request: agi://127.0.0.1:4573/route\n"
    b"agi_channel: PJSIP/1001-00000001\nagi_callerid: 1001\nagi_calleridname: Ren\xe9\n"
    b"agi_extension: 2000\nagi_arg_1: \n\n"
)


def parsed(data: bytes, end: bool = True, seconds: float = 5.0) -> dict[str, str]:
    async def feed() -> dict[str, str]:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        if end:
            reader.feed_eof()
        return await read_headers(reader, seconds)

    return asyncio.run(feed())


def test_headers_are_read_to_the_empty_line_whatever_a_name_is_encoded_in():
    headers = parsed(HEADERS)
    assert headers["agi_network_script"] == "route"
    assert headers["agi_request"] == "agi://127.0.0.1:4573/route"
    assert headers["agi_callerid"] == "1001"
    assert headers["agi_calleridname"] == "Ren\ufffd"
    assert headers["agi_arg_1"] == ""


@pytest.mark.parametrize(
    "data",
    [b"", b"agi_network: yes\n", b"agi_network: yes", b"x: " + b"y" * 200000 + b"\n\n", b"a: b\n" * 5000],
)
def test_what_ends_early_or_is_too_long_is_refused(data):
    with pytest.raises(AgiError):
        parsed(data)


def test_what_does_not_come_is_a_timeout():
    with pytest.raises(TimeoutError):
        parsed(b"agi_network: yes\n", end=False, seconds=0.01)


def conversation(sent: bytes, answers: list[bytes], value: str = "english") -> bytes:
    """Everything our side wrote, to a peer that sends `sent` and then an answer for each command."""

    async def handler(request: AgiRequest) -> None:
        await request.set_variable("SIPFORGE_BOT", value)
        await request.set_variable("SIPFORGE_CALL", "")

    async def talk() -> bytes:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_connection(sock=ours)
        peer_reader, peer_writer = await asyncio.open_connection(sock=theirs)
        serving = asyncio.create_task(answer_agi(reader, writer, {"route": handler}))
        peer_writer.write(sent)
        found = b""
        for answer in answers:
            found += await peer_reader.readline()
            peer_writer.write(answer)
        peer_writer.write_eof()
        await asyncio.wait_for(serving, 5)
        writer.close()
        found += await peer_reader.read()
        peer_writer.close()
        return found

    return asyncio.run(talk())


def test_variables_are_set_one_by_one():
    found = conversation(HEADERS, [b"200 result=1\n", b"200 result=1\n"])
    assert found == b'SET VARIABLE SIPFORGE_BOT "english"\nSET VARIABLE SIPFORGE_CALL ""\n'


@pytest.mark.parametrize(
    ("sent", "answers", "value", "says"),
    [
        (HEADERS.replace(b"script: route", b"script: other"), [], "x", "no such script"),
        (b"\n", [], "x", "no such script"),
        (b"GET / HTTP/1.1\r\n\r\n", [], "x", "no such script"),
        (HEADERS, [b"510 Invalid or unknown command\n"], "x", "refused to set"),
        (HEADERS, [b"HANGUP\n"], "x", "refused to set"),
        (HEADERS, [b""], "x", "no answer"),
        (HEADERS, [], 'x" & evil', "not a plain variable"),
        (b"\x00\xff" * 100, [], "x", "ended inside"),
    ],
)
def test_whatever_goes_wrong_is_one_log_line(sent, answers, value, says, caplog):
    with caplog.at_level(logging.INFO):
        conversation(sent, answers, value)
    assert len(caplog.records) == 1
    assert says in caplog.records[0].getMessage()
