"""Which calls are let in, to which bot, and where they go on afterwards: the answers the dialplan gets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from uuid import uuid4

from sipforge.core.breaker import CircuitBreaker
from sipforge.core.rate_limit import CallRateLimit
from sipforge.infra.agi import AgiHandler, AgiRequest
from sipforge.infra.settings import Settings
from sipforge.orchestrator.calls import Call, Calls
from sipforge.orchestrator.telemetry import Telemetry

_log = logging.getLogger(__name__)


class Refusal(Enum):
    """Why a call is not admitted; the dialplan's SIPFORGE_REFUSED."""

    UNKNOWN = "unknown"
    """No bot has this extension."""
    RATE = "rate"
    """This caller started too many calls in a minute."""
    UNAVAILABLE = "unavailable"
    """The bot is down, or failed several times in a row."""
    BUSY = "busy"
    """As many calls as are allowed are in progress."""


@dataclass(frozen=True, slots=True)
class Route:
    """The answer to a call: the bot's call, or why not. Exactly one of the two is set."""

    call: Call | None = None
    refusal: Refusal | None = None


class Router:
    """Admits calls."""

    def __init__(
        self,
        settings: Settings,
        *,
        calls: Calls,
        breakers: Mapping[str, CircuitBreaker],
        socket_exists: Callable[[str], bool],
        telemetry: Telemetry,
        clock: Callable[[], float],
    ) -> None:
        """Route by `settings.bots`.

        Args:
            settings: bots, limits and the audio rate.
            calls: where admitted calls are entered.
            breakers: one for each bot.
            socket_exists: whether a bot, by its name, offers its socket.
            telemetry: told of refusals.
            clock: monotonic seconds.
        """
        self._settings = settings
        self._calls = calls
        self._breakers = breakers
        self._socket_exists = socket_exists
        self._telemetry = telemetry
        self._clock = clock
        self._bots = {bot.extension: name for name, bot in settings.bots.items()}
        self._operators = {name: bot.operator for name, bot in settings.bots.items()}
        self._rate = CallRateLimit(settings.orchestrator.calls_per_minute)

    async def route(self, caller: str, dialled: str) -> Route:
        """Admit a call and name it, or refuse it."""
        now = self._clock()
        refusal = self._refusal(caller, dialled, now)
        if refusal is not None:
            self._telemetry.refused(refusal.value)
            _log.info("call refused", extra={"reason": refusal.value, "caller": caller, "dialled": dialled})
            return Route(refusal=refusal)
        call = await self._calls.admit(
            str(uuid4()),
            bot=self._bots[dialled],
            caller=caller,
            dialled=dialled,
            rate_hz=self._settings.orchestrator.audiosocket_rate_hz,
            now=now,
        )
        _log.info("call admitted", extra={"call": call.id, "bot": call.bot, "caller": caller})
        return Route(call=call)

    def _refusal(self, caller: str, dialled: str, now: float) -> Refusal | None:
        bot = self._bots.get(dialled)
        if bot is None:
            return Refusal.UNKNOWN
        if not self._rate.allow(caller, now):
            return Refusal.RATE
        breaker = self._breakers[bot]
        if not self._socket_exists(bot) or not breaker.available(now):
            return Refusal.UNAVAILABLE
        live = self._calls.live()
        if len(live) >= self._settings.orchestrator.max_calls:
            return Refusal.BUSY
        if sum(call.bot == bot for call in live) >= self._settings.bots[bot].max_calls:
            return Refusal.BUSY
        # Last, because it takes the trial of a half-open breaker.
        return None if breaker.allow(now) else Refusal.UNAVAILABLE

    def agi_routes(self) -> dict[str, AgiHandler]:
        """The FastAGI scripts: "route" before a call, "after" behind it."""
        return {"route": self._answer_route, "after": self._answer_after}

    async def _answer_route(self, request: AgiRequest) -> None:
        caller = request.headers.get("agi_callerid", "")[:64]
        dialled = request.headers.get("agi_extension", "")
        found = await self.route("" if caller == "unknown" else caller, dialled)
        if found.call is not None:
            await request.set_variable("SIPFORGE_BOT", found.call.bot)
            await request.set_variable("SIPFORGE_CALL", found.call.id)
        elif found.refusal is not None:
            await request.set_variable("SIPFORGE_CALL", "")
            await request.set_variable("SIPFORGE_REFUSED", found.refusal.value)

    async def _answer_after(self, request: AgiRequest) -> None:
        call_id = request.headers.get("agi_arg_1", "")
        extension = await self._calls.leave(call_id, self._operators, self._clock())
        await request.set_variable("SIPFORGE_NEXT", extension)
