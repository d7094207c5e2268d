"""A small manager interface on the loopback address that answers with what a real Asterisk 22.10.1 said."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

RECORDINGS = Path(__file__).parent / "recordings"
EVENTS = (RECORDINGS / "ami-22.10.1-events.bin").read_bytes()
"""Telephones register, one unknown, one with a wrong password; 1001 rings 1002, then 2000; all leave."""

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
BOOTED, _, EVENTS_AFTER_BOOT = EVENTS.partition(b"\r\n\r\n")
BOOTED += b"\r\n\r\n"

_SUCCESS = b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
_REFUSED = b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
_UNKNOWN = b"Response: Error\r\nMessage: Permission denied\r\n\r\n"

NO_CHANNELS = (
    b"Response: Success\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
    b"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 0\r\n\r\n"
)
TWO_USERS_TALK = (
    "Response: Success\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
    "Event: CoreShowChannel\r\nChannel: PJSIP/1002-00000003\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
    "CallerIDNum: 1002\r\nCallerIDName: Jean-Paul É. & Co\r\nConnectedLineNum: 1001\r\n"
    "ConnectedLineName: Ange Uwase\r\nLanguage: en\r\nAccountCode: \r\nContext: users\r\nExten: \r\n"
    "Priority: 1\r\nUniqueid: 1795341500.5\r\nLinkedid: 1795341500.4\r\nApplication: AppDial\r\n"
    "ApplicationData: (Outgoing Line)\r\nDuration: 00:00:02\r\n"
    "BridgeId: 152654ff-7213-45e8-952a-1c9171085e8a\r\n\r\n"
    "Event: CoreShowChannel\r\nChannel: PJSIP/1001-00000002\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
    "CallerIDNum: 1001\r\nCallerIDName: Ange Uwase\r\nConnectedLineNum: 1002\r\n"
    "ConnectedLineName: Jean-Paul É. & Co\r\nLanguage: en\r\nAccountCode: \r\nContext: sub-user\r\n"
    "Exten: s\r\n"
    "Priority: 1\r\nUniqueid: 1795341500.4\r\nLinkedid: 1795341500.4\r\nApplication: Dial\r\n"
    "ApplicationData: PJSIP/1002,20\r\nDuration: 00:01:02\r\n"
    "BridgeId: 152654ff-7213-45e8-952a-1c9171085e8a\r\n\r\n"
    "Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"
).encode()
ASSISTANT_TALKS = (
    b"Response: Success\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n"
    b"Event: CoreShowChannel\r\n"
    b"Channel: AudioSocket/127.0.0.1:9092-40325ec2-5efd-4bd3-805f-53576e581d13\r\nChannelState: 6\r\n"
    b"ChannelStateDesc: Up\r\nCallerIDNum: 2000\r\nCallerIDName: <unknown>\r\nConnectedLineNum: 1001\r\n"
    b"ConnectedLineName: Ange Uwase\r\nLanguage: en\r\nAccountCode: \r\nContext: default\r\nExten: \r\n"
    b"Priority: 1\r\nUniqueid: 1795341505.7\r\nLinkedid: 1795341505.6\r\nApplication: AppDial\r\n"
    b"ApplicationData: (Outgoing Line)\r\nDuration: 00:00:02\r\n"
    b"BridgeId: 78d15b26-0eec-454e-80c3-9da63fc7be18\r\n\r\n"
    b"Event: CoreShowChannel\r\nChannel: PJSIP/1001-00000004\r\nChannelState: 6\r\nChannelStateDesc: Up\r\n"
    b"CallerIDNum: 1001\r\nCallerIDName: Ange Uwase\r\nConnectedLineNum: <unknown>\r\n"
    b"ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\nContext: users\r\nExten: 2000\r\n"
    b"Priority: 1\r\nUniqueid: 1795341505.6\r\nLinkedid: 1795341505.6\r\nApplication: Dial\r\n"
    b"ApplicationData: AudioSocket/127.0.0.1:9092/40325ec2-5efd-4bd3-805f-53576e581d13/c(slin16),,g\r\n"
    b"Duration: 00:00:02\r\nBridgeId: 78d15b26-0eec-454e-80c3-9da63fc7be18\r\n\r\n"
    b"Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 2\r\n\r\n"
)
NO_CONTACTS = (
    b"Response: Success\r\nEventList: start\r\n"
    b"Message: Following are ContactStatusEvents for each Inbound registration\r\n\r\n"
    b"Event: ContactStatusDetailComplete\r\nEventList: Complete\r\nListItems: 0\r\n\r\n"
)
ONE_CONTACT = (
    b"Response: Success\r\nEventList: start\r\n"
    b"Message: Following are ContactStatusEvents for each Inbound registration\r\n\r\n"
    b"Event: ContactStatusDetail\r\nAOR: 1001\r\nURI: sip:1001-0x5634b6017b70@127.0.0.1:5090\r\n"
    b"UserAgent: baresip v1.0.0 (x86_64/linux)\r\nRegExpire: 1795342011\r\nViaAddress: 127.0.0.1:5090\r\n"
    b"CallID: 96f38c014f06a685\r\nStatus: NonQualified\r\nRoundtripUsec: N/A\r\nEndpointName: 1001\r\n"
    b"ID: 1001;@e8c55ceb585ce6c88d2b3b46fb52b57e\r\nAuthenticateQualify: 0\r\nOutboundProxy: \r\nPath: \r\n"
    b"QualifyFrequency: 0\r\nQualifyTimeout: 3.000\r\nQualify2xxOnly: 0\r\n\r\n"
    b"Event: ContactStatusDetailComplete\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"
)


def database(family: str, entries: Mapping[str, str] | None = None) -> bytes:
    """What Asterisk's database has under a family."""
    found = "".join(
        f"Event: DBGetTreeResponse\r\nKey: /{family}/{key}\r\nVal: {value}\r\n\r\n"
        for key, value in (entries or {}).items()
    )
    start = "Response: Success\r\nEventList: start\r\nMessage: Result will follow\r\n\r\n"
    end = f"Event: DBGetTreeComplete\r\nEventList: Complete\r\nListItems: {len(entries or {})}\r\n\r\n"
    return f"{start}{found}{end}".encode()


ANSWERS: Mapping[str, bytes] = {
    "Ping": b"Response: Success\r\nPing: Pong\r\nTimestamp: 1795341364.350888\r\n\r\n",
    "Logoff": b"Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n",
    "Reload": b"Response: Success\r\nMessage: Module Reloaded\r\n\r\n",
    "Setvar": b"Response: Success\r\nMessage: Variable Set\r\n\r\n",
    "Hangup": b"Response: Success\r\nMessage: Channel Hungup\r\n\r\n",
    "CoreSettings": (
        b"Response: Success\r\nAMIversion: 11.0.0\r\n"
        b"AsteriskVersion: 22.10.1+dfsg+~cs6.17.60671434-1\r\nSystemName: \r\nCoreMaxCalls: 0\r\n\r\n"
    ),
    "CoreStatus": (
        b"Response: Success\r\nCoreStartupDate: 2026-11-22\r\nCoreStartupTime: 09:55:23\r\n"
        b"CoreReloadDate: 2026-11-22\r\nCoreReloadTime: 09:56:12\r\nCoreCurrentCalls: 0\r\n"
        b"CoreProcessedCalls: 4\r\n\r\n"
    ),
    "CoreShowChannels": NO_CHANNELS,
    "DBGetTree": database("dnd"),
    "DBPut": b"Response: Success\r\nMessage: Updated database successfully\r\n\r\n",
    "DBDel": b"Response: Success\r\nMessage: Key deleted successfully\r\n\r\n",
    "PJSIPShowRegistrationInboundContactStatuses": NO_CONTACTS,
}


class AmiServer:
    """Use as a context manager. `actions` are those received, `answers` what is said (b"": nothing)."""

    def __init__(self, secret: str = "s3cret", answers: Mapping[str, bytes] | None = None) -> None:
        self.answers = {**ANSWERS, **(answers or {})}
        self.greeting = GREETING
        self.after_login = BOOTED
        self.actions: list[dict[str, str]] = []
        self.logged_in = threading.Event()
        self.hung_up = threading.Event()
        self._secret = secret
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def push(self, data: bytes) -> None:
        """Send to whoever is connected."""
        for connection in self._connections:
            connection.sendall(data)

    def drop(self) -> None:
        """End all connections."""
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._connections.clear()

    def names(self) -> list[str]:
        """Names of the actions received, without logins and pings."""
        return [action["Action"] for action in self.actions if action["Action"] not in ("Login", "Ping")]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.sendall(self.greeting)
            waiting = b""
            while data := connection.recv(65536):
                waiting += data
                *actions, waiting = waiting.split(b"\r\n\r\n")
                for raw in actions:
                    lines = [line for line in raw.decode().split("\r\n") if line]
                    action = dict(line.split(": ", 1) for line in lines)
                    self.actions.append(action)
                    if not self._answer(connection, action):
                        return
        except OSError:
            pass
        finally:
            connection.close()

    def _answer(self, connection: socket.socket, action: dict[str, str]) -> bool:
        name = action["Action"]
        identity = f"ActionID: {action['ActionID']}\r\n".encode()

        def identified(answer: bytes) -> bytes:
            """The answer with its action's id in each message, where Asterisk puts it."""
            messages = [message for message in answer.split(b"\r\n\r\n") if message]
            return b"".join(
                first + b"\r\n" + identity + rest + b"\r\n\r\n"
                for first, _, rest in (message.partition(b"\r\n") for message in messages)
            )

        if name == "Login":
            if action.get("Secret") != self._secret:
                connection.sendall(identified(_REFUSED))
                return False
            connection.sendall(identified(_SUCCESS) + (self.after_login if action["Events"] == "on" else b""))
            self.logged_in.set()
            return True
        # What is asked of one part of the database, or of any.
        answer = self.answers.get(f"{name} {action.get('Family')}", self.answers.get(name, _UNKNOWN))
        connection.sendall(identified(answer))
        if name == "Hangup":
            self.hung_up.set()
        return name != "Logoff"

    def close(self) -> None:
        """Stop listening and end what is connected."""
        # shutdown, because close alone leaves accept() waiting.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()
        for thread in self._threads:
            thread.join(timeout=5)

    def __enter__(self) -> AmiServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
