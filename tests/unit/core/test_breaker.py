"""The circuit breaker against a clock that is a number."""

import itertools

import pytest

from sipforge.core.breaker import TRANSITIONS, BreakerEvent, BreakerState, CircuitBreaker


def opened() -> CircuitBreaker:
    breaker = CircuitBreaker(failures=3, open_seconds=5.0)
    for _ in range(3):
        breaker.failure(10.0)
    return breaker


def test_it_opens_at_the_third_failure_in_a_row():
    breaker = CircuitBreaker(failures=3)
    for _ in range(2):
        breaker.failure(0.0)
        assert breaker.allow(0.0)
    breaker.failure(0.0)
    assert breaker.state(0.0) is BreakerState.OPEN
    assert not breaker.allow(4.9)


def test_a_success_in_between_wipes_the_failures_out():
    breaker = CircuitBreaker(failures=2)
    for _ in range(5):
        breaker.failure(0.0)
        breaker.success()
    assert breaker.state(0.0) is BreakerState.CLOSED


def test_when_cooled_one_call_is_let_through_on_trial():
    breaker = opened()
    assert breaker.state(15.0) is BreakerState.HALF_OPEN
    assert breaker.available(15.0)
    assert breaker.allow(15.0)
    assert not breaker.available(15.1)
    assert not breaker.allow(15.1)


def test_a_good_trial_closes_it_and_failures_start_from_nothing():
    breaker = opened()
    breaker.allow(15.0)
    breaker.success()
    breaker.failure(16.0)
    breaker.failure(16.0)
    assert breaker.state(16.0) is BreakerState.CLOSED


def test_a_bad_trial_opens_it_for_the_whole_time_again():
    breaker = opened()
    breaker.allow(15.0)
    breaker.failure(16.0)
    assert not breaker.allow(20.9)
    assert breaker.allow(21.0)


def test_a_trial_that_never_reports_does_not_block_for_ever():
    breaker = opened()
    breaker.allow(15.0)
    assert not breaker.allow(19.9)
    assert breaker.allow(20.0)


def test_late_reports_do_not_move_an_open_breaker():
    breaker = opened()
    breaker.success()
    breaker.failure(14.0)
    assert breaker.state(14.9) is BreakerState.OPEN
    assert breaker.state(15.0) is BreakerState.HALF_OPEN


def test_looking_takes_no_trial():
    breaker = opened()
    for _ in range(3):
        assert breaker.state(15.0) is BreakerState.HALF_OPEN
        assert breaker.available(15.0)
    assert breaker.allow(15.0)


@pytest.mark.parametrize("move", list(itertools.product(BreakerState, BreakerEvent)))
def test_the_table_says_every_legal_move(move):
    state, event = move
    legal = {
        BreakerState.CLOSED: {BreakerEvent.SUCCESS, BreakerEvent.FAILURE, BreakerEvent.LIMIT},
        BreakerState.OPEN: {BreakerEvent.SUCCESS, BreakerEvent.FAILURE, BreakerEvent.COOLED},
        BreakerState.HALF_OPEN: {BreakerEvent.SUCCESS, BreakerEvent.FAILURE},
    }
    assert (move in TRANSITIONS) == (event in legal[state])
