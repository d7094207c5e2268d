import pytest

from tests.bench.readings import change, histogram, label_values, parse, total

BEFORE = """\
# TYPE late_seconds histogram
late_seconds_bucket{le="0.01"} 10.0
late_seconds_bucket{le="0.02"} 10.0
late_seconds_bucket{le="+Inf"} 10.0
late_seconds_sum 0.05
late_seconds_count 10.0
# TYPE dry counter
dry_total{bot="english"} 2.0
dry_total{bot="kinyarwanda"} 1.0
"""
AFTER = """\
# TYPE late_seconds histogram
late_seconds_bucket{le="0.01"} 60.0
late_seconds_bucket{le="0.02"} 100.0
late_seconds_bucket{le="+Inf"} 110.0
late_seconds_sum 1.05
late_seconds_count 110.0
# TYPE dry counter
dry_total{bot="english"} 5.0
dry_total{bot="kinyarwanda"} 1.0
# TYPE stage_seconds histogram
stage_seconds_bucket{stage="stt",le="1.0"} 4.0
stage_seconds_bucket{stage="stt",le="+Inf"} 4.0
stage_seconds_sum{stage="stt"} 1.2
stage_seconds_bucket{stage="tts",le="1.0"} 2.0
stage_seconds_bucket{stage="tts",le="+Inf"} 2.0
stage_seconds_sum{stage="tts"} 0.2
"""


def test_what_changed_between_two_readings():
    grown = change(parse(BEFORE), parse(AFTER))
    assert total(grown, "dry_total") == 3.0
    late = histogram(grown, "late_seconds")
    assert late.n == 100
    assert late.mean == pytest.approx(0.01)
    assert late.percentile(50) == pytest.approx(0.01)
    assert late.percentile(25) == pytest.approx(0.005)
    assert late.percentile(70) == pytest.approx(0.015)
    assert late.percentile(99) == 0.02  # above the last finite bound: at least that
    assert histogram(grown, "stage_seconds", stage="stt").mean == pytest.approx(0.3)
    assert histogram(grown, "stage_seconds").n == 6
    assert label_values(grown, "stage_seconds_bucket", "stage") == ["stt", "tts"]


def test_a_service_that_began_anew_counts_from_nothing():
    assert total(change(parse(AFTER), parse(BEFORE)), "dry_total") == 2.0 + 0.0


def test_what_is_not_exported_is_empty():
    nothing = histogram({}, "late_seconds")
    assert (nothing.n, nothing.mean, nothing.percentile(50)) == (0, None, None)
