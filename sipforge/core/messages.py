"""What orchestrator and bot say to each other besides audio: the hello and the events, JSON checked by field.

Each event type has its own fields, by sender (`EVENTS`). What is missing, has the wrong type, is too long or
is not finite is corrupt (`ProtocolError`); unknown extra fields are dropped and some may be missing, so that
one side can be a version ahead. What either side builds is held to the same rules before it is sent.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum, StrEnum
from typing import Any, Final
from uuid import UUID

from sipforge.core.audiosocket import SLIN8_HZ, SLIN16_HZ, UNIX_LEG, Frame, Kind, ProtocolError
from sipforge.core.conversation.history import EXCHANGES, TEXT_CHARACTERS, Exchange


class Sender(Enum):
    """Who sent an event on the Unix leg."""

    ORCHESTRATOR = "orchestrator"
    BOT = "bot"


class Arrival(StrEnum):
    """How a call comes to a bot."""

    NEW = "new"
    RETURNED = "returned"
    """Back from where this bot had sent it: a colleague, a mailbox, another assistant. `Detail` says why."""
    HANDED_OVER = "handed_over"
    """From another assistant."""


class Detail(StrEnum):
    """How it went for a call that returned."""

    NONE = ""
    BUSY = "busy"
    """The colleague is on the telephone, or declined."""
    NO_ANSWER = "no_answer"
    """The colleague did not answer, or hung up before the caller was put through."""
    UNAVAILABLE = "unavailable"
    """No telephone of the colleague can be reached, or the assistant takes no calls now."""
    MESSAGE_LEFT = "message_left"
    MESSAGE_FAILED = "message_failed"
    """There is no such mailbox, or nothing was said."""


@dataclass(frozen=True, slots=True)
class Hello:
    """First frame to a bot: whose call this is, and the proof that the orchestrator sends it."""

    call: str
    """Call id: a UUID in its canonical text form."""
    caller: str
    """Caller's number as Asterisk gave it; may be empty."""
    dialled: str
    """Extension that was dialled."""
    rate_hz: int
    """Rate of the telephone leg, 8000 or 16000; audio on this leg is 16 kHz whatever it is."""
    token: str = field(repr=False)
    """Bearer token (JWT)."""
    caller_name: str = ""
    """Caller's name as Asterisk gave it; may be empty."""
    arrival: Arrival = Arrival.NEW
    detail: Detail = Detail.NONE
    target: str = ""
    """With RETURNED, the colleague's extension; empty where the call was to go on with another assistant."""
    history: tuple[Exchange, ...] = field(default=(), repr=False)
    """What was said before, oldest first."""


def hello_frame(hello: Hello) -> Frame:
    """A hello as a frame; ValueError when it breaks the rules `parse_hello` holds."""
    frame = Frame(Kind.HELLO, _dump(asdict(hello)))
    try:
        parse_hello(frame)
    except ProtocolError as error:
        raise ValueError(str(error)) from error
    return frame


def parse_hello(frame: Frame) -> Hello:
    """The hello in a frame.

    Raises:
        ProtocolError: another kind, not JSON, or a field is missing or wrong.
    """
    if frame.kind != Kind.HELLO:
        raise ProtocolError(f"expected hello (0x80), got kind 0x{frame.kind:02x}")
    raw = _load(frame.payload)
    values = {name: _field("hello", raw, name, check) for name, check in _HELLO.items()}
    return Hello(**values)


def event_frame(event: Mapping[str, Any], sender: Sender) -> Frame:
    """An event as a frame; ValueError when it breaks the rules `parse_event` holds for that sender."""
    frame = Frame(Kind.EVENT, _dump(event))
    if len(frame.payload) > UNIX_LEG[Kind.EVENT][1]:
        raise ValueError(f"event of {len(frame.payload)} bytes is too long")
    try:
        parse_event(frame, sender)
    except ProtocolError as error:
        raise ValueError(str(error)) from error
    return frame


def parse_event(frame: Frame, sender: Sender) -> dict[str, Any]:
    """The event in a frame: its "type" and that type's fields, each checked; numbers come out as float.

    Raises:
        ProtocolError: another kind, not JSON, a type this sender may not send, or a field missing or wrong.
    """
    if frame.kind != Kind.EVENT:
        raise ProtocolError(f"expected event (0x81), got kind 0x{frame.kind:02x}")
    raw = _load(frame.payload)
    kind = raw.get("type")
    fields = EVENTS[sender].get(kind) if isinstance(kind, str) else None
    if fields is None:
        raise ProtocolError(f"{sender.value} sent an event of an unknown type")
    event: dict[str, Any] = {"type": kind}
    for name, check in fields.items():
        event[name] = _field(f"event {kind!r}", raw, name, check)
    return event


_Check = Callable[[Any], Any]
"""The value in its final form, or None when it is wrong."""


@dataclass(frozen=True, slots=True)
class _Optional:
    """The check of a field that may be missing."""

    check: _Check
    default: Any


_Fields = Mapping[str, _Check | _Optional]


def _text(longest: int, pattern: str = "") -> _Check:
    def check(value: Any) -> str | None:
        if not isinstance(value, str) or len(value) > longest:
            return None
        if pattern and re.fullmatch(pattern, value, re.ASCII) is None:
            return None
        # JSON can spell half a surrogate pair, which no UTF-8 writer behind us could store.
        return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value

    return check


def _integer(low: int, high: int) -> _Check:
    def check(value: Any) -> int | None:
        return value if type(value) is int and low <= value <= high else None

    return check


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _one_of(words: type[StrEnum]) -> _Check:
    def check(value: Any) -> StrEnum | None:
        try:
            return words(value) if isinstance(value, str) else None
        except ValueError:
            return None

    return check


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _uuid(value: Any) -> str | None:
    try:
        return value if isinstance(value, str) and str(UUID(value)) == value else None
    except ValueError:
        return None


def _values(value: Any) -> dict[str, float] | None:
    if not isinstance(value, dict) or len(value) > 32:
        return None
    name_check, checked = _text(64, r"[a-z][a-z0-9_]*"), {}
    for name, item in value.items():
        number = _number(item)
        if name_check(name) is None or number is None:
            return None
        checked[name] = number
    return checked


def _exchanges(value: Any) -> tuple[Exchange, ...] | None:
    if not isinstance(value, list) or len(value) > EXCHANGES:
        return None
    text, found = _text(TEXT_CHARACTERS), []
    for item in value:
        if not isinstance(item, dict):
            return None
        caller, assistant = text(item.get("caller")), text(item.get("assistant"))
        if caller is None or assistant is None:
            return None
        found.append(Exchange(caller, assistant))
    return tuple(found)


_HELLO: Final[_Fields] = {
    "call": _uuid,
    "caller": _text(64),
    "dialled": _text(64),
    "rate_hz": lambda value: value if type(value) is int and value in {SLIN8_HZ, SLIN16_HZ} else None,
    "token": _text(2048, r"[!-~]+"),
    "caller_name": _Optional(_text(64), ""),
    "arrival": _Optional(_one_of(Arrival), Arrival.NEW),
    "detail": _Optional(_one_of(Detail), Detail.NONE),
    "target": _Optional(_text(16, r"[0-9]*"), ""),
    "history": _Optional(_exchanges, ()),
}

_NAME: Final = _text(64)
_WORDS: Final = _text(4000)
_TURN: Final = _integer(0, 1_000_000)
# Becomes a dialplan variable, so digits and nothing else.
_EXTENSION: Final = _text(16, r"[0-9]+")

EVENTS: Final[Mapping[Sender, Mapping[str, _Fields]]] = {
    Sender.BOT: {
        "mark": {"name": _NAME},
        "clear": {},
        # Playout holds still, with what is queued kept; resume goes on where it stopped.
        "pause": {},
        "resume": {},
        "transcript": {"turn": _TURN, "text": _WORDS, "confidence": _number, "seconds": _number},
        "reply": {"turn": _TURN, "text": _WORDS, "engine": _NAME},
        # To a colleague, or to another assistant's extension; with a briefing, the bot has written its sound.
        "transfer": {"target": _EXTENSION, "briefing": _Optional(_truth, False)},
        # The caller leaves a message in the target's mailbox.
        "message": {"target": _EXTENSION},
        "hangup": {"reason": _text(16, r"goodbye|idle|error")},
        "metrics": {"values": _values},
    },
    Sender.ORCHESTRATOR: {
        "mark": {"name": _NAME},
        # Seconds of the bot's speech heard since the last mark that was heard, the last clear, or the start.
        "clear": {"played_seconds": _number},
    },
}
"""Event types and their fields, by sender."""


def _field(where: str, raw: Mapping[str, Any], name: str, check: _Check | _Optional) -> Any:
    if isinstance(check, _Optional):
        if name not in raw:
            return check.default
        check = check.check
    if name not in raw:
        raise ProtocolError(f"{where} without {name!r}")
    value = check(raw[name])
    if value is None:
        raise ProtocolError(f"{where} with a wrong {name!r}")
    return value


def _dump(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _load(payload: bytes) -> dict[str, Any]:
    try:
        value = json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ProtocolError("payload is not JSON") from error
    if not isinstance(value, dict):
        raise ProtocolError("payload is not a JSON object")
    return value
