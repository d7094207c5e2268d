"""Which calls are let in, to which bot, and where they go on afterwards: what the dialplan asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final
from uuid import uuid4

from sipforge.core.audiosocket import SLIN8_HZ, SLIN16_HZ
from sipforge.core.breaker import CircuitBreaker
from sipforge.core.capacity import Limit, has_room
from sipforge.core.messages.hello import Arrival, Detail
from sipforge.core.office.destinations import parse_destination
from sipforge.core.office.extensions import is_user
from sipforge.core.office.hours import Hours
from sipforge.core.rate_limit import CallRateLimit
from sipforge.infra.asterisk.agi import AgiError, AgiHandler, AgiRequest
from sipforge.infra.settings.host import Settings
from sipforge.orchestrator.calls import Call, Calls, Way
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
    """As many calls as are allowed, or as the host bears, are in progress."""


@dataclass(frozen=True, slots=True)
class Route:
    """The answer to a call: the bot's call, or why not. Exactly one of the two is set."""

    call: Call | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Onward:
    """Where the dialplan goes on with a call that an assistant has let go; nowhere: it apologises."""

    context: str = ""
    """Of the dialplan: transfer, message, users, assistant, `INSIDE`, `OUTSIDE`; or hangup."""
    extension: str = ""
    bot: str = ""
    """The assistant that has admitted the call again; only with the context assistant."""
    briefing: bool = False
    """Whether the colleague hears who calls and why; only with the context transfer."""


_NOWHERE: Final = Onward()
INSIDE: Final = "inside"
"""Context of the dialplan with all extensions of the office: groups and menus are there."""
OUTSIDE: Final = "assistants-outside"
"""Context of the outside numbers that assistants may ring."""
_OUTCOMES: Final = {
    # Dial's status. The dialplan is told of an ANSWER only when the colleague hung up on the briefing.
    "BUSY": Detail.BUSY,
    "NOANSWER": Detail.NO_ANSWER,
    "ANSWER": Detail.NO_ANSWER,
    # VoiceMail's.
    "SUCCESS": Detail.MESSAGE_LEFT,
    "FAILED": Detail.MESSAGE_FAILED,
}
"""What Asterisk says of the way a call was sent; anything else is UNAVAILABLE."""
_RATES: Final = {str(rate_hz): rate_hz for rate_hz in (SLIN8_HZ, SLIN16_HZ)}
"""What the dialplan may say of a call's audio, as "route" is asked."""


class Router:
    """Admits calls."""

    def __init__(
        self,
        settings: Settings,
        *,
        calls: Calls,
        breakers: Mapping[str, CircuitBreaker],
        limits: Callable[[], Mapping[str, Limit]],
        socket_exists: Callable[[str], bool],
        telemetry: Telemetry,
        clock: Callable[[], float],
        hours: Callable[[], Mapping[str, Hours]] = dict,
        today: Callable[[], datetime] = datetime.now,
    ) -> None:
        """Route by `settings.bots` and `settings.front_desk`.

        Args:
            settings: bots, and the ceilings for all of them together.
            calls: where admitted calls are entered.
            breakers: one for each bot.
            limits: how many calls each bot takes at once, as is known now.
            socket_exists: whether a bot, by its name, offers its socket.
            telemetry: told of refusals.
            clock: monotonic seconds.
            hours: the office's opening hours as they are now, by name.
            today: the office's day and time.
        """
        self._settings = settings
        self._desk = settings.front_desk
        self._hours = hours
        self._today = today
        self._calls = calls
        self._breakers = breakers
        self._limits = limits
        self._socket_exists = socket_exists
        self._telemetry = telemetry
        self._clock = clock
        self._bots = {bot.extension: name for name, bot in settings.bots.items()}
        self._rate = CallRateLimit(settings.orchestrator.calls_per_minute)

    def route(self, caller: str, dialled: str, rate_hz: int, caller_name: str = "") -> Route:
        """Admit a call, whose audio comes at `rate_hz`, and name it, or refuse it."""
        now = self._clock()
        bot, refusal = self._let_in(caller, dialled, now)
        if refusal is not None:
            self._refused(refusal, caller, dialled)
            return Route(refusal=refusal)
        at_desk = self._is_desk(dialled)
        call = self._calls.admit(
            str(uuid4()),
            bot=bot,
            caller=caller,
            dialled=dialled,
            rate_hz=rate_hz,
            now=now,
            caller_name=caller_name,
            arrival=Arrival.FRONT_DESK if at_desk else Arrival.NEW,
            detail=Detail.CLOSED if at_desk and not self._is_open() else Detail.NONE,
        )
        _log.info("call admitted", extra={"call": call.id, "bot": call.bot, "caller": caller})
        return Route(call=call)

    async def after(self, call_id: str) -> Onward:
        """How the dialplan goes on with a call whose assistant's part is over."""
        call = await self._calls.leave(call_id, self._clock())
        if call is None:
            _log.warning("asked how to go on with a call that is not known", extra={"call": call_id[:64]})
            return _NOWHERE
        way, target = call.departure.way, call.departure.target
        _log.info("call leaves", extra={"call": call.id, "bot": call.bot, "way": way.value, "target": target})
        if way is Way.TRANSFER and target in self._bots:
            return self._hand_over(call, target)
        if way in {Way.HANG_UP, Way.PERSON}:
            self._calls.forget(call)
            return Onward(way.value, target)
        if is_user(target):
            self._calls.send_away(call)
            return Onward(way.value, target, briefing=call.departure.briefing)
        if way is Way.TRANSFER and target in self._beyond(call.bot):
            # Who is rung there is rung by the office's rules, and does not come back.
            self._calls.forget(call)
            return Onward(OUTSIDE if target.startswith("+") else INSIDE, target)
        nobody = Detail.UNAVAILABLE if way is Way.TRANSFER else Detail.MESSAGE_FAILED
        return self._bring_back(call, nobody, target.removeprefix("+"))

    def back(self, call_id: str, outcome: str) -> Onward:
        """How the dialplan goes on with a call it could not put through, or whose caller left a message.

        Args:
            call_id: of a call that was sent away.
            outcome: Asterisk's DIALSTATUS or VMSTATUS.
        """
        call = self._calls.away(call_id)
        if call is None:
            _log.warning("a call that is not known came back", extra={"call": call_id[:64]})
            return _NOWHERE
        detail = _OUTCOMES.get(outcome, Detail.UNAVAILABLE)
        return self._bring_back(call, detail, call.departure.target)

    def _hand_over(self, call: Call, extension: str) -> Onward:
        detail = Detail.SAID if call.said else Detail.NONE
        onward = self._admit_again(call, extension, Arrival.HANDED_OVER, detail)
        return onward or self._bring_back(call, Detail.UNAVAILABLE)

    def _bring_back(self, call: Call, detail: Detail, target: str = "") -> Onward:
        """To the assistant that it came from; nowhere if that takes no calls now."""
        self._telemetry.returned(call.bot, detail.value)
        extension = self._settings.bots[call.bot].extension
        onward = self._admit_again(call, extension, Arrival.RETURNED, detail, target)
        if onward is None:
            self._calls.forget(call)
        return onward or _NOWHERE

    def _admit_again(
        self, call: Call, extension: str, arrival: Arrival, detail: Detail = Detail.NONE, target: str = ""
    ) -> Onward | None:
        now, bot = self._clock(), self._bots[extension]
        refusal = self._full(bot, now)
        if refusal is not None:
            self._refused(refusal, call.caller, extension)
            return None
        self._calls.admit_again(
            call, bot=bot, dialled=extension, arrival=arrival, now=now, detail=detail, target=target
        )
        _log.info("call admitted again", extra={"call": call.id, "bot": bot, "arrival": arrival.value})
        return Onward("assistant", extension, bot)

    def _let_in(self, caller: str, dialled: str, now: float) -> tuple[str, Refusal | None]:
        """The bot that takes a new call, or why it is not let in."""
        if self._desk is not None and self._is_desk(dialled):
            bots = self._desk.assistants
        elif dialled in self._bots:
            bots = (self._bots[dialled],)
        else:
            return "", Refusal.UNKNOWN
        # Only a new call counts: one that comes back, or is handed over, is the same call.
        if not self._rate.allow(caller, now):
            return "", Refusal.RATE
        first: Refusal | None = None
        for bot in bots:
            # Another assistant takes the desk while the first cannot.
            refusal = self._full(bot, now)
            if refusal is None:
                return bot, None
            first = first or refusal
        return "", first

    def _is_desk(self, dialled: str) -> bool:
        return self._desk is not None and dialled == self._desk.extension

    def _is_open(self) -> bool:
        """Whether the front desk is open now."""
        hours = self._hours().get(self._desk.hours) if self._desk is not None else None
        if hours is None:
            return True
        now = self._today()
        return hours.is_open(now.date().isoformat(), now.weekday(), 60 * now.hour + now.minute)

    def _beyond(self, bot: str) -> set[str]:
        """Whom a bot may connect callers with beside users: what the settings name, whatever it asks for."""
        named = set(self._settings.bots[bot].departments.values())
        if self._desk is not None:
            named.add(parse_destination(self._desk.closed).extension)
        allowed = self._settings.outside.assistants_may_ring
        return {one for one in named if one and (not one.startswith("+") or one in allowed)}

    def has_room(self, bot: str) -> bool:
        """Whether a bot may take one call more, by the number of calls alone."""
        live = [call.bot for call in self._calls.live()]
        return len(live) < self._settings.orchestrator.max_calls and has_room(self._limits(), live, bot)

    def _full(self, bot: str, now: float) -> Refusal | None:
        """Why a bot gets no call now; None: it gets this one."""
        breaker = self._breakers[bot]
        if not self._socket_exists(bot) or not breaker.available(now):
            return Refusal.UNAVAILABLE
        if not self.has_room(bot):
            return Refusal.BUSY
        # Last, because it takes the trial of a half-open breaker.
        return None if breaker.allow(now) else Refusal.UNAVAILABLE

    def _refused(self, refusal: Refusal, caller: str, dialled: str) -> None:
        self._telemetry.refused(refusal.value)
        _log.info("call refused", extra={"reason": refusal.value, "caller": caller, "dialled": dialled})

    def agi_routes(self) -> dict[str, AgiHandler]:
        """The FastAGI scripts: "route" before a call, "after" behind it, "back" when it comes back."""
        return {"route": self._answer_route, "after": self._answer_after, "back": self._answer_back}

    async def _answer_route(self, request: AgiRequest) -> None:
        caller = _given(request, "agi_callerid")
        dialled = request.headers.get("agi_extension", "")
        rate_hz = _RATES.get(request.headers.get("agi_arg_1", ""))
        if rate_hz is None:
            raise AgiError(f"call of {dialled} refused: its audio rate must be one of {', '.join(_RATES)}")
        found = self.route(caller, dialled, rate_hz, _given(request, "agi_calleridname"))
        if found.call is not None:
            await request.set_variable("SIPFORGE_BOT", found.call.bot)
            await request.set_variable("SIPFORGE_CALL", found.call.id)
        elif found.refusal is not None:
            await request.set_variable("SIPFORGE_CALL", "")
            await request.set_variable("SIPFORGE_REFUSED", found.refusal.value)

    async def _answer_after(self, request: AgiRequest) -> None:
        call_id = request.headers.get("agi_arg_1", "")
        await _answer(request, call_id, await self.after(call_id))

    async def _answer_back(self, request: AgiRequest) -> None:
        call_id, outcome = request.headers.get("agi_arg_1", ""), request.headers.get("agi_arg_2", "")
        await _answer(request, call_id, self.back(call_id, outcome))


def _given(request: AgiRequest, header: str) -> str:
    """What Asterisk says of the caller; empty where it says that it does not know."""
    value = request.headers.get(header, "")[:64]
    return "" if value == "unknown" else value


async def _answer(request: AgiRequest, call_id: str, onward: Onward) -> None:
    """Set the dialplan's variables; SIPFORGE_ACTION last, since the dialplan goes by it."""
    if onward.bot:
        await request.set_variable("SIPFORGE_BOT", onward.bot)
    await request.set_variable("SIPFORGE_BRIEFING", call_id if onward.briefing else "")
    await request.set_variable("SIPFORGE_NEXT", onward.extension)
    await request.set_variable("SIPFORGE_ACTION", onward.context)
