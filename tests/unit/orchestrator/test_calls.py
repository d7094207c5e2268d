"""The book of calls, with a store in memory and a clock that is a number."""

import asyncio

import pytest

from sipforge.infra.settings import RedisSettings
from sipforge.infra.store import CallStore
from sipforge.orchestrator.calls import TRANSITIONS, Call, Calls, CallState
from sipforge.orchestrator.timing import Timing

OPERATOR = {"english": "1000"}


class Memory(CallStore):
    """The real store, with no Redis to talk to; lets a test see which sessions there are."""

    def __init__(self, tmp_path):
        super().__init__(RedisSettings(socket=tmp_path / "none"), "", 100)

    def sessions(self) -> set[str]:
        return set(self._sessions)


@pytest.fixture
def store(tmp_path):
    return Memory(tmp_path)


@pytest.fixture
def calls(store):
    return Calls(store, Timing(admission_seconds=15, next_seconds=60))


def admit(calls: Calls, call_id: str = "a", now: float = 0.0) -> Call:
    return asyncio.run(
        calls.admit(call_id, bot="english", caller="1001", dialled="2000", rate_hz=16000, now=now)
    )


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
    asyncio.run(calls.move(call, CallState.TALKING))
    asyncio.run(calls.end(call, 2.0))
    asyncio.run(calls.end(call, 3.0))
    assert store.sessions() == set()
    assert calls.live() == []
    assert calls.find("a") is None


def test_the_dialplan_is_told_once_where_a_call_goes_on(calls):
    call = admit(calls)
    calls.claim("a", 1.0)
    call.next_extension = "1005"
    assert asyncio.run(calls.leave("a", OPERATOR, 2.0)) == "1005"
    assert asyncio.run(calls.leave("a", OPERATOR, 2.0)) == ""
    assert asyncio.run(calls.leave("never heard of", OPERATOR, 2.0)) == ""


def test_a_call_whose_audio_never_connected_goes_to_the_operator(calls, store):
    admit(calls)
    assert asyncio.run(calls.leave("a", OPERATOR, 2.0)) == "1000"
    assert calls.claim("a", 2.0) is None
    assert store.sessions() == set()


def test_sweeping_ends_what_never_connected_and_forgets_what_nobody_asks_about(calls, store):
    admit(calls, "never connected", now=0.0)
    talking = admit(calls, "talking", now=0.0)
    calls.claim("talking", 1.0)
    asyncio.run(calls.sweep(15.0))
    assert store.sessions() == {"never connected", "talking"}
    asyncio.run(calls.sweep(15.1))
    assert store.sessions() == {"talking"}
    assert calls.live() == [talking]
    talking.next_extension = "1005"
    asyncio.run(calls.end(talking, 20.0))
    asyncio.run(calls.sweep(80.1))
    assert asyncio.run(calls.leave("talking", OPERATOR, 81.0)) == ""


@pytest.mark.parametrize("state", CallState)
def test_illegal_moves_raise_and_change_nothing(calls, state):
    call = admit(calls)
    for target in set(CallState) - TRANSITIONS[state]:
        call.state = state
        with pytest.raises(ValueError, match="cannot move"):
            asyncio.run(calls.move(call, target))
        assert call.state is state
    assert CallState.ADMITTED not in TRANSITIONS[state]
    assert (not TRANSITIONS[state]) == (state is CallState.ENDED)
