"""Sessions and conversation histories of calls: in memory, mirrored to Redis. Owns: redis.

Keys, written by the orchestrator alone: `sipforge:session:<call>` (JSON object, while the call lives) and
`sipforge:history:<call>` (list of JSON objects, kept for `history_seconds` after its last entry).

Rules, in prose:

1. What this process did is in memory first, bounded, so a call never needs Redis and never waits longer for
   it than `timeout_seconds`.
2. After a failure Redis is not asked again by calls. `keep` asks every few seconds; when Redis answers, the
   live sessions and the histories written meanwhile are copied to it, and sessions of calls that are over are
   removed (which also clears what a killed orchestrator left).
3. The history of a call that is over leaves memory as soon as Redis has it.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
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
"""How long a command may take before memory serves instead."""
HISTORY_CALLS: Final = 100
"""Calls whose history is kept in memory."""

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
        self._unsaved: dict[str, int] = {}
        """Call → number of entries at the end of its history in memory that Redis does not have."""

    @property
    def available(self) -> bool:
        """True while Redis answers."""
        return self._available

    async def keep(self) -> None:
        """Watch over the connection until cancelled, then close it: a task of the service."""
        try:
            while True:
                if not self._available:
                    await self._recover()
                else:
                    await self._ask(self._redis.ping)
                await asyncio.sleep(self._probe_seconds)
        finally:
            await self._redis.aclose()

    async def put_session(self, call: str, session: Mapping[str, Any]) -> None:
        """Write the session of a live call, over what was there."""
        text = _dump(session)
        self._sessions[call] = text
        await self._ask(lambda: self._redis.set(SESSION_KEY + call, text, ex=SESSION_SECONDS))

    async def delete_session(self, call: str) -> None:
        """The call is over."""
        self._sessions.pop(call, None)
        self._forget_history(call)
        await self._ask(lambda: self._redis.delete(SESSION_KEY + call))

    async def append_history(self, call: str, entry: Mapping[str, Any]) -> None:
        """Add an entry to the history of a call; the oldest goes when there are too many."""
        text = _dump(entry)
        history = self._histories.setdefault(call, [])
        self._histories.move_to_end(call)
        history.append(text)
        del history[:-HISTORY_ENTRIES]
        while len(self._histories) > HISTORY_CALLS:
            forgotten, _ = self._histories.popitem(last=False)
            self._unsaved.pop(forgotten, None)
        if call in self._unsaved:
            # Older entries wait for Redis; this one must not overtake them.
            self._unsaved[call] = min(self._unsaved[call] + 1, len(history))
        elif await self._save_history(call, [text]) is None:
            self._unsaved[call] = 1

    async def history(self, call: str) -> list[dict[str, Any]]:
        """The entries of a call, oldest first; empty when it is not known (any more)."""
        stored: list[Any] | None = None
        if call not in self._unsaved:
            # It may know more than memory, of a call that went on after it had been over.
            stored = await self._ask(lambda: self._redis.lrange(HISTORY_KEY + call, 0, -1))
        return [json.loads(line) for line in stored or self._histories.get(call, [])]

    def _forget_history(self, call: str) -> None:
        if call not in self._unsaved and call not in self._sessions:
            self._histories.pop(call, None)

    async def _save_history(self, call: str, lines: list[str]) -> list[Any] | None:
        if not self._history_seconds or not lines:
            return []
        key = HISTORY_KEY + call
        pipe = self._redis.pipeline(transaction=True)
        pipe.rpush(key, *lines)
        pipe.ltrim(key, -HISTORY_ENTRIES, -1)
        pipe.expire(key, self._history_seconds)
        return await self._ask(pipe.execute)

    async def _recover(self) -> None:
        """Ask a Redis that failed, and bring it up to date when it answers."""
        if await self._ask(self._redis.ping, probe=True) is None:
            return
        kept = await self._ask(self._stored_sessions, probe=True)
        if kept is None:
            return
        self._available = True
        _log.info("redis answers; bringing it up to date", extra={"sessions": len(self._sessions)})
        for key in kept - {SESSION_KEY + call for call in self._sessions}:
            await self._ask(partial(self._redis.delete, key))
        for call, text in list(self._sessions.items()):
            if self._sessions.get(call) == text:
                await self._ask(partial(self._redis.set, SESSION_KEY + call, text, ex=SESSION_SECONDS))
            if call not in self._sessions:
                # Ended while its session was on its way.
                await self._ask(partial(self._redis.delete, SESSION_KEY + call))
        for call in list(self._unsaved):
            await self._save_rest(call)
            self._forget_history(call)

    async def _save_rest(self, call: str) -> None:
        """Copy to Redis what it missed of one history, and what is added meanwhile."""
        while count := self._unsaved.get(call, 0):
            if await self._save_history(call, self._histories[call][-count:]) is None:
                return
            # Gone if so many calls came meanwhile that this one was forgotten.
            if call in self._unsaved:
                self._unsaved[call] -= count
        self._unsaved.pop(call, None)

    async def _stored_sessions(self) -> set[str]:
        return {key async for key in self._redis.scan_iter(match=SESSION_KEY + "*", count=200)}

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
