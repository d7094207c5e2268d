from typing import Any

import pytest

from sipforge.core.asterisk.state import Channel, Contact, LiveState, UserCall, user_calls
from tests.unit.ami_server import EVENTS


def recorded() -> list[dict[str, str]]:
    messages = EVENTS.decode().split("\r\n\r\n")
    return [dict(line.split(": ", 1) for line in message.split("\r\n")) for message in messages if message]


def channel(unique: str, linked: str, name: str, **other: Any) -> Channel:
    values = {"state": "Up", "caller": "", "connected": "", "dialled": "", "seconds": 0, **other}
    return Channel(unique_id=unique, linked_id=linked, name=name, **values)


def test_the_recorded_calls_from_first_to_last_event() -> None:
    state = LiveState()
    seen: list[tuple[str, ...]] = []
    phones: list[frozenset[str]] = []
    for event in recorded():
        state.apply(event)
        names = tuple(known.name.split("-")[0] for known in state.channels.values())
        if not seen or seen[-1] != names:
            seen.append(names)
        if not phones or phones[-1] != state.registered:
            phones.append(state.registered)
    assert seen == [
        (),
        ("PJSIP/1001",),
        ("PJSIP/1001", "PJSIP/1002"),
        ("PJSIP/1002",),
        (),
        ("PJSIP/1001",),
        ("PJSIP/1001", "AudioSocket/127.0.0.1:9092"),
        ("PJSIP/1001",),
        (),
    ]
    one, two = frozenset({"1001"}), frozenset({"1002"})
    assert phones == [frozenset(), two, one | two, two, one | two, two, frozenset()]


def test_states_and_numbers_of_a_recorded_call() -> None:
    state = LiveState()
    for event in recorded():
        state.apply(event)
        if event["Event"] == "DialEnd":
            break
    caller, called = state.channels.values()
    assert (caller.caller, caller.state, called.caller, called.state) == ("1001", "Ring", "1002", "Up")
    assert caller.is_first
    assert not called.is_first


def test_a_renamed_channel_keeps_its_place() -> None:
    state = LiveState()
    state.apply({"Event": "Newchannel", "Uniqueid": "1", "Linkedid": "1", "Channel": "old", "Exten": "1002"})
    state.apply({"Event": "Rename", "Uniqueid": "1", "Channel": "old", "Newname": "new"})
    state.apply({"Event": "Rename", "Uniqueid": "9", "Channel": "x", "Newname": "y"})
    assert [(known.name, known.dialled) for known in state.channels.values()] == [("new", "1002")]


def test_a_fresh_picture_takes_in_what_came_meanwhile() -> None:
    state = LiveState()
    state.apply({"Event": "Newchannel", "Uniqueid": "gone", "Linkedid": "gone", "Channel": "gone"})
    state.replace(
        [
            {"Uniqueid": "1", "Linkedid": "1", "Channel": "a"},
            {"Uniqueid": "2", "Linkedid": "2", "Channel": "b"},
        ],
        [{"EndpointName": "1001", "URI": "sip:1001@a", "Status": "Reachable", "UserAgent": "phone"}],
        [
            {"Event": "Hangup", "Uniqueid": "1"},
            {"Event": "Newchannel", "Uniqueid": "3", "Linkedid": "3", "Channel": "c"},
            {
                "Event": "ContactStatus",
                "EndpointName": "1001",
                "URI": "sip:1001@a",
                "ContactStatus": "Unreachable",
            },
        ],
    )
    assert sorted(state.channels) == ["2", "3"]
    assert state.contacts == (Contact("1001", "sip:1001@a", "Unreachable", "phone"),)
    assert state.registered == frozenset()


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("sip:1001-0x5634b6017b70@127.0.0.1:5090", "127.0.0.1:5090"),
        ("sip:1001@192.0.2.7:5060;transport=tcp;ob", "192.0.2.7:5060"),
        ("sips:1001@[2001:db8::1]:5061;x=y", "[2001:db8::1]:5061"),
        ("sip:192.0.2.7", "192.0.2.7"),
        ("tel:+250", "tel:+250"),
    ],
)
def test_the_address_in_a_contacts_uri(uri: str, address: str) -> None:
    assert Contact("1001", uri, "Reachable").address == address


def test_calls_of_users_leave_assistants_out() -> None:
    channels = [
        channel("1", "1", "PJSIP/1001-1", caller="1001", connected="1002", seconds=62),
        channel("2", "1", "PJSIP/1002-2", caller="1002", connected="1001", seconds=60),
        channel("3", "3", "PJSIP/1003-3", caller="1003", dialled="1004", state="Ring", seconds=70),
        channel("4", "4", "PJSIP/1005-4", caller="1005", dialled="2000", seconds=5),
        channel("5", "4", "AudioSocket/127.0.0.1:9092-x", caller="2000", seconds=5),
    ]
    assert user_calls(channels) == (
        UserCall("3", "1003", "1004", "ringing", 70),
        UserCall("1", "1001", "1002", "up", 62),
    )
