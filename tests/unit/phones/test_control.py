import json
import socket
import threading

import pytest

from tests.phones.control import Control, ControlError, decode_netstrings, encode_netstring


def test_netstrings_in_pieces():
    buffer = bytearray()
    messages = []
    for byte in b"3:abc,0:,12:hello world!,2:x":
        buffer.append(byte)
        messages += decode_netstrings(buffer)
    assert messages == [b"abc", b"", b"hello world!"]
    assert buffer == b"2:x"


def test_netstring_is_what_it_decodes():
    assert encode_netstring(b"abc") == b"3:abc,"
    assert decode_netstrings(bytearray(encode_netstring(b"\0:,"))) == [b"\0:,"]


@pytest.mark.parametrize("garbage", [b"abc:x,", b"99999999:", b"GET / HTTP/1.1", b":x,"])
def test_garbage_is_refused(garbage):
    with pytest.raises(ControlError):
        decode_netstrings(bytearray(garbage))


@pytest.fixture
def baresip():
    """A listening socket in baresip's place, and a Control connected to it with the events it got."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        events: list = []
        control = Control(server.getsockname()[1], events.append)
        peer, _ = server.accept()
        with peer:
            yield control, peer, events
            control.close()


def answer(peer, make):
    def run():
        buffer = bytearray()
        while not (messages := decode_netstrings(buffer)):
            buffer.extend(peer.recv(4096))
        peer.sendall(make(json.loads(messages[0])))

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def netstring(**message):
    return encode_netstring(json.dumps(message).encode())


def test_command_gets_its_own_response_and_events_go_elsewhere(baresip):
    control, peer, events = baresip
    thread = answer(
        peer,
        lambda asked: (
            netstring(event=True, type="CALL_RINGING")
            + netstring(response=True, ok=True, data="not yours", token="other")
            + netstring(response=True, ok=True, data=asked["command"] + asked["params"], token=asked["token"])
        ),
    )
    assert control.command("dial", "2000") == "dial2000"
    thread.join()
    assert [event["type"] for event in events] == ["CALL_RINGING"]


def test_refused_command(baresip):
    control, peer, _ = baresip
    thread = answer(
        peer, lambda asked: netstring(response=True, ok=False, data="no such", token=asked["token"])
    )
    with pytest.raises(ControlError, match="no such"):
        control.command("foo")
    thread.join()


def test_baresip_gone_while_a_command_waits(baresip):
    control, peer, _ = baresip
    hanging_up = threading.Timer(0.1, peer.shutdown, [socket.SHUT_RDWR])
    hanging_up.start()
    with pytest.raises(ControlError, match=r"gone|no answer"):
        control.command("dial", timeout_seconds=30)
    hanging_up.join()


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(ControlError, match="does not listen"):
        Control(port, lambda event: None, timeout_seconds=0.1)
