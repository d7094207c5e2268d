"""SIP messages in the packets that Asterisk's module res_hep_pjsip sends (HEP version 3)."""

from __future__ import annotations

import struct
from typing import Final

_MAGIC: Final = b"HEP3"
_SIP: Final = 1
_PROTOCOL, _PAYLOAD = 11, 15
"""Chunks of vendor 0: what the payload is, and the payload."""


def sip_message(packet: bytes) -> str | None:
    """The SIP message of a packet; None for one that is cut, is no HEP, or carries something else."""
    if packet[:4] != _MAGIC or len(packet) < 6 or struct.unpack_from(">H", packet, 4)[0] != len(packet):
        return None
    protocol, payload, position = None, None, 6
    while position + 6 <= len(packet):
        vendor, kind, length = struct.unpack_from(">HHH", packet, position)
        if length < 6 or position + length > len(packet):
            return None
        chunk = packet[position + 6 : position + length]
        if vendor == 0 and kind == _PROTOCOL:
            protocol = chunk
        elif vendor == 0 and kind == _PAYLOAD:
            payload = chunk
        position += length
    if protocol != bytes([_SIP]) or payload is None:
        return None
    return payload.decode(errors="replace")
