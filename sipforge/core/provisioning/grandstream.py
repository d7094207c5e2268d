"""Grandstream desk telephones (GRP, GXP): the file cfgMAC.xml of numbered settings, the "P values".

The numbers are those of Grandstream's own configuration templates, account 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

from sipforge.core.office.users import Encryption
from sipforge.core.provisioning.account import CODECS, VOICEMAIL, Account

CONTENT_TYPE: Final = "text/xml"
_TRANSPORTS: Final[Mapping[str, int]] = {"udp": 0, "tcp": 1, "tls": 2}
_SRTP: Final[Mapping[Encryption, int]] = {
    Encryption.OFF: 0,
    Encryption.OFFERED: 1,
    Encryption.REQUIRED: 2,
}
_CODECS: Final[Mapping[str, int]] = {"opus": 123, "PCMU": 0, "PCMA": 8, "G722": 9}
_CODEC_PLACES: Final = (57, 58, 59, 60, 61, 62, 46, 98)
"""First to eighth choice. A codec may be chosen twice: the last stands in all places that are left."""


def render(account: Account) -> str:
    """The file."""
    settings: dict[int, object] = {
        271: 1,  # the account is active
        270: account.extension,  # its name on the telephone
        47: f"{account.server}:{account.port}",
        35: account.extension,
        36: account.extension,
        34: account.secret,
        3: account.name,
        33: VOICEMAIL,
        31: 1,  # registers
        130: _TRANSPORTS[account.transport],
        2329: 0,  # sip: addresses over TLS, too
        183: _SRTP[account.encryption],
        52: 0,  # no STUN, no keeping alive through a router
    }
    wanted = [_CODECS[codec] for codec in CODECS]
    wanted += [wanted[-1]] * (len(_CODEC_PLACES) - len(wanted))
    settings |= dict(zip(_CODEC_PLACES, wanted, strict=True))
    values = "".join(f"    <P{key}>{escape(str(value))}</P{key}>\n" for key, value in settings.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<gs_provision version="1">\n  <config version="1">\n{values}  </config>\n</gs_provision>\n'
    )
