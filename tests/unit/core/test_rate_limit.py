"""Calls a minute, against a clock that is a number."""

from sipforge.core.rate_limit import CallRateLimit


def test_as_many_as_allowed_then_none():
    limit = CallRateLimit(3)
    assert [limit.allow("1001", 0.0) for _ in range(4)] == [True, True, True, False]


def test_callers_do_not_share():
    limit = CallRateLimit(1)
    assert limit.allow("1001", 0.0)
    assert limit.allow("1002", 0.0)
    assert not limit.allow("1001", 0.0)


def test_it_refills_evenly():
    limit = CallRateLimit(6)
    for _ in range(6):
        limit.allow("1001", 0.0)
    assert not limit.allow("1001", 9.9)
    assert limit.allow("1001", 10.0)
    assert not limit.allow("1001", 10.0)


def test_refused_calls_cost_nothing():
    limit = CallRateLimit(1)
    limit.allow("1001", 0.0)
    for second in range(1, 60):
        assert not limit.allow("1001", float(second))
    assert limit.allow("1001", 60.1)


def test_a_full_bucket_does_not_grow():
    limit = CallRateLimit(2)
    limit.allow("1001", 0.0)
    assert [limit.allow("1001", 1000.0) for _ in range(3)] == [True, True, False]


def test_memory_is_bounded_and_old_callers_are_forgotten():
    limit = CallRateLimit(1, callers_limit=10)
    for number in range(1000):
        limit.allow(str(number), 0.0)
    assert len(limit) == 10
    limit.allow("late", 100.0)
    assert len(limit) == 1


def test_a_clock_that_steps_back_gives_nothing_away():
    limit = CallRateLimit(1)
    limit.allow("1001", 100.0)
    assert not limit.allow("1001", 50.0)
