import math

import pytest

from tests.bench.stats import FAILED, Figure, Target, count, distribution, mean, percentile


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([3.0], 95, 3.0),
        ([4.0, 1.0, 2.0, 3.0], 50, 2.5),
        ([1.0, 2.0, 3.0, 4.0, 5.0], 95, 4.8),
        ([1.0, 2.0, FAILED], 50, 2.0),
        ([1.0, 2.0, FAILED], 51, FAILED),
        ([1.0, FAILED, FAILED], 75, FAILED),
    ],
)
def test_percentile(values, percent, expected):
    assert percentile(values, percent) == (None if expected is None else pytest.approx(expected))


def test_failures_are_in_the_percentiles_and_counted():
    p50, p95 = distribution("reply", [0.5] * 18 + [FAILED] * 2, "s", p50=Target(0.9), p95=Target(1.4))
    assert (p50.value, p50.met, p50.n, p50.failed) == (0.5, True, 20, 2)
    assert (p95.value, p95.met) == (math.inf, False)
    assert p95.what == "reply, p95"


def test_the_third_percentile_comes_with_its_target():
    figures = distribution("delay", [1.0, 2.0], "ms", p99=Target(20.0))
    assert [figure.what for figure in figures] == ["delay, p50", "delay, p95", "delay, p99"]


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target(4.0, at_least=True), 4.0, True),
        (Target(4.0, at_least=True), 3.99, False),
        (Target(1.0), 1.0, True),
        (Target(1.0), 1.01, False),
        (Target(1.0), None, False),
        (None, 1.0, None),
    ],
)
def test_targets(target, value, met):
    assert Figure("x", value, "s", 1, 0, target).met is met


def test_a_count_of_nothing_meets_no_target():
    assert count("cut", 0, 0, Target(2)).met is False
    assert count("cut", 2, 50, Target(2)).met is True
    assert mean("MOS", [], "MOS", Target(4.0, at_least=True)).met is False
    assert mean("MOS", [4.0, 4.2], "MOS").value == pytest.approx(4.1)
