from sipforge.core.asterisk.throttle import Throttle


def test_one_line_an_interval_with_the_number_it_stands_for() -> None:
    log = Throttle[str](interval_seconds=60)
    assert [log.due(now, "wrong") for now in (0, 1, 2, 59.9, 60, 61, 120)] == [1, 0, 0, 0, 4, 0, 2]


def test_something_else_has_its_own_line() -> None:
    log = Throttle[str]()
    assert log.due(0, "wrong") == 1
    assert log.due(0, "wrong elsewhere") == 1


def test_a_flood_is_forgotten_from_its_oldest_end() -> None:
    log = Throttle[str](interval_seconds=60, remembered=2)
    a, b, c = "abc"
    assert [log.due(0, one) for one in (a, b, c)] == [1, 1, 1]
    assert log.due(1, a) == 1
    assert log.due(1, c) == 0
