"""What the inventory declares and what was added on the host: both are kept, and told apart."""

from __future__ import annotations

import pytest

from sipforge.core.office.keeping.layers import COMMANDS, merged, with_entry, without_entry
from sipforge.core.office.office import SECTIONS, Office, read_plan
from sipforge.core.office.reading import OfficeError

SALES = {"extension": "4001", "members": ["1001"]}
DESK = {"extension": "4002", "members": ["1002"]}
DECLARED = {"groups": {"sales": SALES}, "outside": {"country": "250"}, "encryption": "required"}
ADDED = {"groups": {"desk": DESK}}


def test_both_are_in_the_plan_the_inventorys_first() -> None:
    plan = read_plan(merged(DECLARED, ADDED))
    assert [group.name for group in plan.groups] == ["sales", "desk"]
    assert plan.outside is not None
    assert plan.encryption.value == "required"


def test_one_name_in_both_is_told_and_hides_neither() -> None:
    with pytest.raises(OfficeError, match=r"^groups.sales: the inventory declares it, .* remove sales$"):
        merged(DECLARED, {"groups": {"sales": DESK}})


def test_one_extension_in_both_is_told() -> None:
    with pytest.raises(OfficeError, match=r"^groups.desk.extension: 4001 is that of groups.sales$"):
        Office((), read_plan(merged(DECLARED, {"groups": {"desk": {**DESK, "extension": "4001"}}})))


def test_a_new_entry_leaves_the_others_and_the_layer_it_came_from() -> None:
    found = with_entry(ADDED, DECLARED, "groups", "front", SALES)
    assert found == {"groups": {"desk": DESK, "front": SALES}}
    assert ADDED == {"groups": {"desk": DESK}}
    assert without_entry(found, DECLARED, "groups", "desk") == {"groups": {"front": SALES}}


@pytest.mark.parametrize(("name", "why"), [("sales", "declared by the inventory"), ("desk", "there")])
def test_a_name_that_is_taken_is_refused(name: str, why: str) -> None:
    with pytest.raises(OfficeError, match=rf"^groups.{name}: is {why} already; see: sipforge group show"):
        with_entry(ADDED, DECLARED, "groups", name, SALES)


@pytest.mark.parametrize(("name", "why"), [("sales", "is declared by the inventory"), ("x", "is not there")])
def test_what_was_not_added_here_is_not_removed_here(name: str, why: str) -> None:
    with pytest.raises(OfficeError, match=rf"^groups.{name}: {why}"):
        without_entry(ADDED, DECLARED, "groups", name)


def test_each_section_has_a_command() -> None:
    assert COMMANDS.keys() == SECTIONS.keys()
