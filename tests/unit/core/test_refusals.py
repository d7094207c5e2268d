import pytest

from sipforge.core.asterisk.refusals import ALARM_FROM, Alarms, Refusal, refusal

EVENT = {
    "Event": "UserEvent",
    "UserEvent": "SipForgeRefused",
    "Extension": "1001",
    "Number": "00900123456",
    "Reason": "premium",
}
TRIED = Refusal("1001", "00900123456", "premium")


def test_the_dialplans_event() -> None:
    assert refusal(EVENT) == TRIED


@pytest.mark.parametrize("event", [{}, EVENT | {"UserEvent": "Else"}, EVENT | {"Event": "Newchannel"}])
def test_other_events_are_no_refusals(event: dict[str, str]) -> None:
    assert refusal(event) is None


def test_what_would_fill_the_memory_or_the_metrics_is_cut() -> None:
    found = refusal(EVENT | {"Extension": "9" * 500, "Number": "8" * 500, "Reason": "x" * 500})
    assert found == Refusal("9" * 64, "8" * 64, "other")
    assert refusal({"Event": "UserEvent", "UserEvent": "SipForgeRefused"}) == Refusal("unknown", "", "other")


def test_a_number_or_two_are_no_alarm() -> None:
    alarms = Alarms()
    for now in range(ALARM_FROM - 1):
        alarms.take(now, TRIED)
    assert alarms.current(ALARM_FROM) == {}
    alarms.take(ALARM_FROM, TRIED)
    assert alarms.current(ALARM_FROM) == {"1001": ALARM_FROM}


def test_a_thousand_are_one_alarm_for_an_hour_after_the_last() -> None:
    alarms = Alarms()
    for now in range(1000):
        alarms.take(now, TRIED)
    assert alarms.current(999 + 3600) == {"1001": 1000}
    assert alarms.current(999 + 3601) == {}
    # Who begins anew after an hour begins at one.
    alarms.take(10_000, TRIED)
    assert alarms.current(10_000) == {}


def test_a_flood_of_extensions_is_forgotten_from_its_oldest_end() -> None:
    alarms = Alarms()
    for _ in range(ALARM_FROM):
        alarms.take(0, Refusal("first", "", "class"))
    for number in range(1000):
        alarms.take(1, Refusal(str(number), "", "class"))
    assert alarms.current(1) == {}
