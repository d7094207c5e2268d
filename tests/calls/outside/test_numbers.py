"""Sixty numbers against the rules, by real telephones: none is reached that should not be."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.calls.telephones import CALLER, COLLEAGUE
from tests.outside_numbers import CLASSES, NUMBERS, Dialled
from tests.phones.errors import CallFailed, PhoneTimeout

EVERY = [dialled for numbers in NUMBERS.values() for dialled in numbers]
AT_ONCE = 12


@pytest.fixture
def try_all(arranged, line, by_hand):
    """Ring all of them as a user of a class; gives what the carrier was rung for."""

    def check(chosen: str, extension: str) -> list[str]:
        arranged.apply({extension: chosen}, calls_at_once=1000)

        def attempt(dialled: Dialled) -> None:
            caller = by_hand(extension)
            with contextlib.suppress(CallFailed, PhoneTimeout):
                caller.dial(dialled.number)
                time.sleep(0.2)
            caller.hangup()

        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(attempt, EVERY))
        finally:
            arranged.apply()
        return sorted(one.number for one in line.called())

    return check


@pytest.mark.parametrize("chosen", ["", *CLASSES], ids=["none", *CLASSES])
def test_what_a_class_may_ring_is_rung_and_nothing_else(try_all, chosen):
    allowed = Counter(dialled.e164 for dialled in EVERY if chosen in dialled.classes)
    rung = Counter(try_all(chosen, COLLEAGUE if chosen == "" else CALLER))
    assert rung.keys() - allowed.keys() == set(), "rung, and should not be"
    # On a busy machine a telephone may ring twice.
    assert allowed - rung == Counter(), "not rung, and should be"
