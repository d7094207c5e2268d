import pytest

from sipforge.core.asterisk.trunks import TrunkState, trunk_states


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
        ("Not in use", "Rejected", "rejected"),
        ("Not in use", "Unregistered", "not registered"),
        ("Not in use", "Stopped", "not registered"),
        ("Unavailable", "Unregistered", "not registered, the carrier does not answer"),
        ("Unavailable", "Registered", "the carrier does not answer"),
    ],
)
def test_a_trunk_that_is_down_says_why(device: str, status: str, words: str) -> None:
    (state,) = trunk_states([endpoint("trunk-carrier", device)], [registration("trunk-carrier", status)])
    assert (state.is_up, state.words) == (False, words)
