"""An office with a line to the outside: a carrier, a trunk to it, and people outside with telephones."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.calls.outside.office import (
    ACCOUNT,
    CUSTOMER,
    FRIEND,
    KNOWN,
    SECRET,
    TRUNK,
    Arranged,
)
from tests.phones.appliance import Appliance
from tests.phones.baresip import Phone
from tests.phones.carrier import Carrier, Subscriber
from tests.phones.texts import Texts

OutsiderFactory = Callable[..., Phone]


@pytest.fixture(scope="session")
def arranged(host: Appliance) -> Iterator[Arranged]:
    """The office as these tests want it; as it was when they are over."""
    arranged = Arranged(host)
    try:
        arranged.apply()
        yield arranged
    finally:
        arranged.restore()


@pytest.fixture(scope="session")
def carrier(arranged: Arranged) -> Iterator[Carrier]:
    """The carrier, where the office is registered."""
    people = [Subscriber(number, SECRET) for number in (CUSTOMER, FRIEND)]
    with Carrier([ACCOUNT, KNOWN], people) as carrier, arranged.trunk(TRUNK, carrier.address):
        carrier.wait_registered(ACCOUNT.user)
        yield carrier


@pytest.fixture
def line(carrier: Carrier) -> Carrier:
    """The carrier, which has seen nothing yet."""
    carrier.forget()
    return carrier


@pytest.fixture
def outsider(line: Carrier, recordings: Path) -> Iterator[OutsiderFactory]:
    """Makes registered telephones outside."""
    with contextlib.ExitStack() as stack:

        def make(number: str, *, auto_answer: bool = False) -> Phone:
            phone = Phone(number, SECRET, server=line.address, auto_answer=auto_answer, folder=recordings)
            stack.enter_context(phone)
            phone.register()
            return phone

        yield make


@pytest.fixture(scope="session")
def announcements(english_texts: Texts) -> dict[str, str]:
    """What the telephone system says, by name."""
    return english_texts.telephone


@pytest.fixture
def past(host: Appliance) -> Callable[[int], list[dict[str, Any]]]:
    """The last records of calls, the oldest first."""

    def read(last: int) -> list[dict[str, Any]]:
        printed = host.run("sipforge", "calls", "--past", "--last", str(last), "--json")
        return list(reversed(json.loads(printed)["calls"]))

    return read
