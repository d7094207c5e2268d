import pytest

from sipforge.core.asterisk.mailbox_room import ALL, without_room

MB = 1_000_000


@pytest.mark.parametrize(
    ("free", "short"),
    [
        ({}, set()),
        ({ALL: 50 * MB, "1001": 50 * MB}, set()),
        ({ALL: 500 * MB, "1001": 50 * MB - 1, "1002": 500 * MB}, {"1001"}),
        # A mailbox that is not there yet would be made where there is no room.
        ({ALL: 50 * MB - 1, "1001": 50 * MB - 1}, {ALL}),
    ],
)
def test_less_than_the_least_is_no_room(free: dict[str, int], short: set[str]) -> None:
    assert without_room(free, 50) == short


def test_nothing_need_be_free_where_that_is_set() -> None:
    assert without_room({ALL: 0}, 0) == set()
