import pytest

from sipforge.core.asterisk.trunks import TrunkState, trunk_states


def endpoint(name: str, state: str) -> dict[str, str]:
    return {"Event": "EndpointList", "ObjectName": name, "DeviceState": state}


def registration(name: str, status: str) -> dict[str, str]:
    return {"Event": "OutboundRegistrationDetail", "ObjectName": name, "Status": status}


def test_an_endpoint_that_is_no_users_is_a_trunk() -> None:
    found = trunk_states(
        [endpoint("1001", "Unavailable"), endpoint("gsm", "Not in use"), endpoint("carrier", "In use")],
        # The listing tells the passwords, too, under the same name.
        [
            registration("carrier", "Registered"),
            {"Event": "AuthDetail", "ObjectName": "carrier", "Status": "x"},
        ],
    )
    assert found == (TrunkState("carrier", "registered", True), TrunkState("gsm", "", True))
    assert [state.is_up for state in found] == [True, True]
    assert [state.words for state in found] == ["registered", "reachable"]


@pytest.mark.parametrize(
    ("device", "status", "words"),
    [
        ("Not in use", "Rejected", "rejected"),
        ("Not in use", "Unregistered", "not registered"),
        ("Not in use", "Stopped", "not registered"),
        ("Unavailable", "Unregistered", "not registered, the carrier does not answer"),
        ("Unavailable", "Registered", "the carrier does not answer"),
    ],
)
def test_a_trunk_that_is_down_says_why(device: str, status: str, words: str) -> None:
    (state,) = trunk_states([endpoint("carrier", device)], [registration("carrier", status)])
    assert (state.is_up, state.words) == (False, words)
