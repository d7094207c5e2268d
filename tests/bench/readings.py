"""Numbers that the services export: what changed in them between two readings. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

Key = tuple[str, frozenset[tuple[str, str]]]
Reading = Mapping[Key, float]


def parse(text: str) -> Reading:
    """A reading, from Prometheus' text format."""
    return {
        (sample.name, frozenset(sample.labels.items())): float(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def change(before: Reading, after: Reading) -> Reading:
    """By how much each number grew; one that was not there was 0, and so was one that has begun anew."""
    return {
        key: value - before.get(key, 0.0) if value >= before.get(key, 0.0) else value
        for key, value in after.items()
    }


def total(reading: Reading, name: str) -> float:
    """The sum of a counter, whatever its labels."""
    return sum(value for (own, _), value in reading.items() if own == name)


@dataclass(frozen=True, slots=True)
class Histogram:
    """A distribution that was counted in buckets."""

    bounds: tuple[float, ...]
    """Upper ends; the last is infinite."""
    counts: tuple[float, ...]
    """How many were at or below each."""
    seconds: float
    """Their sum."""

    @property
    def n(self) -> int:
        """How many."""
        return round(self.counts[-1]) if self.counts else 0

    @property
    def mean(self) -> float | None:
        """Exact."""
        return self.seconds / self.n if self.n else None

    def percentile(self, percent: float) -> float | None:
        """Interpolated within its bucket; the last finite bound where it is above it."""
        if not self.n:
            return None
        rank = percent / 100.0 * self.n
        below, low = 0.0, 0.0
        for bound, count in zip(self.bounds, self.counts, strict=True):
            if count >= rank and count > below:
                return (
                    low if bound == float("inf") else low + (bound - low) * (rank - below) / (count - below)
                )
            below, low = count, bound
        return low


def histogram(reading: Reading, name: str, **labels: str) -> Histogram:
    """A histogram by its name, of the series that have `labels`, added up."""
    buckets: dict[float, float] = {}
    seconds = 0.0
    for (own, found), value in reading.items():
        given = dict(found)
        if any(given.get(label) != wanted for label, wanted in labels.items()):
            continue
        if own == f"{name}_bucket":
            bound = float(given["le"])
            buckets[bound] = buckets.get(bound, 0.0) + value
        elif own == f"{name}_sum":
            seconds += value
    bounds = sorted(buckets)
    return Histogram(tuple(bounds), tuple(buckets[bound] for bound in bounds), seconds)


def label_values(reading: Reading, name: str, label: str) -> list[str]:
    """The values that a label of a metric has."""
    return sorted({dict(found)[label] for (own, found) in reading if own == name and label in dict(found)})
