"""Plots as PNG. Owns: matplotlib."""

from __future__ import annotations

import math
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from tests.bench.findings import Bars, Curves, Plot

INCHES, DPI = (8.0, 4.5), 120


def draw(plot: Plot, path: Path) -> None:
    """Draw `plot` into the file `path`."""
    figure, axes = plt.subplots(figsize=INCHES, dpi=DPI, layout="constrained")
    try:
        if isinstance(plot, Curves):
            _curves(plot, axes)
        else:
            _bars(plot, axes)
        axes.set_title(plot.title)
        axes.grid(alpha=0.3)
        figure.savefig(path)
    finally:
        plt.close(figure)


def _curves(plot: Curves, axes: Axes) -> None:
    for label, values in plot.series.items():
        if not values:
            continue
        reached = sorted(value for value in values if math.isfinite(value))
        shares = [(index + 1) / len(values) for index in range(len(reached))]
        # From nothing, at the first value.
        places, rises = [*reached[:1], *reached], [0.0, *shares] if reached else []
        axes.step(places, rises, where="post", label=f"{label} (n = {len(values)})")
    for label, value in plot.targets.items():
        axes.axvline(value, linestyle="--", linewidth=1, color="grey")
        axes.text(value, 0.02, label, rotation=90, va="bottom", ha="right", fontsize=8, color="grey")
    axes.set(xlabel=plot.axis, ylabel="share of observations", ylim=(0, 1.02))
    axes.set_xlim(left=0)
    if axes.get_legend_handles_labels()[1]:
        axes.legend(loc="upper left")


def _bars(plot: Bars, axes: Axes) -> None:
    bars = axes.bar(range(len(plot.values)), list(plot.values.values()))
    axes.bar_label(bars, fmt="%.1f", fontsize=8)
    axes.set_xticks(range(len(plot.values)), list(plot.values), rotation=30, ha="right", fontsize=8)
    if plot.target is not None:
        axes.axhline(plot.target, linestyle="--", linewidth=1, color="grey")
    axes.set_ylabel(plot.axis)
