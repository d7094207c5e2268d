"""Prometheus metrics of one service. Owns: prometheus_client.

Names are `sipforge_<thing>_<unit>[_total]`. A service makes one `Metrics`, hands the counters and
histograms it makes from it to its parts, and serves `render()` at /metrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

__all__ = ["CONTENT_TYPE_LATEST", "SECONDS_BUCKETS", "Counter", "Gauge", "Histogram", "Metrics"]

SECONDS_BUCKETS: Final = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0)
"""For the stages of an answer, from a cached reply to a hopeless wait."""


class Metrics:
    """The registry of one service, with the process's own memory, CPU and descriptors in it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)

    def counter(self, name: str, text: str, labels: Sequence[str] = ()) -> Counter:
        """A number that only grows; prometheus_client adds `_total` to its name."""
        return Counter(name, text, labels, registry=self._registry)

    def gauge(self, name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
        """A number that goes up and down; `set_function` reads it when asked."""
        return Gauge(name, text, labels, registry=self._registry)

    def histogram(
        self,
        name: str,
        text: str,
        labels: Sequence[str] = (),
        buckets: Sequence[float] = SECONDS_BUCKETS,
    ) -> Histogram:
        """A distribution, in `buckets` (upper bounds)."""
        return Histogram(name, text, labels, registry=self._registry, buckets=buckets)

    def render(self) -> bytes:
        """All metrics in Prometheus' text format (content type `CONTENT_TYPE_LATEST`)."""
        return generate_latest(self._registry)
