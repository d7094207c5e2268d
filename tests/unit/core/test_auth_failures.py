import pytest

from sipforge.core.asterisk.auth_failures import AuthFailure, AuthFailureLog, auth_failure
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


def test_one_line_an_interval_with_the_number_it_stands_for() -> None:
    log = AuthFailureLog(interval_seconds=60)
    assert [log.due(now, WRONG) for now in (0, 1, 2, 59.9, 60, 61, 120)] == [1, 0, 0, 0, 4, 0, 2]


def test_another_address_has_its_own_line() -> None:
    log = AuthFailureLog()
    assert log.due(0, WRONG) == 1
    assert log.due(0, AuthFailure("sip", "wrong-password", "1001", "192.0.2.7")) == 1


def test_a_flood_of_addresses_is_forgotten_from_its_oldest_end() -> None:
    log = AuthFailureLog(interval_seconds=60, remembered=2)
    a, b, c = (AuthFailure("sip", "wrong-password", "1001", address) for address in "abc")
    assert [log.due(0, one) for one in (a, b, c)] == [1, 1, 1]
    assert log.due(1, a) == 1
    assert log.due(1, c) == 0
