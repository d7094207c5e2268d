"""Who is at the other end of each assistant's line, on hold or not, and what keys are pressed there.

Kept from the headers of Asterisk's manager events, classes call and dtmf (docs.asterisk.org, AMI events).
Rules:
- An assistant's end of a call is its media channel, whose name has the call's id (`orphans.call_of`). At the
  other end is whoever shares its bridge: the caller, or a colleague to whom a caller has transferred the
  assistant.
- A call is known here from when its line has first had somebody at the other end, to the media channel's end.
- It is held while everybody there holds (Hold, Unhold: a re-INVITE with sendonly, inactive or 0.0.0.0,
  res_pjsip_sdp_rtp.c), and while nobody is there, as when a transferred assistant waits for an answer.
- A channel that ends inside a bridge has given its place there to another, for which nothing is told
  (channel.c, `ast_channel_move`): to the media channel, now in no bridge, that talked with the same telephone
  before. So it is with an attended transfer by a telephone whose other call is answered and not bridged yet.
- A key counts when it is over (DTMFEnd). One that was heard to begin is a tone, one that was not is SIP INFO
  (channel.c, `__ast_read`); of two ends of one beginning the second is a press of the other kind.
- Channels are known by their Uniqueid: names change. What happens to channels that no assistant talks with
  changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sipforge.core.asterisk.orphans import call_of
from sipforge.core.asterisk.presses import KEYS, Source

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LineHeld:
    """Nobody listens at the other end any more."""

    call: str
    alone: bool = False
    """Whether nobody is there at all."""


@dataclass(frozen=True, slots=True)
class LineResumed:
    """Somebody does, perhaps for the first time."""

    call: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key was pressed at the other end."""

    call: str
    key: str
    source: Source
    seconds: float
    """How long it was held down."""


Fact = LineHeld | LineResumed | KeyPressed


class Lines:
    """All assistants' lines, as of the last event."""

    def __init__(self) -> None:
        self._bridges: dict[str, str] = {}
        """Channel → the bridge that it is in."""
        self._media: dict[str, str] = {}
        """Media channel → call."""
        self._telephones: dict[str, str] = {}
        """Channel in a bridge → its telephone, such as PJSIP/1001."""
        self._talked: dict[str, set[str]] = {}
        """Media channel → the telephones that it talked with last."""
        self._holding: set[str] = set()
        self._begun: dict[str, str] = {}
        """Channel → key that was heard to begin."""
        self._told: dict[str, LineHeld | LineResumed] = {}
        """Known call → what was told of it last."""

    def knows(self, call: str) -> bool:
        """Whether holds and keys of a call are told."""
        return call in self._told

    def held(self, call: str) -> LineHeld | None:
        """How a call is held, where it is known to be."""
        told = self._told.get(call)
        return told if isinstance(told, LineHeld) else None

    def apply(self, event: Headers) -> tuple[Fact, ...]:
        """Take in one event; events of other kinds change nothing."""
        channel = event.get("Uniqueid", "")
        match event.get("Event"):
            case "BridgeEnter":
                self._enter(channel, event)
            case "BridgeLeave":
                self._leave(channel)
            case "Hold":
                self._holding.add(channel)
            case "Unhold":
                self._holding.discard(channel)
            case "Hangup":
                self._forget(channel)
            case "DTMFBegin" | "DTMFEnd" if event.get("Direction") == "Received":
                return self._key(channel, event)
            case _:
                return ()
        return tuple(self._changes())

    def clear(self) -> tuple[Fact, ...]:
        """Nothing is told any more: every line counts as one that is listened to."""
        resumed = tuple(LineResumed(call) for call in self._told if self.held(call))
        for known in (self._bridges, self._media, self._begun, self._told, self._telephones, self._talked):
            known.clear()
        self._holding.clear()
        return resumed

    def _enter(self, channel: str, event: Headers) -> None:
        self._bridges[channel] = event.get("BridgeUniqueid", "")
        self._telephones[channel] = event.get("Channel", "").rpartition("-")[0]
        call = call_of(event.get("Channel", ""))
        if call is not None:
            # A media channel that took another's place (a masquerade) is the call's only one.
            self._media = {one: its for one, its in self._media.items() if its != call} | {channel: call}

    def _leave(self, channel: str) -> None:
        self._bridges.pop(channel, None)
        self._begun.pop(channel, None)

    def _forget(self, channel: str) -> None:
        bridge, telephone = self._bridges.get(channel), self._telephones.pop(channel, "")
        self._leave(channel)
        self._holding.discard(channel)
        self._talked.pop(channel, None)
        call = self._media.pop(channel, None)
        if call is not None:
            self._told.pop(call, None)
        elif bridge is not None:
            waiting = (media for media in self._media if media not in self._bridges)
            place = next((media for media in waiting if telephone in self._talked.get(media, ())), None)
            if place is not None:
                self._bridges[place] = bridge

    def _changes(self) -> list[Fact]:
        found: list[Fact] = []
        for media, call in self._media.items():
            bridge = self._bridges.get(media)
            others = [
                channel
                for channel, its in self._bridges.items()
                if its == bridge and channel not in self._media
            ]
            if others:
                self._talked[media] = {self._telephones[channel] for channel in others}
            elif call not in self._told:
                continue
            held = all(channel in self._holding for channel in others)
            now = LineHeld(call, alone=not others) if held else LineResumed(call)
            if self._told.get(call) != now:
                self._told[call] = now
                found.append(now)
        return found

    def _key(self, channel: str, event: Headers) -> tuple[Fact, ...]:
        key, bridge = event.get("Digit", ""), self._bridges.get(channel)
        call = next(
            (its for media, its in self._media.items() if bridge and self._bridges.get(media) == bridge), None
        )
        if key not in KEYS or call is None or channel in self._media:
            return ()
        if event.get("Event") == "DTMFBegin":
            self._begun[channel] = key
            return ()
        source = Source.TONE if self._begun.pop(channel, "") == key else Source.INFO
        milliseconds = event.get("DurationMs", "")
        return (KeyPressed(call, key, source, int(milliseconds) / 1000 if milliseconds.isdecimal() else 0.0),)
