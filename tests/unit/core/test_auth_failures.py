import pytest

from sipforge.core.asterisk.auth_failures import AuthFailure, auth_failure
from tests.unit.core.test_asterisk_state import recorded

WRONG = AuthFailure("sip", "wrong-password", "1001", "127.0.0.1")


def test_the_recorded_refusals() -> None:
    found = [failure for event in recorded() if (failure := auth_failure(event)) is not None]
    # The unknown account's second report, ChallengeResponseFailed without an account, is left out.
    assert found == [AuthFailure("sip", "unknown-account", "1009", "127.0.0.1")] * 2 + [WRONG] * 3


@pytest.mark.parametrize(
    "event",
    [{}, {"Event": "SuccessfulAuth", "AccountID": "1001"}, {"Event": "ChallengeSent", "AccountID": "1001"}],
)
def test_other_events_are_no_refusals(event: dict[str, str]) -> None:
    assert auth_failure(event) is None


def test_a_hostile_account_name_is_cut_and_an_odd_address_is_unknown() -> None:
    event = {"Event": "InvalidPassword", "Service": "X", "AccountID": "a" * 500, "RemoteAddress": "?"}
    assert auth_failure(event) == AuthFailure("other", "wrong-password", "a" * 64, "unknown")
