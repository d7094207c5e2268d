"""Calls that are refused because of what their offer says of sound (488), and why.

Asterisk refuses such a call before there is a channel: no event tells of it, and its log says at most that
a stream could not be negotiated. So the SIP messages are looked at (`sipforge.core.asterisk.hep`): of an
INVITE is kept what would be said should it be refused, never its text, which holds the keys of the sound.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

OWN_AGENT: Final = "SipForge"
"""What Asterisk calls itself in a Server header (`user_agent` of pjsip.conf)."""
CODECS: Final = frozenset({"opus/48000", "g722/8000", "pcmu/8000", "pcma/8000"})
"""What the office's telephones may speak (`allow` of pjsip.conf), as an SDP names it."""
_STATIC: Final = {"0": "pcmu/8000", "3": "gsm/8000", "8": "pcma/8000", "9": "g722/8000", "18": "g729/8000"}
"""Payload types that need no a=rtpmap (RFC 3551)."""
_REMEMBERED: Final = 256
_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True)
class RefusedOffer:
    """One refused call."""

    caller: str
    """User part of the caller's address, cut to 64 characters."""
    called: str
    """User part of the called address, cut likewise."""
    reason: str
    """Of a fixed few words, fit for a metric's label: no-encryption, encryption, webrtc, codecs, no-sound;
    telephone where not Asterisk refused, but whom it rang."""
    detail: str
    """The rest of a sentence."""


@dataclass(frozen=True, slots=True)
class _Offer:
    """What an INVITE offers."""

    caller: str
    called: str
    profile: str
    """Such as "RTP/SAVP"; empty where it offers no sound."""
    codecs: tuple[str, ...]
    """As "pcmu/8000"; without telephone events and comfort noise."""
    has_keys: bool
    """Whether the keys of SRTP are in it."""

    @property
    def spoken(self) -> str:
        """Its codecs in words."""
        return ", ".join(self.codecs)[:_CHARACTERS] or "no codec"


class RefusedOffers:
    """Takes SIP messages in their order, and tells the refused calls."""

    def __init__(self) -> None:
        self._offers: OrderedDict[tuple[str, str], _Offer] = OrderedDict()

    def message(self, message: str) -> RefusedOffer | None:
        """Take in one message; the call that it refuses, if it does that."""
        if message.startswith("INVITE "):
            self._offers[_key(message)] = _offer(message)
            while len(self._offers) > _REMEMBERED:
                self._offers.popitem(last=False)
            return None
        if not message.startswith("SIP/2.0 488") or not _header(message, "CSeq").endswith(" INVITE"):
            return None
        offer = self._offers.pop(_key(message), None)
        if offer is None:
            return None
        if _header(message, "Server") == OWN_AGENT:
            reason, detail = _why(offer)
        else:
            reason = "telephone"
            detail = f"the telephone does not take what it is offered: {offer.profile} with {offer.spoken}"
        return RefusedOffer(offer.caller, offer.called, reason, detail)


def _offer(invite: str) -> _Offer:
    caller, called = _user(invite, "From", "f"), _user(invite, "To", "t")
    body = invite.partition("\r\n\r\n")[2]
    media = re.search(r"^m=audio \d+ (\S+) ?(.*?)\r?$", body, re.MULTILINE)
    if media is None:
        return _Offer(caller, called, "", (), False)
    section = body[media.start() :].partition("\nm=")[0]
    names = dict(re.findall(r"^a=rtpmap:(\d+) ([^/\s]+/\d+)", section, re.MULTILINE))
    codecs = (names.get(number, _STATIC.get(number, number)).lower() for number in media[2].split())
    spoken = tuple(name for name in codecs if not name.startswith(("telephone-event", "cn/")))
    has_keys = re.search("^a=crypto:", section, re.MULTILINE) is not None
    return _Offer(caller, called, media[1][:_CHARACTERS], spoken, has_keys)


def _why(offer: _Offer) -> tuple[str, str]:
    """Why Asterisk refuses it: the word for it, and the sentence."""
    if not offer.profile:
        return "no-sound", "it offers no sound"
    if "TLS" in offer.profile:
        return "webrtc", f"it offers WebRTC ({offer.profile}), which no telephone may use here"
    if not CODECS.intersection(offer.codecs):
        return "codecs", f"it offers {offer.spoken}, and nothing that is spoken here"
    if "SAVP" not in offer.profile:
        return "no-encryption", f"it offers no encryption ({offer.profile}), which is required here"
    if not offer.has_keys:
        return "encryption", f"it offers SRTP ({offer.profile}) without keys in SDP"
    return "encryption", f"it insists on SRTP ({offer.profile}), which is off here"


def _key(message: str) -> tuple[str, str]:
    return _header(message, "Call-ID", "i"), _header(message, "CSeq").partition(" ")[0]


def _user(message: str, name: str, short: str) -> str:
    found = re.search(r"sips?:([^@>;\s]*)@", _header(message, name, short))
    return found[1][:_CHARACTERS] if found else ""


def _header(message: str, name: str, short: str = "") -> str:
    names = f"{name}|{short}" if short else name
    found = re.search(rf"^(?:{names})\s*:\s*(.*?)\s*$", message.partition("\r\n\r\n")[0], re.MULTILINE | re.I)
    return found[1] if found else ""
