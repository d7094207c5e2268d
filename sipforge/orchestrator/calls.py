"""The calls the orchestrator knows: admitted, connected, over. Each move is written to the session store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, Protocol

from sipforge.orchestrator.timing import Timing


class CallState(Enum):
    """Where a call is."""

    ADMITTED = "admitted"
    """Named and routed; Asterisk has not connected its audio."""
    CONNECTED = "connected"
    """Audio flows; the bot has not said anything."""
    TALKING = "talking"
    """The bot is there."""
    ENDING = "ending"
    """What is queued is played, then the call leaves."""
    ENDED = "ended"
    """Over; only where the dialplan goes on is kept for a while."""


TRANSITIONS: Final[dict[CallState, frozenset[CallState]]] = {
    CallState.ADMITTED: frozenset({CallState.CONNECTED, CallState.ENDED}),
    CallState.CONNECTED: frozenset({CallState.TALKING, CallState.ENDING, CallState.ENDED}),
    CallState.TALKING: frozenset({CallState.ENDING, CallState.ENDED}),
    CallState.ENDING: frozenset({CallState.ENDED}),
    CallState.ENDED: frozenset(),
}
"""Every legal move; any other raises `ValueError` and changes nothing."""


class SessionStore(Protocol):
    """Where sessions and histories are kept; none of it fails or takes long."""

    @property
    def available(self) -> bool:
        """False while only memory serves."""

    async def put_session(self, call: str, session: Mapping[str, Any]) -> None:
        """Write the session of a live call."""

    async def delete_session(self, call: str) -> None:
        """The call is over."""

    async def append_history(self, call: str, entry: Mapping[str, Any]) -> None:
        """Add an entry to the history of a call."""

    async def history(self, call: str) -> list[dict[str, Any]]:
        """The entries of a call, oldest first."""


@dataclass(slots=True)
class Call:
    """One telephone call to an assistant."""

    id: str
    """UUID in text form."""
    bot: str
    caller: str
    dialled: str
    rate_hz: int
    """Of the telephone leg."""
    admitted: float
    """When it was admitted, by the monotonic clock."""
    started: datetime
    """The same, by the calendar."""
    state: CallState = CallState.ADMITTED
    next_extension: str = ""
    """Where the dialplan goes on when the call leaves the assistant; empty: nowhere."""
    last_metrics: dict[str, float] = field(default_factory=dict)
    """What the bot measured last."""
    ended: float = 0.0
    """When it ended, by the monotonic clock."""

    def session(self) -> dict[str, Any]:
        """What others may know of it, as JSON can hold it."""
        return {
            "call": self.id,
            "bot": self.bot,
            "caller": self.caller,
            "dialled": self.dialled,
            "state": self.state.value,
            "started": self.started.isoformat(timespec="milliseconds"),
            "rate_hz": self.rate_hz,
        }


class Calls:
    """All calls of this process."""

    def __init__(self, store: SessionStore, timing: Timing) -> None:
        """Begin without calls."""
        self._store = store
        self._timing = timing
        self._calls: dict[str, Call] = {}

    def live(self) -> list[Call]:
        """Calls that are not over, oldest first."""
        return [call for call in self._calls.values() if call.state is not CallState.ENDED]

    def find(self, call_id: str) -> Call | None:
        """A live call by its id."""
        call = self._calls.get(call_id)
        return call if call is not None and call.state is not CallState.ENDED else None

    async def admit(
        self, call_id: str, *, bot: str, caller: str, dialled: str, rate_hz: int, now: float
    ) -> Call:
        """Enter a new call."""
        call = Call(call_id, bot, caller, dialled, rate_hz, admitted=now, started=datetime.now(UTC))
        self._calls[call_id] = call
        await self._store.put_session(call_id, call.session())
        return call

    def claim(self, call_id: str, now: float) -> Call | None:
        """The admitted call an AudioSocket peer says it is, once and in time; else None.

        The call is CONNECTED from here on, so that no second peer can claim it.
        """
        call = self._calls.get(call_id)
        if call is None or call.state is not CallState.ADMITTED:
            return None
        if now - call.admitted > self._timing.admission_seconds:
            return None
        self._step(call, CallState.CONNECTED)
        return call

    async def move(self, call: Call, state: CallState) -> None:
        """Move a call on; ValueError for an illegal move."""
        self._step(call, state)
        await self._store.put_session(call.id, call.session())

    async def save(self, call: Call) -> None:
        """Write the session of a call that `claim` moved."""
        await self._store.put_session(call.id, call.session())

    async def end(self, call: Call, now: float) -> None:
        """The call is over: no session is left of it. Ending it again changes nothing."""
        if call.state is not CallState.ENDED:
            self._step(call, CallState.ENDED)
            call.ended = now
        await self._store.delete_session(call.id)

    async def leave(self, call_id: str, operator: Mapping[str, str], now: float) -> str:
        """Where the dialplan goes on with a call whose assistant leg is over; then the call is forgotten.

        Args:
            call_id: as Asterisk gives it back; an unknown one goes nowhere.
            operator: extension of the person behind each bot; a call whose audio never connected goes there.
            now: monotonic clock.
        """
        call = self._calls.pop(call_id, None)
        if call is None:
            return ""
        if call.state is CallState.ADMITTED:
            call.next_extension = operator.get(call.bot, "")
            await self.end(call, now)
        return call.next_extension

    async def sweep(self, now: float) -> None:
        """End calls that never connected, and forget those that the dialplan never asked about."""
        for call in list(self._calls.values()):
            if call.state is CallState.ADMITTED and now - call.admitted > self._timing.admission_seconds:
                await self.end(call, now)
            if call.state is CallState.ENDED and now - call.ended > self._timing.next_seconds:
                self._calls.pop(call.id, None)

    async def append_history(self, call: Call, entry: Mapping[str, Any]) -> None:
        """Keep what was said."""
        await self._store.append_history(call.id, entry)

    async def history(self, call_id: str) -> list[dict[str, Any]]:
        """What was said in a call, live or over."""
        return await self._store.history(call_id)

    @staticmethod
    def _step(call: Call, state: CallState) -> None:
        if state not in TRANSITIONS[call.state]:
            raise ValueError(f"a call cannot move from {call.state.value} to {state.value}")
        call.state = state
