"""The hello: the first frame to a bot tells whose call it is, and how it comes there."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Annotated

from sipforge.core.audiosocket import SLIN8_HZ, SLIN16_HZ, Frame, Kind
from sipforge.core.conversation.history import EXCHANGES, Exchange
from sipforge.core.messages.fields import each, frame_of, load, member, message, read, text, uuid


class Arrival(StrEnum):
    """How a call comes to a bot."""

    NEW = "new"
    RETURNED = "returned"
    """Back from where this bot had sent it: a colleague, a mailbox, another assistant. `Detail` says why."""
    HANDED_OVER = "handed_over"
    """From another assistant. With `Detail.SAID` what the caller said to that one comes first."""
    FRONT_DESK = "front_desk"
    """By the number for callers of all languages; with `Detail.CLOSED` out of hours."""


class Detail(StrEnum):
    """How it went for a call that returned; or more of how it comes."""

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
    SAID = "said"
    CLOSED = "closed"


def _rate(value: object) -> int | None:
    return value if type(value) is int and value in {SLIN8_HZ, SLIN16_HZ} else None


@dataclass(frozen=True, slots=True)
class Hello:
    """First frame to a bot: whose call this is, and the proof that the orchestrator sends it."""

    call: Annotated[str, uuid]
    """Call id: a UUID in its canonical text form."""
    caller: Annotated[str, text(64)]
    """Caller's number as Asterisk gave it; may be empty."""
    dialled: Annotated[str, text(64)]
    """Extension that was dialled."""
    rate_hz: Annotated[int, _rate]
    """Rate of the telephone leg, 8000 or 16000; audio on this leg is 16 kHz whatever it is."""
    token: Annotated[str, text(2048, r"[!-~]+")] = field(repr=False)
    """Bearer token (JWT)."""
    caller_name: Annotated[str, text(64)] = ""
    """Caller's name as Asterisk gave it; may be empty."""
    arrival: Annotated[Arrival, member(Arrival)] = Arrival.NEW
    detail: Annotated[Detail, member(Detail)] = Detail.NONE
    target: Annotated[str, text(16, r"[0-9]*")] = ""
    """With RETURNED, the colleague's extension; empty where the call was to go on with another assistant."""
    history: Annotated[tuple[Exchange, ...], each(message(Exchange), EXCHANGES)] = field(
        default=(), repr=False
    )
    """What was said before, oldest first."""


def hello_frame(hello: Hello) -> Frame:
    """A hello as a frame; ValueError when it is too long or breaks the rules that `parse_hello` holds."""
    return frame_of(Kind.HELLO, asdict(hello), parse_hello)


def parse_hello(frame: Frame) -> Hello:
    """The hello in a frame.

    Raises:
        ProtocolError: another kind, not JSON, or a field is missing or wrong.
    """
    return read(Hello, load(frame, Kind.HELLO), "hello")
