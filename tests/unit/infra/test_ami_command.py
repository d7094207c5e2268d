import socket
import time

import pytest

from sipforge.infra.asterisk.ami.command import AmiCommandClient
from sipforge.infra.asterisk.ami.messages import AmiError, AmiUnreachable
from tests.unit.ami_server import ONE_CONTACT, TWO_USERS_TALK, AmiServer

# pyst2 uses old names of the threading module.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")


def test_login_actions_and_listings() -> None:
    answers = {
        "CoreShowChannels": TWO_USERS_TALK,
        "PJSIPShowRegistrationInboundContactStatuses": ONE_CONTACT,
    }
    with AmiServer(answers=answers) as server, AmiCommandClient("127.0.0.1", server.port) as manager:
        manager.login("cli", "s3cret")
        assert manager.action("CoreSettings")["AsteriskVersion"] == "22.10.1+dfsg+~cs6.17.60671434-1"
        channels = manager.listing("CoreShowChannels")
        assert [channel["CallerIDName"] for channel in channels] == ["Jean-Paul É. & Co", "Ange Uwase"]
        contacts = manager.listing("PJSIPShowRegistrationInboundContactStatuses")
        assert [contact["EndpointName"] for contact in contacts] == ["1001"]
        assert manager.action("Reload", Module="res_pjsip.so")["Message"] == "Module Reloaded"
        assert server.actions[0]["Events"] == "off"
        assert server.actions[-1]["Module"] == "res_pjsip.so"


def test_it_logs_off() -> None:
    with AmiServer() as server:
        with AmiCommandClient("127.0.0.1", server.port) as manager:
            manager.login("cli", "s3cret")
        assert server.names() == ["Logoff"]


def test_empty_lists() -> None:
    with AmiServer() as server, AmiCommandClient("127.0.0.1", server.port) as manager:
        manager.login("cli", "s3cret")
        assert manager.listing("CoreShowChannels") == ()
        assert manager.listing("PJSIPShowRegistrationInboundContactStatuses") == ()


def test_a_wrong_secret() -> None:
    with (
        AmiServer() as server,
        AmiCommandClient("127.0.0.1", server.port) as manager,
        pytest.raises(AmiError, match="Login refused: Authentication failed"),
    ):
        manager.login("cli", "wrong")


def test_a_refusal_is_told_in_asterisks_words() -> None:
    with AmiServer() as server, AmiCommandClient("127.0.0.1", server.port) as manager:
        manager.login("cli", "s3cret")
        for ask in (manager.action, manager.listing):
            with pytest.raises(AmiError, match="Nonsense refused: Permission denied"):
                ask("Nonsense")


def test_nothing_listening_is_its_own_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(AmiUnreachable, match=f"Asterisk does not answer at 127.0.0.1:{port}"):
        AmiCommandClient("127.0.0.1", port)


@pytest.mark.parametrize(
    ("greeting", "why"),
    [(b"", r"no greeting within 0\.2 s"), (b"HTTP/1.1 400 Bad Request\r\n", "is not Asterisk's")],
)
def test_a_peer_that_is_no_asterisk_is_left(greeting: bytes, why: str) -> None:
    with AmiServer() as server:
        server.greeting = greeting
        with pytest.raises(AmiError, match=why):
            AmiCommandClient("127.0.0.1", server.port, timeout_seconds=0.2)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (b"", "did not answer within|Connection Terminated"),
        (b"Response: Success\r\nEventList: start\r\n\r\n", "the list did not end"),
    ],
)
def test_a_silent_asterisk_does_not_block(answer: bytes, why: str) -> None:
    with (
        AmiServer(answers={"CoreShowChannels": answer}) as server,
        AmiCommandClient("127.0.0.1", server.port, timeout_seconds=0.2) as manager,
    ):
        manager.login("cli", "s3cret")
        begun = time.monotonic()
        with pytest.raises(AmiError, match=why):
            manager.listing("CoreShowChannels")
        assert time.monotonic() - begun < 2


def test_a_lost_connection_is_told() -> None:
    with AmiServer() as server, AmiCommandClient("127.0.0.1", server.port) as manager:
        manager.login("cli", "s3cret")
        server.drop()
        with pytest.raises(AmiError, match="CoreStatus"):
            manager.action("CoreStatus")


@pytest.mark.parametrize("text", ["x\r\nAction: Command", "x\ny", "x\ry", "x\0"])
def test_nothing_sent_can_bring_in_a_line_of_its_own(text: str) -> None:
    with AmiServer() as server, AmiCommandClient("127.0.0.1", server.port) as manager:
        manager.login("cli", "s3cret")
        for name, headers in (("Reload", {"Module": text}), ("Reload", {text: "x"}), (text, {})):
            with pytest.raises(AmiError, match="control character"):
                manager.action(name, **headers)
        with pytest.raises(AmiError, match="control character"):
            manager.listing(text)
        assert server.names() == []


def test_text_beyond_ascii_is_sent_as_it_is() -> None:
    with AmiServer() as server, AmiCommandClient("127.0.0.1", server.port) as manager:
        manager.login("cli", "s3cret")
        manager.action("Hangup", Channel="Café \N{EN DASH} Ürümqi")
        assert server.actions[-1]["Channel"] == "Café \N{EN DASH} Ürümqi"
