import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from sipforge.core.asterisk.mailbox_room import ALL
from sipforge.core.asterisk.state import Headers, LiveState
from sipforge.infra.asterisk.ami.messages import AmiError
from sipforge.infra.metrics import Metrics
from sipforge.monitor.lamps import Lamps
from sipforge.monitor.mailboxes import LostMessages, Mail, MailboxRoom
from sipforge.monitor.refused_calls import RefusedCalls
from sipforge.monitor.subjects import Subject, Variables
from sipforge.monitor.telemetry import Telemetry
from sipforge.monitor.trunks import Trunks
from tests.unit.monitor.test_watch import sample

MB = 1_000_000
REFUSED = {"Event": "UserEvent", "UserEvent": "SipForgeRefused", "Extension": "1001", "Number": "00900"}
LOST = {"Event": "UserEvent", "UserEvent": "SipForgeMessageLost", "Mailbox": "1003"}


class Asterisk:
    """Takes variables, unless it is gone."""

    def __init__(self) -> None:
        self.variables: list[tuple[str, str]] = []
        self.listings: dict[str, list[Headers]] = {}
        self.gone = False

    async def set_variable(self, name: str, value: str) -> None:
        if self.gone:
            raise AmiError("not connected to Asterisk")
        self.variables.append((name, value))

    async def listing(self, name: str) -> tuple[Headers, ...]:
        if name not in self.listings:
            raise AmiError(f"{name} refused")
        return tuple(self.listings[name])


@pytest.fixture
def asterisk() -> Asterisk:
    return Asterisk()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def telemetry(metrics: Metrics) -> Telemetry:
    return Telemetry(metrics, LiveState())


def look(subject: Subject, variables: Variables | None = None) -> tuple[str, ...]:
    asyncio.run(subject.look())
    if variables is not None:
        asyncio.run(variables.tell())
    return subject.finding().problems


def test_variables_are_told_once_and_again_to_a_new_asterisk(asterisk: Asterisk) -> None:
    variables = Variables(asterisk.set_variable)
    for value in ("a", "a", "b"):
        variables.want("X", value)
        asyncio.run(variables.tell())
    assert asterisk.variables == [("X", "a"), ("X", "b")]
    variables.forget()
    asyncio.run(variables.tell())
    assert asterisk.variables[2:] == [("X", "b")]


def test_what_asterisk_does_not_take_is_told_later(asterisk: Asterisk) -> None:
    variables = Variables(asterisk.set_variable)
    variables.want("X", "a")
    asterisk.gone = True
    asyncio.run(variables.tell())
    asterisk.gone = False
    asyncio.run(variables.tell())
    assert asterisk.variables == [("X", "a")]


def test_a_full_mailbox_is_told_and_shown_until_there_is_room(
    asterisk: Asterisk, metrics: Metrics, telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    free: dict[str, int] = {ALL: 900 * MB, "1003": 900 * MB}
    variables = Variables(asterisk.set_variable)
    room = MailboxRoom(lambda: free, 50, variables, telemetry)
    assert look(room, variables) == ()
    assert set(asterisk.variables) == {("SIPFORGE_FULL_all", ""), ("SIPFORGE_FULL_1003", "")}
    asterisk.variables.clear()
    free["1003"] = 48_000
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert look(room, variables) == ("mailbox 1003 takes no messages: less than 50 MB free",)
    assert asterisk.variables == [("SIPFORGE_FULL_1003", "yes")]
    assert [record.__dict__["mailbox"] for record in caplog.records] == ["1003"]
    assert sample(metrics, "sipforge_mailboxes_full") == 1
    # The mailbox is gone, file system and all.
    del free["1003"]
    assert look(room, variables) == ()
    assert asterisk.variables[1:] == [("SIPFORGE_FULL_1003", "")]


def test_no_room_for_anybody(asterisk: Asterisk, telemetry: Telemetry) -> None:
    variables = Variables(asterisk.set_variable)
    room = MailboxRoom(lambda: {ALL: 0, "1001": 0}, 50, variables, telemetry)
    assert look(room, variables) == ("no mailbox takes messages: less than 50 MB free",)
    assert ("SIPFORGE_FULL_all", "yes") in asterisk.variables


def test_a_folder_that_cannot_be_seen_is_a_problem(asterisk: Asterisk, telemetry: Telemetry) -> None:
    (problem,) = look(MailboxRoom(dict, 50, Variables(asterisk.set_variable), telemetry))
    assert "cannot be seen" in problem


def test_a_lost_message_is_shown_for_an_hour(metrics: Metrics, telemetry: Telemetry) -> None:
    now = [0.0]
    lost = LostMessages(telemetry, lambda: now[0])
    lost.on_event({"Event": "UserEvent", "UserEvent": "Else", "Mailbox": "1003"})
    assert look(lost) == ()
    lost.on_event(LOST)
    now[0] = 3599
    assert look(lost) == ("a message for mailbox 1003 was lost in the last hour",)
    now[0] = 3601
    assert look(lost) == ()
    assert sample(metrics, "sipforge_messages_lost_total") == 1


def test_mail_that_does_not_go_out_has_one_line(caplog: pytest.LogCaptureFixture) -> None:
    trouble = ["msmtp: cannot connect"]
    mail = Mail(lambda: trouble[0])
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert look(mail) == ("messages are not mailed: msmtp: cannot connect",)
    assert len(caplog.records) == 1
    trouble[0] = ""
    assert look(mail) == ()


def test_lamps_are_told_when_they_change(asterisk: Asterisk) -> None:
    health: list[Any] = [None]

    async def ask() -> Any:
        return health[0]

    variables = Variables(asterisk.set_variable)
    subject = Lamps(["english"], ask, variables)
    bot = {"socket": True, "breaker": "closed", "calls": 0, "room": True}
    for health[0] in (None, {"checks": {"bots": {"english": bot}}}):
        look(subject, variables)
        look(subject, variables)
    name = "DEVICE_STATE(Custom:sipforge-english)"
    assert asterisk.variables == [(name, "UNAVAILABLE"), (name, "NOT_INUSE")]
    assert subject.finding().seen == {"english": "free"}


def test_a_trunk_that_goes_down_has_one_line_and_is_a_problem(
    asterisk: Asterisk, metrics: Metrics, telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    def registered(status: str) -> None:
        asterisk.listings["PJSIPShowRegistrationsOutbound"] = [
            {"Event": "OutboundRegistrationDetail", "ObjectName": "trunk-carrier", "Status": status}
        ]

    trunks = Trunks(asterisk.listing, telemetry)
    assert look(trunks) == ()
    endpoint = {"Event": "EndpointList", "ObjectName": "trunk-carrier", "DeviceState": "Not in use"}
    asterisk.listings["PJSIPShowEndpoints"] = [endpoint]
    registered("Registered")
    with caplog.at_level(logging.INFO):
        assert look(trunks) == ()
        assert sample(metrics, 'sipforge_trunk_up{trunk="carrier"}') == 1
        registered("Rejected")
        for _ in range(3):
            assert look(trunks) == ("trunk carrier: registration refused by the carrier",)
        assert sample(metrics, 'sipforge_trunk_up{trunk="carrier"}') == 0
        registered("Registered")
        assert look(trunks) == ()
    assert [record.getMessage() for record in caplog.records] == [
        "trunk is down: registration refused by the carrier",
        "trunk is up: registered",
    ]
    assert trunks.finding().seen == {"carrier": "registered"}
    asterisk.listings["PJSIPShowEndpoints"] = []
    assert look(trunks) == ()
    assert sample(metrics, 'sipforge_trunk_up{trunk="carrier"}') is None


def test_a_trunk_without_registration_needs_no_module_for_it(
    asterisk: Asterisk, telemetry: Telemetry
) -> None:
    endpoint = {"Event": "EndpointList", "ObjectName": "trunk-gsm", "DeviceState": "Unavailable"}
    asterisk.listings["PJSIPShowEndpoints"] = [endpoint]
    assert look(Trunks(asterisk.listing, telemetry)) == ("trunk gsm: the carrier does not answer",)


def test_a_thousand_refused_calls_are_one_line_and_one_alarm(
    metrics: Metrics, telemetry: Telemetry, caplog: pytest.LogCaptureFixture
) -> None:
    now = [0.0]
    refused = RefusedCalls(telemetry, lambda: now[0])
    event: Mapping[str, str] = REFUSED | {"Reason": "class"}
    with caplog.at_level(logging.WARNING):
        for number in range(1000):
            now[0] = number * 0.05
            refused.on_event(event)
        assert [record.__dict__["count"] for record in caplog.records] == [1]
        asyncio.run(refused.look())
        assert len(caplog.records) == 1
        now[0] = 60.0
        problem = "1001 has tried 1000 outside calls that it may not make, the last within an hour"
        assert look(refused) == (problem,)
    # No more have come, and those after the first line are told all the same.
    assert [record.__dict__["count"] for record in caplog.records] == [1, 999]
    assert refused.finding().seen == {"1001": 1000}
    assert sample(metrics, 'sipforge_outside_calls_refused_total{reason="class"}') == 1000
    now[0] += 3601
    assert look(refused) == ()
