import pytest

from sipforge.core.asterisk.trunks import TrunkState, registration_refusals, trunk_states


def endpoint(name: str, state: str) -> dict[str, str]:
    return {"Event": "EndpointList", "ObjectName": name, "DeviceState": state}


def registration(name: str, status: str) -> dict[str, str]:
    return {"Event": "OutboundRegistrationDetail", "ObjectName": name, "Status": status}


def test_trunks_are_known_by_their_names() -> None:
    found = trunk_states(
        [
            endpoint("1001", "Unavailable"),
            endpoint("trunk-gsm", "Not in use"),
            endpoint("trunk-carrier", "In use"),
        ],
        # The listing tells the passwords, too, under the same name.
        [
            registration("trunk-carrier", "Registered"),
            {"Event": "AuthDetail", "ObjectName": "trunk-carrier", "Status": "x"},
        ],
    )
    assert found == (TrunkState("carrier", "registered", True), TrunkState("gsm", "", True))
    assert [state.is_up for state in found] == [True, True]
    assert [state.words for state in found] == ["registered", "reachable"]


@pytest.mark.parametrize(
    ("device", "status", "words"),
    [
        ("Not in use", "Rejected", "registration refused by the carrier"),
        ("Not in use", "Unregistered", "not registered"),
        ("Not in use", "Stopped", "not registered"),
        ("Unavailable", "Unregistered", "the carrier does not answer"),
        ("Unavailable", "Registered", "the carrier does not answer"),
    ],
)
def test_a_trunk_that_is_down_says_why(device: str, status: str, words: str) -> None:
    (state,) = trunk_states([endpoint("trunk-carrier", device)], [registration("trunk-carrier", status)])
    assert (state.is_up, state.words) == (False, words)


def test_the_log_says_how_a_registration_was_refused_last() -> None:
    where, by = (
        "received from 'sip:192.0.2.1' on registration attempt to",
        "res_pjsip_outbound_registration.c",
    )
    log = [
        f"WARNING[9] {by}: Temporal response '503' {where} 'sip:a@x', retrying in '20'",
        f"WARNING[9] {by}: 403 Forbidden fatal response {where} 'sip:a@x', retrying",
        f"WARNING[9] {by}: Fatal response '404' {where} 'sip:b@x', stopping",
        f"WARNING[9] {by}: No response {where} 'sip:c@x', retrying in '20'",
        f"WARNING[9] another.c: Temporal response '500' {where} 'sip:a@x'",
    ]
    refusals = registration_refusals(log)
    assert refusals == {"sip:a@x": "403", "sip:b@x": "404"}
    told = registration("trunk-carrier", "Rejected") | {"ClientUri": "sip:a@x"}
    (state,) = trunk_states([endpoint("trunk-carrier", "Not in use")], [told], refusals)
    assert state.words == "registration refused by the carrier (403)"
    (state,) = trunk_states(
        [endpoint("trunk-carrier", "Not in use")], [told | {"Status": "Registered"}], refusals
    )
    assert state.words == "registered"
