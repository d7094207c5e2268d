"""Sessions and conversation histories of calls: in memory, mirrored to Redis. Owns: redis.

Keys, written by the orchestrator alone: `sipforge:session:<call>` (JSON object, while the call lives) and
`sipforge:history:<call>` (list of JSON objects, kept for `history_seconds` after its last entry).

Rules, in prose:

1. What this process did is in memory at once, and nobody waits for Redis to have it: `keep` writes behind,
   in one transaction all that has changed since the last, the entries of a call in their order.
2. What waits for Redis is bounded as memory is, by `HISTORY_CALLS` and `HISTORY_ENTRIES`: the oldest goes.
   What went before Redis had it is counted (`lost_entries`).
3. After a failure `keep` asks every few seconds; when Redis answers, it is brought what it lacks, and
   sessions of calls that are over are removed (which also clears what a killed orchestrator left).
4. The history of a call that is over leaves memory as soon as Redis has it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

SESSION_KEY: Final = "sipforge:session:"
HISTORY_KEY: Final = "sipforge:history:"
SESSION_SECONDS: Final = 86400
"""A session that nobody deletes, because the orchestrator is gone for good, ends by itself."""
PROBE_SECONDS: Final = 3.0
HISTORY_ENTRIES: Final = 400
"""Entries kept of one call."""
USERNAME: Final = "sipforge"
TIMEOUT_SECONDS: Final = 1.0
"""How long Redis may take to answer before it counts as failed."""
HISTORY_CALLS: Final = 100
"""Calls whose history is kept in memory."""
BATCH_CALLS: Final = 16
"""Calls whose histories are written at once."""
FLUSH_SECONDS: Final = 2.0

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class CallStore:
    """Where the orchestrator keeps what others may ask about its calls."""

    def __init__(
        self,
        socket: Path,
        password: str,
        history_seconds: int,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        """Make a store that has not yet talked to Redis.

        Args:
            socket: where Redis listens.
            password: of its user `USERNAME`.
            history_seconds: how long the history of a call is kept; 0 keeps none in Redis.
            probe_seconds: how often a Redis that failed is asked again.
        """
        self._history_seconds = history_seconds
        self._probe_seconds = probe_seconds
        pool = BlockingConnectionPool(
            max_connections=8,
            timeout=TIMEOUT_SECONDS,
            connection_class=UnixDomainSocketConnection,
            path=str(socket),
            username=USERNAME,
            password=password,
            decode_responses=True,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # One repeat, at once: Redis closes idle connections, which is no failure.
            retry=Retry(NoBackoff(), 1),
        )
        self._redis: Redis = Redis.from_pool(pool)
        self._available = False
        self._sessions: dict[str, str] = {}
        self._histories: OrderedDict[str, list[str]] = OrderedDict()
        self._changed: set[str] = set()
        """Calls whose session Redis has otherwise; kept only while it answers."""
        self._unsaved: dict[str, int] = {}
        """Call → number of entries, the last of its history, that Redis does not have."""
        self._lost_entries = 0
        self._transaction = asyncio.Lock()
        """Held while entries are on their way, when nobody can say whether Redis has them."""
        self._wake = asyncio.Event()
        self._written = asyncio.Event()

    @property
    def available(self) -> bool:
        """True while Redis answers."""
        return self._available

    @property
    def lost_entries(self) -> int:
        """Entries of histories that Redis never got, because too many came while it did not answer."""
        return self._lost_entries

    async def keep(self) -> None:
        """Write to Redis, and watch over it, until cancelled: a task of the service. `flush` comes first."""
        try:
            while True:
                if not self._available:
                    await self._recover()
                while self._available and self._behind:
                    await self._write()
                if not self._available:
                    await asyncio.sleep(self._probe_seconds)
                elif not await self._woken():
                    await self._ask(self._redis.ping)
        finally:
            await self._redis.aclose()

    async def flush(self) -> None:
        """Wait until Redis has everything, or has failed; `FLUSH_SECONDS` at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS):
                while self._available and self._behind:
                    self._written.clear()
                    await self._written.wait()

    def put_session(self, call: str, session: Mapping[str, Any]) -> None:
        """Write the session of a live call, over what was there."""
        self._sessions[call] = _dump(session)
        self._session_changed(call)

    def delete_session(self, call: str) -> None:
        """The call is over."""
        self._sessions.pop(call, None)
        self._forget_history(call)
        self._session_changed(call)

    def append_history(self, call: str, entry: Mapping[str, Any]) -> None:
        """Add an entry to the history of a call; the oldest goes when there are too many."""
        history = self._histories.setdefault(call, [])
        self._histories.move_to_end(call)
        history.append(_dump(entry))
        del history[:-HISTORY_ENTRIES]
        if self._history_seconds:
            self._unsaved[call] = self._unsaved.get(call, 0) + 1
            self._wake.set()
        while len(self._histories) > HISTORY_CALLS:
            forgotten, _ = self._histories.popitem(last=False)
            self._lost_entries += self._unsaved.pop(forgotten, 0)

    async def history(self, call: str) -> list[dict[str, Any]]:
        """The entries of a call, oldest first; empty when it is not known (any more)."""
        async with self._transaction:
            # It may know more than memory, of a call that went on after it had been over.
            stored = await self._ask(lambda: self._redis.lrange(HISTORY_KEY + call, 0, -1))
            kept = self._histories.get(call, [])
            both = [*(stored or ()), *kept[max(0, len(kept) - self._unsaved.get(call, 0)) :]]
        return [json.loads(line) for line in max(both[-HISTORY_ENTRIES:], kept, key=len)]

    @property
    def _behind(self) -> bool:
        return bool(self._changed or self._unsaved)

    async def _woken(self) -> bool:
        """Whether there is something to write before Redis is to be asked again."""
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._probe_seconds):
                return await self._wake.wait()
        return False

    def _session_changed(self, call: str) -> None:
        if self._available:
            self._changed.add(call)
            self._wake.set()

    def _forget_history(self, call: str) -> None:
        if call not in self._unsaved and call not in self._sessions:
            self._histories.pop(call, None)

    async def _write(self) -> None:
        """Bring Redis what it lacks; of histories `BATCH_CALLS`."""
        sessions = {call: self._sessions.get(call) for call in self._changed}
        counts = dict(islice(self._unsaved.items(), BATCH_CALLS))
        pipe = self._redis.pipeline(transaction=True)
        for call, text in sessions.items():
            if text is None:
                pipe.delete(SESSION_KEY + call)
            else:
                pipe.set(SESSION_KEY + call, text, ex=SESSION_SECONDS)
        for call, count in counts.items():
            pipe.rpush(HISTORY_KEY + call, *self._histories[call][-count:])
            pipe.ltrim(HISTORY_KEY + call, -HISTORY_ENTRIES, -1)
            pipe.expire(HISTORY_KEY + call, self._history_seconds)
        async with self._transaction:
            if await self._ask(pipe.execute) is not None:
                self._changed -= {call for call, text in sessions.items() if self._sessions.get(call) == text}
                self._saved(counts)
        self._written.set()

    def _saved(self, counts: Mapping[str, int]) -> None:
        """Redis has so many of the entries that it lacked."""
        for call, count in counts.items():
            self._lost_entries += max(0, count - HISTORY_ENTRIES)
            # It is gone if so many calls came meanwhile that this one was forgotten.
            if self._unsaved.get(call, 0) > count:
                self._unsaved[call] -= count
            else:
                self._unsaved.pop(call, None)
                self._forget_history(call)

    async def _recover(self) -> None:
        """Ask a Redis that failed; when it answers, everything is to be written."""
        if await self._ask(self._redis.ping, probe=True) is None:
            return
        stored = await self._ask(self._stored_sessions, probe=True)
        if stored is None:
            return
        self._available = True
        self._changed = stored | set(self._sessions)
        _log.info("redis answers; bringing it up to date", extra={"sessions": len(self._sessions)})

    async def _stored_sessions(self) -> set[str]:
        """Calls of which Redis has a session."""
        keys = self._redis.scan_iter(match=SESSION_KEY + "*", count=200)
        return {key.removeprefix(SESSION_KEY) async for key in keys}

    async def _ask(self, command: Callable[[], Awaitable[_T]], probe: bool = False) -> _T | None:
        """The answer of Redis, or None when it is not available or fails (and is then not available)."""
        if not self._available and not probe:
            return None
        task = asyncio.current_task()
        cancels = task.cancelling() if task else 0
        answer = None
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                answer = await command()
        except (RedisError, OSError) as error:
            if self._available:
                _log.warning("redis failed, memory serves until it is back: %s", error or "timeout")
            self._available = False
        # redis 8.1 loses some cancellations (seen in 4 of 200 tries); the task still knows of them.
        if task and task.cancelling() > cancels:
            raise asyncio.CancelledError
        return answer


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
