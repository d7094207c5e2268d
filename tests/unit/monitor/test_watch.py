import asyncio
import logging

import pytest

from sipforge.core.asterisk.state import Headers, LiveState
from sipforge.infra.metrics import Metrics
from sipforge.monitor.telemetry import Telemetry
from sipforge.monitor.watch import Watch
from tests.unit.core.test_asterisk_state import recorded
from tests.unit.core.test_refused_offers import PCMU, invite, refusal


class Told:
    """An Asterisk that answers with given listings, while events go on."""

    def __init__(self, watch: Watch, meanwhile: list[Headers]) -> None:
        self._watch = watch
        self._meanwhile = meanwhile

    async def listing(self, name: str, **headers: str) -> tuple[Headers, ...]:
        if name == "CoreShowChannels":
            return ({"Uniqueid": "1", "Linkedid": "1", "Channel": "PJSIP/1001-1"},)
        for event in self._meanwhile:
            self._watch.on_event(event)
        return ({"EndpointName": "1001", "URI": "sip:1001@127.0.0.1", "Status": "Reachable"},)


def watch_with(state: LiveState, metrics: Metrics) -> Watch:
    return Watch(state, Telemetry(metrics, state), {"2000": "english"}, clock=lambda: 0.0)


def sample(metrics: Metrics, name: str) -> float | None:
    for line in metrics.render().decode().splitlines():
        if line.startswith(f"{name} "):
            return float(line.rsplit(" ", 1)[1])
    return None


def test_the_recorded_events_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    state, metrics = LiveState(), Metrics()
    watch = watch_with(state, metrics)
    with caplog.at_level(logging.WARNING):
        for event in recorded():
            watch.on_event(event)
    assert sample(metrics, 'sipforge_asterisk_calls_total{kind="user"}') == 1
    assert sample(metrics, 'sipforge_asterisk_calls_total{kind="assistant-english"}') == 1
    wrong = 'sipforge_auth_failures_total{reason="wrong-password",service="sip"}'
    unknown = 'sipforge_auth_failures_total{reason="unknown-account",service="sip"}'
    assert (sample(metrics, wrong), sample(metrics, unknown)) == (3, 2)
    assert sample(metrics, "sipforge_channels") == 0
    # One line for each account and address, however many attempts there were.
    assert [(record.getMessage(), record.__dict__["account"]) for record in caplog.records] == [
        ("login refused: unknown-account", "1009"),
        ("login refused: wrong-password", "1001"),
    ]


def test_a_call_refused_for_its_offer_has_one_line(caplog: pytest.LogCaptureFixture) -> None:
    state, metrics = LiveState(), Metrics()
    watch = watch_with(state, metrics)
    with caplog.at_level(logging.WARNING):
        for sequence in range(3):
            watch.on_sip(invite(PCMU.format(profile="RTP/AVP"), sequence))
            watch.on_sip(refusal(sequence=sequence))
    assert sample(metrics, 'sipforge_refused_offers_total{reason="no-encryption"}') == 3
    (record,) = caplog.records
    assert record.getMessage() == "call refused: it offers no encryption (RTP/AVP), which is required here"
    assert (record.__dict__["caller"], record.__dict__["called"]) == ("1001", "600")


def test_gauges_follow_the_state() -> None:
    state, metrics = LiveState(), Metrics()
    watch = watch_with(state, metrics)
    for event in recorded():
        watch.on_event(event)
        if event["Event"] == "DialEnd":
            break
    assert sample(metrics, "sipforge_channels") == 2
    assert sample(metrics, "sipforge_registered_phones") == 2
    watch.on_down()
    assert sample(metrics, "sipforge_channels") == 0
    assert sample(metrics, "sipforge_registered_phones") == 0


def test_a_new_connection_takes_a_picture_and_what_came_meanwhile() -> None:
    state, metrics = LiveState(), Metrics()
    watch = watch_with(state, metrics)
    stale: Headers = {"Event": "Newchannel", "Uniqueid": "0", "Linkedid": "9", "Channel": "old"}
    watch.on_event(stale)
    meanwhile: list[Headers] = [
        {"Event": "Hangup", "Uniqueid": "1"},
        {"Event": "Newchannel", "Uniqueid": "2", "Linkedid": "2", "Channel": "PJSIP/1002-2", "Exten": "1001"},
    ]
    asyncio.run(watch.on_up(Told(watch, meanwhile)))
    assert [channel.name for channel in state.channels.values()] == ["PJSIP/1002-2"]
    assert state.registered == {"1001"}
    assert sample(metrics, "sipforge_asterisk_up") == 1
    # Counted when it came, not once more when it was taken in again.
    assert sample(metrics, 'sipforge_asterisk_calls_total{kind="user"}') == 1
    watch.on_down()
    assert sample(metrics, "sipforge_asterisk_up") == 0
