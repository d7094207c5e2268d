"""The report: Markdown that is read in two minutes, and JSON that holds everything."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.bench.findings import Findings
from tests.bench.plots import draw
from tests.bench.stats import Figure, Target

DECIMALS = {"s": 2, "ms": 1, "%": 1, "MOS": 2, "MB": 0, "cores": 3, "": 0}
FAILURES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class About:
    """Where and when it was measured."""

    started: str
    """ISO 8601."""
    seconds: float
    """How long it took so far."""
    revision: str
    machine: Sequence[str]
    """Lines that describe the machine."""
    interrupted: bool = False


def write(folder: Path, about: About, findings: Sequence[Findings]) -> Path:
    """Write report.md, report.json and the plots into `folder`; returns the first."""
    folder.mkdir(parents=True, exist_ok=True)
    for found in findings:
        for plot in found.plots:
            draw(plot, folder / f"{plot.name}.png")
    whole = {"about": asdict(about), "findings": [asdict(found) for found in findings]}
    text = json.dumps(_json(whole), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    report = folder / "report.md"
    report.write_text(markdown(about, findings), encoding="utf-8")
    return report


def markdown(about: About, findings: Sequence[Findings]) -> str:
    """The report as Markdown."""
    figures = [figure for found in findings for figure in found.figures]
    held = [figure for figure in figures if figure.met is not None]
    lines = [
        "# SipForge benchmark",
        "",
        f"{about.started}, {about.seconds / 60:.0f} minutes, revision {about.revision}"
        + (" (interrupted: not every part is here)" if about.interrupted else ""),
        "",
        *(f"- {line}" for line in about.machine),
        "",
        f"**{sum(figure.met is True for figure in held)} of {len(held)} targets met.**"
        + "".join(
            f"\n- not met: {figure.what}: {shown(figure.value, figure.unit)}, target {_target(figure)}"
            for figure in held
            if not figure.met
        )
        + "".join(
            f"\n- **not measured: {found.title}**: {found.broken}" for found in findings if found.broken
        ),
        "",
        "Times are from the phones' own recordings. Percentiles are interpolated and leave nothing out: "
        "failed counts the observations without a result, which rank as slower than any other.",
        "",
    ]
    for found in findings:
        lines += _section(found)
    return "\n".join(lines)


def shown(value: float | None, unit: str) -> str:
    """A value with its unit, as people read it."""
    if value is None:
        return "not measured"
    if math.isinf(value):
        return "never"
    number = f"{value:.{DECIMALS.get(unit, 2)}f}"
    return f"{number} {unit}" if unit else number


def _target(figure: Figure) -> str:
    target: Target | None = figure.target
    if target is None:
        return ""
    return f"{'≥' if target.at_least else '≤'} {shown(target.bound, figure.unit)}"


def _section(found: Findings) -> Iterable[str]:
    yield from (f"## {found.title}", "", found.method, "")
    if found.figures:
        met = {True: "yes", False: "**NO**", None: ""}
        rows = [
            [
                figure.what,
                shown(figure.value, figure.unit),
                _target(figure),
                met[figure.met],
                str(figure.n),
                str(figure.failed or ""),
            ]
            for figure in found.figures
        ]
        yield from _table(("figure", "measured", "target", "met", "n", "failed"), rows)
    for table in found.tables:
        yield from (f"**{table.title}**", "")
        yield from _table(table.headings, table.rows)
    for plot in found.plots:
        yield from (f"![{plot.title}]({plot.name}.png)", "")
    if found.failures:
        yield from (f"Failed ({len(found.failures)}; all of them in report.json):", "")
        yield from (f"- {_cell(line)}" for line in found.failures[:FAILURES_SHOWN])
        if len(found.failures) > FAILURES_SHOWN:
            yield f"- and {len(found.failures) - FAILURES_SHOWN} more"
        yield ""


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield "| " + " | ".join(headings) + " |"
    yield "|" + "---|" * len(headings)
    for row in rows:
        yield "| " + " | ".join(_cell(cell) for cell in row) + " |"
    yield ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _json(value: Any) -> Any:
    """As JSON can hold it: what never came is the word."""
    if isinstance(value, float) and not math.isfinite(value):
        return "never" if value > 0 else str(value)
    if isinstance(value, dict):
        return {str(key): _json(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_json(entry) for entry in value]
    return value
