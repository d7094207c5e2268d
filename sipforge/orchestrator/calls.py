"""The calls the orchestrator knows: admitted, connected, over, away; each move is written to the store.

A call is with an assistant from its admission to the end of its audio, and has a session for that long. When
the assistant sends the caller to a colleague or a mailbox the call is away: it holds no place and has no
session, and it is admitted again under its id, with what was said, when the dialplan brings the caller back.
Whoever is not brought back (the colleague answered, the caller hung up) is forgotten after a while.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from sipforge.core.conversation.history import History
from sipforge.core.messages.events import ReplyEvent, TranscriptEvent, event_fields
from sipforge.core.messages.hello import Arrival, Detail
from sipforge.infra.call_store import CallStore
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
    """The assistant's part is over; where the dialplan goes on is kept for a while."""
    AWAY = "away"
    """With a colleague or at a mailbox; the dialplan may bring the caller back."""


TRANSITIONS: Final[dict[CallState, frozenset[CallState]]] = {
    CallState.ADMITTED: frozenset({CallState.CONNECTED, CallState.ENDED}),
    CallState.CONNECTED: frozenset({CallState.TALKING, CallState.ENDING, CallState.ENDED}),
    CallState.TALKING: frozenset({CallState.ENDING, CallState.ENDED}),
    CallState.ENDING: frozenset({CallState.ENDED}),
    CallState.ENDED: frozenset({CallState.ADMITTED, CallState.AWAY}),
    CallState.AWAY: frozenset({CallState.ADMITTED}),
}
"""Every legal move; any other raises `ValueError` and changes nothing."""

_LIVE: Final = frozenset(CallState) - {CallState.ENDED, CallState.AWAY}


class Way(Enum):
    """Where the dialplan goes on with a call that leaves its assistant."""

    HANG_UP = "hangup"
    TRANSFER = "transfer"
    """To a colleague who may not answer, or to another assistant."""
    MESSAGE = "message"
    """To a mailbox."""
    PERSON = "users"
    """To a person for good: there is no assistant to come back to."""


@dataclass(frozen=True, slots=True)
class Departure:
    """How a call leaves its assistant."""

    way: Way = Way.HANG_UP
    target: str = ""
    """Extension; empty with HANG_UP."""
    briefing: bool = False
    """Whether the bot has written a sound that tells the colleague of the caller."""


@dataclass(slots=True, eq=False)
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
    """When it was admitted (last), by the monotonic clock."""
    started: datetime
    """When it was admitted first, by the calendar."""
    caller_name: str = ""
    state: CallState = CallState.ADMITTED
    arrival: Arrival = Arrival.NEW
    detail: Detail = Detail.NONE
    target: str = ""
    """Extension of the colleague that it returned from; empty otherwise."""
    history: History = field(default_factory=History)
    """What was said, for the assistant that goes on with it."""
    departure: Departure = Departure()
    """How it leaves the assistant, as far as is known."""
    last_metrics: dict[str, float] = field(default_factory=dict)
    """What the bot measured last."""
    ended: float = 0.0
    """When it ended, by the monotonic clock."""
    said: tuple[bytes, ...] = ()
    """What the caller said last, for the assistant that is to answer it: slin at 16 kHz."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while no connection of the call is open any more, on either side."""

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

    def __init__(self, store: CallStore, timing: Timing) -> None:
        """Begin without calls."""
        self._store = store
        self._timing = timing
        self._calls: dict[str, Call] = {}

    def live(self) -> list[Call]:
        """Calls that are with an assistant, or about to be; oldest first."""
        return [call for call in self._calls.values() if call.state in _LIVE]

    def find(self, call_id: str) -> Call | None:
        """A live call by its id."""
        call = self._calls.get(call_id)
        return call if call is not None and call.state in _LIVE else None

    def admit(
        self,
        call_id: str,
        *,
        bot: str,
        caller: str,
        dialled: str,
        rate_hz: int,
        now: float,
        caller_name: str = "",
        arrival: Arrival = Arrival.NEW,
        detail: Detail = Detail.NONE,
    ) -> Call:
        """Enter a new call."""
        started = datetime.now(UTC)
        call = Call(call_id, bot, caller, dialled, rate_hz, now, started, caller_name)
        call.arrival, call.detail = arrival, detail
        self._calls[call_id] = call
        self._store.put_session(call_id, call.session())
        return call

    def admit_again(
        self,
        call: Call,
        *,
        bot: str,
        dialled: str,
        arrival: Arrival,
        now: float,
        detail: Detail = Detail.NONE,
        target: str = "",
    ) -> None:
        """Let a call that left an assistant go on with the same one, or another; ValueError unless it did."""
        self._step(call, CallState.ADMITTED)
        call.bot, call.dialled, call.admitted = bot, dialled, now
        call.arrival, call.detail, call.target = arrival, detail, target
        call.departure = Departure()
        call.history.reconnected()
        call.last_metrics = {}
        call.over.clear()
        self._store.put_session(call.id, call.session())

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

    def move(self, call: Call, state: CallState) -> None:
        """Move a call on; ValueError for an illegal move."""
        self._step(call, state)
        self._store.put_session(call.id, call.session())

    def save(self, call: Call) -> None:
        """Write the session of a call that `claim` moved."""
        self._store.put_session(call.id, call.session())

    def end(self, call: Call, now: float) -> None:
        """The assistant's part is over: no session is left of it. Ending it again changes nothing."""
        if call.state is not CallState.ENDED:
            self._step(call, CallState.ENDED)
            call.ended = now
        call.over.set()
        self._store.delete_session(call.id)

    async def leave(self, call_id: str, now: float) -> Call | None:
        """The call whose assistant's part is over, when the dialplan asks how it goes on with it.

        The dialplan can be here before our connections are closed, so this waits for them: a call that is
        admitted again must find its bot free of it. `admit_again`, `send_away` or `forget` comes next.

        Args:
            call_id: as Asterisk gives it back.
            now: monotonic clock.

        Returns:
            The call, ENDED; None for one that is not known, never connected, is away, or does not end.
        """
        call = self._calls.get(call_id)
        if call is None or call.state is CallState.AWAY:
            return None
        if call.state is CallState.ADMITTED:
            self.end(call, now)
            self.forget(call)
            return None
        try:
            async with asyncio.timeout(self._timing.leave_seconds):
                await call.over.wait()
        except TimeoutError:
            return None
        return call

    def send_away(self, call: Call) -> None:
        """The caller goes to a colleague or a mailbox, and may be brought back."""
        self._step(call, CallState.AWAY)

    def away(self, call_id: str) -> Call | None:
        """A call that is away, by its id."""
        call = self._calls.get(call_id)
        return call if call is not None and call.state is CallState.AWAY else None

    def forget(self, call: Call) -> None:
        """Nothing will be asked about an ended call any more."""
        self._calls.pop(call.id, None)

    def sweep(self, now: float) -> None:
        """End calls that never connected; forget those that the dialplan did not ask about, or bring back."""
        for call in list(self._calls.values()):
            if call.state is CallState.ADMITTED and now - call.admitted > self._timing.admission_seconds:
                self.end(call, now)
                self.forget(call)
            away = call.state is CallState.AWAY
            kept_seconds = self._timing.away_seconds if away else self._timing.next_seconds
            if call.state not in _LIVE and now - call.ended > kept_seconds:
                self.forget(call)

    def append_history(self, call: Call, event: TranscriptEvent | ReplyEvent) -> None:
        """Keep what was said."""
        call.history.take(event)
        self._store.append_history(call.id, event_fields(event))

    async def history(self, call_id: str) -> list[dict[str, Any]]:
        """What was said in a call, live or over."""
        return await self._store.history(call_id)

    @staticmethod
    def _step(call: Call, state: CallState) -> None:
        if state not in TRANSITIONS[call.state]:
            raise ValueError(f"a call cannot move from {call.state.value} to {state.value}")
        call.state = state
