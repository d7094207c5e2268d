"""Percentiles that drop nothing, and figures held against their targets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

FAILED = math.inf
"""A time that never came: slower than any that did."""


def percentile(values: Sequence[float], percent: float) -> float | None:
    """By linear interpolation between the two nearest ranks; None without values.

    `FAILED` ranks above every time, so a percentile that reaches into the failures is `FAILED` too.
    """
    if not values:
        return None
    ranked = sorted(values)
    place = percent / 100.0 * (len(ranked) - 1)
    low, part = math.floor(place), place - math.floor(place)
    if part == 0.0:
        return ranked[low]
    if math.isinf(ranked[low + 1]):
        return FAILED
    return ranked[low] + part * (ranked[low + 1] - ranked[low])


@dataclass(frozen=True, slots=True)
class Target:
    """What a figure should be."""

    bound: float
    at_least: bool = False
    """Otherwise: at most."""

    def is_met(self, value: float) -> bool:
        """Whether `value` is within the bound, the bound itself included."""
        return value >= self.bound if self.at_least else value <= self.bound


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the report."""

    what: str
    value: float | None
    """None: it could not be measured."""
    unit: str
    """"s", "ms", "%", "MOS", "MB", "cores", or "" for a count."""
    n: int
    """Of how many observations, those that failed included."""
    failed: int = 0
    """Observations without a result."""
    target: Target | None = None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None without a target. Not measured is not met."""
        if self.target is None:
            return None
        return self.value is not None and self.target.is_met(self.value)


def distribution(
    what: str,
    values: Sequence[float],
    unit: str,
    *,
    p50: Target | None = None,
    p95: Target | None = None,
    p99: Target | None = None,
) -> list[Figure]:
    """Figures p50 and p95, and p99 where there is a target for it; `values` may hold `FAILED`."""
    failed = sum(math.isinf(value) for value in values)
    wanted: list[tuple[int, Target | None]] = [(50, p50), (95, p95)]
    if p99 is not None:
        wanted.append((99, p99))
    return [
        Figure(f"{what}, p{percent}", percentile(values, percent), unit, len(values), failed, target)
        for percent, target in wanted
    ]


def mean(what: str, values: Sequence[float], unit: str, target: Target | None = None) -> Figure:
    """Their mean."""
    value = sum(values) / len(values) if values else None
    return Figure(what, value, unit, len(values), 0, target)


def count(what: str, number: int, n: int, target: Target | None = None) -> Figure:
    """`number` of `n`; the target is met only by a count of at least one observation."""
    return Figure(what, float(number) if n else None, "", n, 0, target)
