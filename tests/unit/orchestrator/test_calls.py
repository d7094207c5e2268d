"""The book of calls, with a store in memory and a clock that is a number."""

import asyncio

import pytest

from sipforge.core.messages.hello import Arrival, Detail
from sipforge.infra.call_store import CallStore
from sipforge.orchestrator.calls import TRANSITIONS, Call, Calls, CallState, Departure, Way
from sipforge.orchestrator.timing import Timing


class Memory(CallStore):
    """The real store, with no Redis to talk to; lets a test see which sessions there are."""

    def __init__(self, tmp_path):
        super().__init__(tmp_path / "none", "", 100)

    def sessions(self) -> set[str]:
        return set(self._sessions)


@pytest.fixture
def store(tmp_path):
    return Memory(tmp_path)


@pytest.fixture
def calls(store):
    return Calls(store, Timing(admission_seconds=15, next_seconds=60, away_seconds=900))


def admit(calls: Calls, call_id: str = "a", now: float = 0.0) -> Call:
    return calls.admit(call_id, bot="english", caller="1001", dialled="2000", rate_hz=16000, now=now)


def test_an_admitted_call_is_claimed_once_and_in_time(calls):
    call = admit(calls)
    assert calls.claim("b", 1.0) is None
    assert calls.claim("a", 15.0) is call
    assert call.state is CallState.CONNECTED
    assert calls.claim("a", 15.0) is None


def test_a_call_that_connects_too_late_is_not_taken(calls):
    admit(calls)
    assert calls.claim("a", 15.1) is None


def test_a_call_leaves_no_session(calls, store):
    call = admit(calls)
    assert store.sessions() == {"a"}
    calls.claim("a", 1.0)
    calls.move(call, CallState.TALKING)
    calls.end(call, 2.0)
    calls.end(call, 3.0)
    assert store.sessions() == set()
    assert calls.live() == []
    assert calls.find("a") is None


def ended(calls: Calls, call_id: str = "a", now: float = 2.0) -> Call:
    call = admit(calls, call_id)
    calls.claim(call_id, 1.0)
    calls.end(call, now)
    return call


def leave(calls: Calls, call_id: str) -> Call | None:
    return asyncio.run(calls.leave(call_id, 3.0))


def test_the_dialplan_finds_a_call_that_ended_until_it_is_forgotten(calls):
    call = ended(calls)
    assert leave(calls, "a") is call
    calls.forget(call)
    assert leave(calls, "a") is None
    assert leave(calls, "never heard of") is None


def test_a_call_whose_audio_never_connected_does_not_go_on(calls, store):
    admit(calls)
    assert leave(calls, "a") is None
    assert calls.claim("a", 2.0) is None
    assert store.sessions() == set()


def test_a_call_goes_away_and_comes_back_once(calls, store):
    call = ended(calls)
    assert calls.away("a") is None
    calls.send_away(call)
    assert (calls.live(), store.sessions(), calls.find("a")) == ([], set(), None)
    assert leave(calls, "a") is None
    assert calls.away("a") is call
    call.departure = Departure(Way.TRANSFER, "1005")
    calls.admit_again(
        call, bot="kinyarwanda", dialled="3000", arrival=Arrival.RETURNED, detail=Detail.BUSY, now=50.0
    )
    assert calls.away("a") is None
    assert store.sessions() == {"a"}
    assert (call.bot, call.dialled, call.detail, call.departure) == (
        "kinyarwanda",
        "3000",
        Detail.BUSY,
        Departure(),
    )
    assert calls.claim("a", 64.9) is call
    assert not call.over.is_set()


def test_sweeping_ends_what_never_connected_and_forgets_what_nobody_asks_about(calls, store):
    admit(calls, "never connected", now=0.0)
    talking = admit(calls, "talking", now=0.0)
    calls.claim("talking", 1.0)
    calls.sweep(15.0)
    assert store.sessions() == {"never connected", "talking"}
    calls.sweep(15.1)
    assert store.sessions() == {"talking"}
    assert calls.live() == [talking]
    assert leave(calls, "never connected") is None
    calls.end(talking, 20.0)
    calls.sweep(80.0)
    assert leave(calls, "talking") is talking
    calls.sweep(80.1)
    assert leave(calls, "talking") is None


def test_sweeping_forgets_callers_who_were_not_brought_back(calls):
    calls.send_away(ended(calls, now=20.0))
    calls.sweep(920.0)
    assert calls.away("a") is not None
    calls.sweep(920.1)
    assert calls.away("a") is None


@pytest.mark.parametrize("state", CallState)
def test_illegal_moves_raise_and_change_nothing(calls, state):
    call = admit(calls)
    for target in set(CallState) - TRANSITIONS[state]:
        call.state = state
        with pytest.raises(ValueError, match="cannot move"):
            calls.move(call, target)
        assert call.state is state
    assert (CallState.ADMITTED in TRANSITIONS[state]) == (state in {CallState.ENDED, CallState.AWAY})
