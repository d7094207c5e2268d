"""Who is let in."""

import asyncio
from datetime import datetime
from uuid import UUID

import pytest

from sipforge.core.breaker import CircuitBreaker
from sipforge.core.capacity import Limit, Source
from sipforge.core.messages.hello import Arrival, Detail
from sipforge.core.office.hours import Hours
from sipforge.infra.call_store import CallStore
from sipforge.infra.metrics import Metrics
from sipforge.infra.settings.host import Settings
from sipforge.orchestrator.calls import Calls, CallState, Departure, Way
from sipforge.orchestrator.routing import Onward, Refusal, Router
from sipforge.orchestrator.telemetry import Telemetry
from sipforge.orchestrator.timing import Timing

DEPARTMENTS = {"sales": "4001", "taxi": "+250788000000"}


class Office:
    """A router with two bots, whose clock and sockets a test moves by hand."""

    def __init__(self, tmp_path, **limits):
        bot = {"phrases": "p", "knowledge": "k"}
        others = {"english": "kinyarwanda", "kinyarwanda": "english"}
        settings = Settings.model_validate(
            {
                "orchestrator": {"max_calls": 3, "calls_per_minute": 5, **limits},
                "bots": {
                    name: {**bot, **one, "language": name, "other": others[name]}
                    for name, one in {
                        "english": {"extension": "2000", "http_port": 1, "departments": DEPARTMENTS},
                        "kinyarwanda": {"extension": "3000", "http_port": 2},
                    }.items()
                },
                "front_desk": {
                    "extension": "9000",
                    "assistants": ["english", "kinyarwanda"],
                    "hours": "office",
                    "closed": "4002",
                },
                "outside": {"assistants_may_ring": ["+250788000000", "+250788000009"]},
            }
        )
        self.now = 0.0
        self.today = datetime(2026, 11, 27, 10, 0)
        self.limits = dict.fromkeys(settings.bots, Limit(2, Source.SET))
        self.sockets = {"english", "kinyarwanda"}
        self.metrics = Metrics()
        self.calls = Calls(CallStore(tmp_path / "none", "", 100), Timing())
        self.breakers = {name: CircuitBreaker(failures=1, open_seconds=5.0) for name in settings.bots}
        self.router = Router(
            settings,
            calls=self.calls,
            breakers=self.breakers,
            limits=lambda: self.limits,
            socket_exists=self.sockets.__contains__,
            telemetry=Telemetry(self.metrics),
            clock=lambda: self.now,
            hours=lambda: {"office": Hours("office", ("mon-fri 08:00-17:00",), ("2026-12-25",))},
            today=lambda: self.today,
        )

    def ring(self, dialled: str = "2000", caller: str = "1001"):
        route = self.router.route(caller, dialled, 16000)
        assert (route.call is None) != (route.refusal is None)
        return route.refusal or route.call


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def test_an_admitted_call_is_named_and_knows_its_bot(office):
    call = office.ring("3000", "1002")
    assert str(UUID(call.id)) == call.id
    assert (call.bot, call.caller, call.dialled, call.rate_hz) == ("kinyarwanda", "1002", "3000", 16000)
    assert call.state is CallState.ADMITTED
    assert office.calls.live() == [call]
    assert office.ring("3000").id != call.id


def test_an_extension_that_is_no_bot_is_unknown(office):
    assert office.ring("2001") is Refusal.UNKNOWN
    assert office.calls.live() == []


def test_a_bot_without_a_socket_is_unavailable_and_the_other_is_not(office):
    office.sockets.remove("english")
    assert office.ring("2000") is Refusal.UNAVAILABLE
    assert office.ring("3000").bot == "kinyarwanda"


def test_an_open_breaker_refuses_and_lets_one_in_when_cooled(office):
    office.breakers["english"].failure(0.0)
    assert office.ring() is Refusal.UNAVAILABLE
    office.now = 5.0
    assert office.ring().bot == "english"
    assert office.ring() is Refusal.UNAVAILABLE


def test_a_busy_bot_does_not_use_up_the_trial(office):
    office.ring(), office.ring()
    office.breakers["english"].failure(0.0)
    office.now = 5.0
    assert office.ring() is Refusal.BUSY
    office.calls.end(office.calls.live()[0], 5.0)
    assert office.ring().bot == "english"


def test_calls_at_once_are_limited_for_each_bot_and_for_all(office):
    assert [office.ring(caller="a").bot for _ in range(2)] == ["english", "english"]
    assert office.ring(caller="b") is Refusal.BUSY
    assert office.ring("3000", "b").bot == "kinyarwanda"
    assert office.ring("3000", "c") is Refusal.BUSY
    office.calls.end(office.calls.live()[0], 1.0)
    assert office.ring("3000", "c").bot == "kinyarwanda"


def test_measured_assistants_share_the_host_whatever_is_measured_meanwhile(tmp_path):
    office = Office(tmp_path, max_calls=20, calls_per_minute=20)
    office.limits = {"english": Limit(4, Source.MEASURED), "kinyarwanda": Limit(2, Source.MEASURED)}
    assert [office.ring(one).bot for one in ("2000", "3000", "2000")] == ["english", "kinyarwanda", "english"]
    assert [office.ring(one) for one in ("2000", "3000")] == [Refusal.BUSY, Refusal.BUSY]
    office.limits = {**office.limits, "english": Limit(6, Source.MEASURED)}
    assert office.ring("2000").bot == "english"
    assert office.ring("2000") is Refusal.BUSY


def test_a_caller_who_rings_too_often_is_refused_and_others_are_not(tmp_path):
    office = Office(tmp_path, calls_per_minute=1)
    office.ring(caller="1001")
    assert office.ring(caller="1001") is Refusal.RATE
    assert office.ring(caller="1002").caller == "1002"
    office.now = 60.1
    assert office.ring("3000", caller="1001").caller == "1001"


def test_refusals_are_counted_by_reason(office):
    office.ring("9999")
    office.ring("9998")
    assert b'sipforge_calls_refused_total{reason="unknown"} 2.0' in office.metrics.render()


def left(office, call, departure):
    """The call as the dialplan asks about it, with its assistant's part over."""
    office.calls.claim(call.id, office.now)
    call.departure = departure
    office.calls.end(call, office.now)
    return asyncio.run(office.router.after(call.id))


def test_a_call_that_is_away_holds_no_place_and_needs_one_to_come_back(office):
    first, second = office.ring(), office.ring()
    assert left(office, first, Departure(Way.TRANSFER, "1005")) == Onward("transfer", "1005")
    third = office.ring()
    assert office.router.back(first.id, "BUSY") == Onward()
    assert office.calls.live() == [second, third]
    assert left(office, second, Departure(Way.MESSAGE, "1005")) == Onward("message", "1005")
    assert office.router.back(second.id, "SUCCESS") == Onward("assistant", "2000", "english")


def test_a_handed_over_call_frees_the_first_assistant_and_counts_for_the_second(office):
    call = office.ring()
    assert left(office, call, Departure(Way.TRANSFER, "3000")).bot == "kinyarwanda"
    assert [found.bot for found in office.calls.live()] == ["kinyarwanda"]


def test_an_open_breaker_sends_a_handed_over_call_back(office):
    office.breakers["kinyarwanda"].failure(0.0)
    call = office.ring()
    assert left(office, call, Departure(Way.TRANSFER, "3000")) == Onward("assistant", "2000", "english")
    assert (call.arrival, call.detail) == (Arrival.RETURNED, Detail.UNAVAILABLE)


def test_coming_back_is_no_new_call_for_the_callers_limit(tmp_path):
    office = Office(tmp_path, calls_per_minute=1)
    call = office.ring(caller="1001")
    left(office, call, Departure(Way.TRANSFER, "1005"))
    assert office.router.back(call.id, "NOANSWER").bot == "english"
    assert office.ring(caller="1001") is Refusal.RATE


def test_the_front_desk_is_with_its_first_assistant_or_with_the_next_that_can(office):
    call = office.ring("9000")
    assert (call.bot, call.dialled, call.arrival, call.detail) == (
        "english",
        "9000",
        Arrival.FRONT_DESK,
        Detail.NONE,
    )
    office.sockets.remove("english")
    assert office.ring("9000").bot == "kinyarwanda"
    office.sockets.clear()
    assert office.ring("9000") is Refusal.UNAVAILABLE


@pytest.mark.parametrize(
    ("today", "detail"),
    [
        (datetime(2026, 11, 27, 16, 59), Detail.NONE),
        (datetime(2026, 11, 27, 17, 0), Detail.CLOSED),
        (datetime(2026, 11, 28, 10, 0), Detail.CLOSED),
        (datetime(2026, 12, 25, 10, 0), Detail.CLOSED),
    ],
)
def test_the_front_desk_is_told_when_the_office_is_closed(office, today, detail):
    office.today = today
    assert office.ring("9000").detail is detail
    assert office.ring("2000").detail is Detail.NONE


def test_what_was_said_at_the_desk_goes_along(office):
    call = office.ring("9000")
    call.said = (b"00",)
    assert left(office, call, Departure(Way.TRANSFER, "3000")) == Onward("assistant", "3000", "kinyarwanda")
    assert (call.arrival, call.detail) == (Arrival.HANDED_OVER, Detail.SAID)


def test_who_comes_back_to_the_desk_comes_back_to_the_assistant_that_was_there(office):
    office.sockets.remove("english")
    call = office.ring("9000")
    left(office, call, Departure(Way.TRANSFER, "1005"))
    assert office.router.back(call.id, "BUSY") == Onward("assistant", "3000", "kinyarwanda")


@pytest.mark.parametrize(
    ("target", "onward"),
    [
        ("4001", Onward("inside", "4001")),
        ("4002", Onward("inside", "4002")),
        ("+250788000000", Onward("assistants-outside", "+250788000000")),
    ],
)
def test_a_group_and_a_listed_outside_number_are_reached_by_the_offices_rules(office, target, onward):
    call = office.ring()
    assert left(office, call, Departure(Way.TRANSFER, target)) == onward
    assert office.router.back(call.id, "NOANSWER") == Onward()


@pytest.mark.parametrize(
    ("dialled", "target"),
    [
        ("2000", "4003"),  # a group that no department names
        ("3000", "4001"),  # a department of the other assistant
        ("2000", "+250788000009"),  # listed, and no department
        ("2000", "+250788000001"),
        ("2000", "0788000000"),
        ("2000", "600"),
        ("2000", "9000"),
        ("2000", "112"),
        ("2000", "900000000001"),
    ],
)
@pytest.mark.parametrize("way", [Way.TRANSFER, Way.MESSAGE])
def test_nothing_else_is_reached_whatever_an_assistant_says(office, dialled, target, way):
    call = office.ring(dialled)
    assert left(office, call, Departure(way, target)) == Onward("assistant", dialled, call.bot)
    assert call.arrival is Arrival.RETURNED
