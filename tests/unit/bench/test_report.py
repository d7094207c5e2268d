import json
import struct

from tests.bench.findings import Bars, Curves, Findings, Table
from tests.bench.report import About, markdown, shown, write
from tests.bench.stats import FAILED, Figure, Target, count

ABOUT = About("2030-01-01T00:00:00+00:00", 600.0, "abc", ["2 cores"])
FOUND = Findings(
    "reply",
    "Reply time",
    "How it was measured.",
    [
        Figure("1 call, p50", 0.71, "s", 50, 0, Target(0.9)),
        Figure("1 call, p95", FAILED, "s", 50, 3, Target(1.4)),
        Figure("quality", None, "MOS", 0, 0, Target(4.0, at_least=True)),
        count("cut off", 1, 50),
    ],
    [Table("Heard", ("call", "text"), [["1", "a | b\nc"]])],
    [f"turn {number}" for number in range(20)],
    [
        Curves("reply", "Reply", "seconds", {"1 call": [0.5, FAILED], "none": []}, {"p50": 0.9}),
        Bars("words", "Words", "%", {"clean": 4.0}, 8.0),
    ],
    {"times": [0.5, FAILED]},
)


def test_markdown_holds_each_figure_to_its_target():
    text = markdown(ABOUT, [FOUND])
    assert "**1 of 3 targets met.**" in text
    assert "| 1 call, p50 | 0.71 s | ≤ 0.90 s | yes | 50 |  |" in text
    assert "| 1 call, p95 | never | ≤ 1.40 s | **NO** | 50 | 3 |" in text
    assert "| quality | not measured | ≥ 4.00 MOS | **NO** | 0 |  |" in text
    assert "| cut off | 1 |  |  | 50 |  |" in text
    assert "- not met: 1 call, p95: never, target ≤ 1.40 s" in text
    assert r"| 1 | a \| b c |" in text
    assert "Failed (20;" in text
    assert "- turn 11\n- and 8 more" in text
    assert "interrupted" not in text


def test_a_part_that_broke_is_told_first():
    text = markdown(ABOUT, [Findings("cloud", "cloud", "", broken="PhoneError: busy")])
    assert "- **not measured: cloud**: PhoneError: busy" in text.partition("##")[0]


def test_all_of_it_is_written(tmp_path):
    report = write(tmp_path / "bench", ABOUT, [FOUND])
    assert report.read_text(encoding="utf-8") == markdown(ABOUT, [FOUND])
    held = json.loads((tmp_path / "bench" / "report.json").read_text(encoding="utf-8"))
    assert held["findings"][0]["figures"][1]["value"] == "never"
    assert held["findings"][0]["raw"] == {"times": [0.5, "never"]}
    for name in ("reply", "words"):
        png = (tmp_path / "bench" / f"{name}.png").read_bytes()
        assert png.startswith(b"\x89PNG")
        assert struct.unpack(">II", png[16:24]) == (960, 540)


def test_values_are_shown_with_their_unit():
    assert shown(0.005, "cores") == "0.005 cores"
    assert shown(12.0, "") == "12"
    assert shown(0.0, "ms") == "0.0 ms"
