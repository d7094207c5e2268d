"""What a part of the benchmark found, in a form that the report shows and JSON holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.stats import Figure


@dataclass(frozen=True, slots=True)
class Table:
    """Details that stand below the figures."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Curves:
    """A plot: which share of the observations of each series was at or below a value."""

    name: str
    """Of the file, without its ending."""
    title: str
    axis: str
    """What the values are, with their unit."""
    series: Mapping[str, Sequence[float]]
    """By label; may hold `FAILED`, which no value reaches."""
    targets: Mapping[str, float] = field(default_factory=dict)
    """Vertical lines, by label."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A plot: one bar for each label."""

    name: str
    title: str
    axis: str
    values: Mapping[str, float]
    target: float | None = None
    """A horizontal line."""


Plot = Curves | Bars


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a part found."""

    part: str
    """As it is named on the command line."""
    title: str
    method: str
    """How it was measured, in a sentence or two."""
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    failures: Sequence[str] = ()
    """Each observation that failed, in a line."""
    plots: Sequence[Plot] = ()
    raw: Any = None
    """Every observation, as JSON can hold it."""
    broken: str = ""
    """Why the part could not be measured."""
