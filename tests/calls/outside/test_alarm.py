"""Somebody who tries number after number that a telephone may not ring: one alarm, not a line for each.

SIPFORGE_FORBIDDEN_TRIES says how often, where a hundred times is not enough.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.calls.mailbox import wait_status
from tests.calls.outside.office import CUSTOMER_DIALLED
from tests.calls.telephones import COLLEAGUE

TRIES = int(os.environ.get("SIPFORGE_FORBIDDEN_TRIES", "100"))
AT_ONCE = 4


@pytest.mark.alone
def test_forbidden_calls_are_one_alarm(arranged, appliance, by_hand):
    def attempt(_: int) -> None:
        caller = by_hand(COLLEAGUE)
        caller.ring(CUSTOMER_DIALLED)
        caller.wait_status(183, 20.0)  # it is said in words
        caller.close()

    cursor = appliance.journal_cursor()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(attempt, range(TRIES)))
        wait_status(appliance, f"monitor: {COLLEAGUE} has tried {TRIES} outside calls that it may not make")
        lines = appliance.journal("sipforge-monitor", cursor)
        told = [line for line in lines if "outside calls refused" in line]
        # The first, and one for each minute that it lasted.
        assert 1 <= len(told) < TRIES / 20, told
        assert f'"extension": "{COLLEAGUE}"' in told[0]
    finally:
        # Shown for an hour: the next test is not to see it.
        appliance.run("systemctl", "restart", "sipforge-monitor")
