from sipforge.core.asterisk.repeats import RepeatLog


def test_one_line_an_interval_with_the_number_it_stands_for() -> None:
    log: RepeatLog[str] = RepeatLog(interval_seconds=60)
    assert [log.due(now, "1001") for now in (0, 1, 2, 59.9, 60, 61, 120)] == [1, 0, 0, 0, 4, 0, 2]


def test_the_last_ones_are_told_when_no_more_come() -> None:
    log: RepeatLog[str] = RepeatLog(interval_seconds=60)
    for now in (0, 1, 2):
        log.due(now, "1001")
    log.due(0, "1002")
    assert [log.overdue(now) for now in (59, 60, 121)] == [(), (("1001", 2),), ()]
    assert log.due(121, "1001") == 1


def test_another_kind_has_its_own_line() -> None:
    log: RepeatLog[str] = RepeatLog()
    assert (log.due(0, "1001"), log.due(0, "1002")) == (1, 1)


def test_a_flood_of_kinds_is_forgotten_from_its_oldest_end() -> None:
    log: RepeatLog[str] = RepeatLog(interval_seconds=60, remembered=2)
    assert [log.due(0, kind) for kind in "abc"] == [1, 1, 1]
    assert log.due(1, "a") == 1
    assert log.due(1, "c") == 0
