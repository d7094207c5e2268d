"""Whatever is dialled: what costs more stays closed, and a number is one number however it is written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sipforge.core.office.outside_numbers import Outside

CLASSES = {
    "nothing": (),
    "national": ("national",),
    "abroad": ("national", "international"),
    "beginnings": ("+250900", "+250", "+9", "+1"),
    "everything": ("national", "international", "premium"),
}
RULES = Outside("250", premium=("+250900", "+1900", "+2507889"), classes=CLASSES, default_class="abroad")
DIALLED = st.one_of(
    st.text("0123456789+", max_size=18),
    st.from_regex(r"(\+|00|0|\+250|00250|0|\+1|001)(900|7889|788|)[0-9]{0,10}", fullmatch=True),
)


@given(DIALLED, st.sampled_from(["", *CLASSES]))
def test_what_costs_more_is_rung_only_by_who_has_it_by_name(dialled: str, chosen: str) -> None:
    number = RULES.e164(dialled)
    if number is not None and number.startswith(RULES.premium):
        assert RULES.may_ring(chosen, dialled) is (chosen == "everything")


@given(DIALLED)
def test_a_number_as_the_world_writes_it_stays_what_it_is(dialled: str) -> None:
    number = RULES.e164(dialled)
    if number is not None:
        assert RULES.e164(number) == number
        assert RULES.e164("00" + number[1:]) == number
        assert RULES.kind(number) is RULES.kind(dialled)
        assert all(RULES.may_ring(name, number) is RULES.may_ring(name, dialled) for name in CLASSES)


@given(DIALLED, st.sampled_from(list(CLASSES)))
def test_what_is_no_number_is_rung_by_nobody(dialled: str, chosen: str) -> None:
    if RULES.kind(dialled) is None:
        assert not RULES.may_ring(chosen, dialled)


def test_emergency_numbers_are_everybodys() -> None:
    assert all(RULES.may_ring(chosen, "112") for chosen in ("", *CLASSES))
