"""Events on the Unix leg, one class each; those of a bot are `BotEvent`, the orchestrator's the others.

On the wire an event is its fields and its `type`. Names that the policy's actions have, too, end in Event.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated, Any, ClassVar, Final, TypeVar, get_args

from sipforge.core.audiosocket import Frame, Kind, ProtocolError
from sipforge.core.conversation.actions import Reason
from sipforge.core.messages.fields import (
    each,
    frame_of,
    integer,
    load,
    member,
    number,
    numbers,
    read,
    text,
    truth,
)

TOPICS: Final = 8
"""Topics of one reply, and of one exchange."""
OFFERED: Final = "?"
"""Behind the id of a topic that the caller was asked about."""
TOPIC_CHARACTERS: Final = 41
"""Length of a topic's id, with `OFFERED` behind it."""

_Name = Annotated[str, text(64)]
_Words = Annotated[str, text(4000)]
_Turn = Annotated[int, integer(0, 1_000_000)]
_Number = Annotated[float, number]
# Becomes a dialplan variable, so digits and nothing else.
_Extension = Annotated[str, text(16, r"[0-9]+")]
Topics = Annotated[tuple[str, ...], each(text(TOPIC_CHARACTERS), TOPICS)]
"""See `sipforge.engines.protocols.Reply`."""


@dataclass(frozen=True, slots=True)
class Mark:
    """From the bot: tell when all that was sent before was heard. From the orchestrator: it was."""

    type: ClassVar = "mark"
    name: _Name


@dataclass(frozen=True, slots=True)
class Clear:
    """Drop what is queued, and tell how much was heard (`Cleared`)."""

    type: ClassVar = "clear"


@dataclass(frozen=True, slots=True)
class Pause:
    """Hold playout still, with what is queued kept."""

    type: ClassVar = "pause"


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on where playout was held."""

    type: ClassVar = "resume"


@dataclass(frozen=True, slots=True)
class TranscriptEvent:
    """What was recognised in a turn."""

    type: ClassVar = "transcript"
    turn: _Turn
    text: _Words
    confidence: _Number
    seconds: _Number
    """How long recognition took."""


@dataclass(frozen=True, slots=True)
class ReplyEvent:
    """What was heard of the reply to a turn."""

    type: ClassVar = "reply"
    turn: _Turn
    text: _Words
    engine: _Name
    topics: Topics = ()


@dataclass(frozen=True, slots=True)
class TransferEvent:
    """To a colleague, another assistant or an outside number, once what is queued was heard."""

    type: ClassVar = "transfer"
    target: Annotated[str, text(16, r"\+?[0-9]+")]
    briefing: Annotated[bool, truth] = False
    """Whether the bot has written a sound that tells the colleague of the caller."""
    said_seconds: _Number = 0.0
    """How much of what the caller has said last another assistant is to answer; 0: nothing."""


@dataclass(frozen=True, slots=True)
class MessageEvent:
    """The caller leaves a message in the target's mailbox, once what is queued was heard."""

    type: ClassVar = "message"
    target: _Extension


@dataclass(frozen=True, slots=True)
class HangupEvent:
    """The call is over, once what is queued was heard."""

    type: ClassVar = "hangup"
    reason: Annotated[Reason, member(Reason)]


@dataclass(frozen=True, slots=True)
class MetricsEvent:
    """What was measured: name → value; a time's name ends in `_seconds`."""

    type: ClassVar = "metrics"
    values: Annotated[dict[str, float], numbers]


@dataclass(frozen=True, slots=True)
class Cleared:
    """What was queued is dropped."""

    type: ClassVar = "clear"
    played_seconds: _Number
    """Of the bot's speech, heard since the last mark that was heard, the last clear, or the start."""


@dataclass(frozen=True, slots=True)
class Held:
    """The telephone was put on hold."""

    type: ClassVar = "held"


@dataclass(frozen=True, slots=True)
class Resumed:
    """The telephone was taken back from hold."""

    type: ClassVar = "resumed"


BotEvent = (
    Mark
    | Clear
    | Pause
    | Resume
    | TranscriptEvent
    | ReplyEvent
    | TransferEvent
    | MessageEvent
    | HangupEvent
    | MetricsEvent
)
OrchestratorEvent = Mark | Cleared | Held | Resumed
Event = BotEvent | OrchestratorEvent

_T = TypeVar("_T")
_OF_BOT: Final[Mapping[str, type[BotEvent]]] = {kind.type: kind for kind in get_args(BotEvent)}
_OF_ORCHESTRATOR: Final[Mapping[str, type[OrchestratorEvent]]] = {
    kind.type: kind for kind in get_args(OrchestratorEvent)
}


def event_fields(event: Event) -> dict[str, Any]:
    """An event as JSON holds it."""
    return {"type": event.type, **asdict(event)}


def event_frame(event: Event) -> Frame:
    """An event as a frame; ValueError when it is too long or breaks the rules that the other side holds."""
    parse = parse_bot_event if type(event) in _OF_BOT.values() else parse_orchestrator_event
    return frame_of(Kind.EVENT, event_fields(event), parse)


def parse_bot_event(frame: Frame) -> BotEvent:
    """The event in a frame from a bot.

    Raises:
        ProtocolError: another kind, not JSON, a type that a bot may not send, or a field missing or wrong.
    """
    return _parse(frame, _OF_BOT, "bot")


def parse_orchestrator_event(frame: Frame) -> OrchestratorEvent:
    """The event in a frame from the orchestrator; raises as `parse_bot_event`."""
    return _parse(frame, _OF_ORCHESTRATOR, "orchestrator")


def _parse(frame: Frame, kinds: Mapping[str, type[_T]], sender: str) -> _T:
    raw = load(frame, Kind.EVENT)
    name = raw.get("type")
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ProtocolError(f"{sender} sent an event of an unknown type")
    return read(kind, raw, f"event {name!r}")
