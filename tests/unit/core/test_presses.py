"""A key that is reported more than once counts once; a key that is pressed twice counts twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.asterisk.presses import SAME_PRESS_SECONDS, Presses, Source

TONE, INFO, STREAM = Source.TONE, Source.INFO, Source.STREAM


def counted(*reports) -> int:
    """How many presses there are in reports of (key, source, when it was over[, how long it lasted])."""
    presses = Presses()
    return sum(presses.take(*report) for report in reports)


@pytest.mark.parametrize(
    "reports",
    [
        [("1", TONE, 0.1, 0.1), ("1", INFO, 0.1)],
        [("1", INFO, 0.0), ("1", TONE, 0.1, 0.1)],
        [("1", TONE, 0.1, 0.1), ("1", INFO, 0.9)],
        [("1", INFO, 0.0), ("1", TONE, 4.0, 4.0)],
        [("1", TONE, 0.1, 0.1), ("1", STREAM, 0.3)],
        [("1", STREAM, 0.1), ("1", TONE, 0.1, 0.1), ("1", INFO, 0.2)],
    ],
    ids=["both", "told first", "told late", "held down for long", "stream, too", "all three"],
)
def test_what_several_sources_report_is_one_press(reports):
    assert counted(*reports) == 1


@pytest.mark.parametrize("source", Source)
def test_one_source_reports_each_press_once_however_quick_they_are(source):
    assert counted(*(("1", source, 0.12 * number, 0.08) for number in range(5))) == 5


@pytest.mark.parametrize("order", ["titi", "itti", "ttii", "tiit", "iitt"])
def test_two_quick_presses_sent_both_ways_are_two_in_any_order(order):
    sources = {"t": TONE, "i": INFO}
    assert counted(*(("1", sources[one], 0.1 * at, 0.08) for at, one in enumerate(order))) == 2


AS_MEASURED = {
    "both at once": [(INFO, 2.55, 0.16), (TONE, 2.67, 0.12), (INFO, 2.76, 0.12)],
    "INFO into the tone": [(TONE, 7.36, 0.16), (INFO, 7.41, 0.12), (INFO, 7.43, 0.12)],
    "INFO, the tone 0.1 s later": [(INFO, 10.51, 0.16), (TONE, 10.71, 0.12), (INFO, 10.73, 0.12)],
    "INFO after the tone": [(TONE, 8.97, 0.12), (INFO, 9.02, 0.16)],
    "all of one length": [(INFO, 2.51, 0.12), (TONE, 2.67, 0.12), (INFO, 2.76, 0.12)],
}
"""Reports of one press by Asterisk 22.10.1: INFO of 160 ms beside an RTP event of 120 ms."""


@pytest.mark.parametrize("reports", AS_MEASURED.values(), ids=AS_MEASURED)
def test_a_tone_that_was_put_aside_and_is_told_again_is_the_same_press(reports):
    once = [("5", source, over, seconds) for source, over, seconds in reports]
    twice = [*once, *(("5", source, over + 0.4, seconds) for _, source, over, seconds in once)]
    assert (counted(*once), counted(*twice)) == (1, 2)


def test_two_presses_that_come_as_info_alone_are_not_one_told_again():
    assert counted(("6", INFO, 5.81, 0.16), ("6", INFO, 6.01, 0.16)) == 2


def test_another_key_is_another_press():
    assert counted(("1", TONE, 0.1, 0.1), ("2", INFO, 0.1)) == 2


def test_after_a_while_the_same_key_from_another_source_is_another_press():
    assert counted(("1", TONE, 0.1, 0.1), ("1", INFO, 0.1 + SAME_PRESS_SECONDS + 0.01)) == 2


def test_a_report_that_was_lost_costs_no_press():
    # The first key's RTP is lost; the second key is reported both ways.
    assert counted(("1", INFO, 0.0), ("1", TONE, 0.4, 0.1), ("1", INFO, 0.4)) == 2


@given(st.lists(st.tuples(st.sampled_from("123"), st.integers(0, 400)), max_size=12))
def test_keys_sent_both_ways_are_as_many_as_were_pressed(pressed):
    """Each comes as a tone, and some 10 ms units later as INFO."""
    reports = []
    for number, (key, late) in enumerate(pressed):
        over = 0.3 * number
        reports.append((over, (key, TONE, over, 0.1)))
        reports.append((over + late / 1000, (key, INFO, over + late / 1000)))
    assert counted(*(report for _, report in sorted(reports, key=lambda one: one[0]))) == len(pressed)
