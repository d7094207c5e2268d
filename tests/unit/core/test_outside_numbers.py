"""Who may ring what outside: every number that somebody has thought of, by every class."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from sipforge.core.office.outside_numbers import Outside
from sipforge.core.office.reading import read
from tests.outside_numbers import CLASSES, NUMBERS, RULES, Dialled

ALL = [(kind, dialled) for kind, numbers in NUMBERS.items() for dialled in numbers]


@pytest.fixture(scope="module")
def outside() -> Outside:
    return read(Outside, "outside", RULES)


def test_there_are_sixty_of_ten_kinds() -> None:
    assert len(NUMBERS) == 10
    assert len({dialled.number for _, dialled in ALL}) == 60


@pytest.mark.parametrize(("kind", "dialled"), ALL, ids=[f"{kind}: {one.number}" for kind, one in ALL])
def test_who_may_ring_it(outside: Outside, kind: str, dialled: Dialled) -> None:
    number = unquote(dialled.number)
    may = [name for name in ("", *CLASSES) if outside.may_ring(name, number)]
    assert may == [name for name in ("", *CLASSES) if name in dialled.classes]
    assert (outside.e164(number) or "") == (dialled.e164 if dialled.e164.startswith("+") else "")
