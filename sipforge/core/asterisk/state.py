"""What Asterisk is doing, kept from the headers of its manager events: channels and registered telephones.

A message of the manager interface is a mapping of header name to text. Rules:
- A channel is known by its Uniqueid; its name may change (Rename).
- A registered telephone is a contact: an address at which an extension can be rung just now. A contact that
  was removed is gone; one that did not answer a qualification stays, but is not reachable.
- A listing is taken while events go on, so what is set from it is `replace`d and the events that came
  meanwhile are applied once more: applying an event twice changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

Headers = Mapping[str, str]

_SIP_HOST = re.compile(r"sips?:(?:[^@]*@)?(\[[^\]]*\](?::\d+)?|[^;>?]+)")
_DURATION = re.compile(r"(\d+):(\d\d):(\d\d)\Z", re.ASCII)
_NOTHING = frozenset({"", "<unknown>", "s"})
_UNREACHABLE = frozenset({"Unreachable", "Removed"})


@dataclass(frozen=True, slots=True)
class Channel:
    """One leg of a call in Asterisk."""

    unique_id: str
    linked_id: str
    """`unique_id` of the first channel of the same call."""
    name: str
    """Such as "PJSIP/1001-0000000a" or "AudioSocket/127.0.0.1:9092-<uuid>"."""
    state: str
    """Asterisk's word: Down, Ring, Ringing, Up, Busy ..."""
    caller: str
    """Number of whoever is at this end; empty if unknown."""
    connected: str
    """Number of whoever is at the other end; empty if unknown."""
    dialled: str
    """Extension being executed; empty inside a subroutine and on a called leg."""
    seconds: int
    """How long it has been there; 0 from an event, since only listings say."""

    @property
    def is_first(self) -> bool:
        """Whether the call began with this channel."""
        return self.unique_id == self.linked_id


@dataclass(frozen=True, slots=True)
class Contact:
    """An address at which an extension's telephone has registered."""

    extension: str
    uri: str
    status: str
    """Asterisk's word: Reachable, Unreachable, NonQualified (never asked), Created, Updated, Removed."""
    user_agent: str = ""
    """What the telephone calls itself; empty from an event, since only listings say."""

    @property
    def address(self) -> str:
        """Host and port out of the URI; the whole URI where it has an unknown form."""
        match = _SIP_HOST.match(self.uri)
        return match.group(1) if match else self.uri

    @property
    def is_reachable(self) -> bool:
        """Whether a call to it may arrive."""
        return self.status not in _UNREACHABLE


@dataclass(frozen=True, slots=True)
class UserCall:
    """A call that no assistant takes part in."""

    linked_id: str
    caller: str
    dialled: str
    state: str
    """"up" once both ends talk, "ringing" before."""
    seconds: int


def channel_from(headers: Headers) -> Channel:
    """The channel that a Newchannel, Newstate or CoreShowChannel message describes."""
    return Channel(
        unique_id=headers.get("Uniqueid", ""),
        linked_id=headers.get("Linkedid", ""),
        name=headers.get("Channel", ""),
        state=headers.get("ChannelStateDesc", ""),
        caller=_known(headers.get("CallerIDNum", "")),
        connected=_known(headers.get("ConnectedLineNum", "")),
        dialled=_known(headers.get("Exten", "")),
        seconds=_seconds(headers.get("Duration", "")),
    )


def contact_from(headers: Headers) -> Contact:
    """The contact that a ContactStatus (event) or ContactStatusDetail (listing) message describes."""
    return Contact(
        extension=headers.get("EndpointName") or headers.get("AOR", ""),
        uri=headers.get("URI", ""),
        status=headers.get("ContactStatus") or headers.get("Status", ""),
        user_agent=headers.get("UserAgent", ""),
    )


def _known(value: str) -> str:
    return "" if value in _NOTHING else value


def _seconds(duration: str) -> int:
    match = _DURATION.match(duration)
    if match is None:
        return 0
    hours, minutes, seconds = map(int, match.groups())
    return hours * 3600 + minutes * 60 + seconds


def user_calls(channels: Iterable[Channel]) -> tuple[UserCall, ...]:
    """The calls among `channels` that have no media channel of an assistant, oldest first."""
    calls: dict[str, list[Channel]] = {}
    for channel in channels:
        calls.setdefault(channel.linked_id, []).append(channel)
    found = []
    for linked_id, legs in calls.items():
        if any(leg.name.startswith("AudioSocket/") for leg in legs):
            continue
        first = next((leg for leg in legs if leg.is_first), legs[0])
        others = [leg for leg in legs if leg is not first]
        found.append(
            UserCall(
                linked_id=linked_id,
                caller=first.caller,
                dialled=first.dialled or first.connected or next((leg.caller for leg in others), ""),
                state="up" if all(leg.state == "Up" for leg in legs) else "ringing",
                seconds=first.seconds,
            )
        )
    return tuple(sorted(found, key=lambda call: -call.seconds))


class LiveState:
    """Channels and contacts as of the last message."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}
        self._contacts: dict[tuple[str, str], Contact] = {}

    @property
    def channels(self) -> Mapping[str, Channel]:
        """Uniqueid → channel."""
        return MappingProxyType(self._channels)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """All contacts, by extension."""
        return tuple(sorted(self._contacts.values(), key=lambda contact: (contact.extension, contact.uri)))

    @property
    def registered(self) -> frozenset[str]:
        """Extensions with at least one telephone that a call may reach."""
        return frozenset(contact.extension for contact in self._contacts.values() if contact.is_reachable)

    def apply(self, event: Headers) -> None:
        """Take in one event; events of other kinds change nothing."""
        match event.get("Event"):
            case "Newchannel" | "Newstate":
                channel = channel_from(event)
                self._channels[channel.unique_id] = channel
            case "Rename":
                if (known := self._channels.get(event.get("Uniqueid", ""))) is not None:
                    self._channels[known.unique_id] = replace(known, name=event.get("Newname", known.name))
            case "Hangup":
                self._channels.pop(event.get("Uniqueid", ""), None)
            case "ContactStatus":
                self._set_contact(contact_from(event))

    def _set_contact(self, contact: Contact) -> None:
        key = (contact.extension, contact.uri)
        before = self._contacts.get(key)
        if contact.status == "Removed":
            self._contacts.pop(key, None)
        elif before is not None and not contact.user_agent:
            self._contacts[key] = replace(contact, user_agent=before.user_agent)
        else:
            self._contacts[key] = contact

    def replace(
        self, channels: Iterable[Headers], contacts: Iterable[Headers], meanwhile: Iterable[Headers]
    ) -> None:
        """Start afresh from two listings and the events that came while they were being made."""
        self._channels = {channel.unique_id: channel for channel in map(channel_from, channels)}
        self._contacts = {
            (contact.extension, contact.uri): contact for contact in map(contact_from, contacts)
        }
        for event in meanwhile:
            self.apply(event)

    def clear(self) -> None:
        """Forget everything: Asterisk is gone, or about to be asked anew."""
        self._channels.clear()
        self._contacts.clear()
