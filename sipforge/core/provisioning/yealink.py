"""Yealink desk telephones: the file MAC.cfg, lines of `key = value` (firmware 83 and newer).

A value ends with its line, and a user's name and secret hold no line's end (`sipforge.core.office.users`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sipforge.core.office.users import Encryption
from sipforge.core.provisioning.account import CODECS, VOICEMAIL, Account

CONTENT_TYPE: Final = "text/plain"
_TRANSPORTS: Final[Mapping[str, int]] = {"udp": 0, "tcp": 1, "tls": 2}
_SRTP: Final[Mapping[Encryption, int]] = {
    Encryption.OFF: 0,
    Encryption.OFFERED: 1,
    Encryption.REQUIRED: 2,
}
_OTHER_CODECS: Final = ("g729", "g723_53", "g723_63", "g726_16", "g726_24", "g726_32", "g726_40", "ilbc")


def render(account: Account, ca_url: str = "") -> str:
    """The file.

    Args:
        account: of the telephone's first line.
        ca_url: where it fetches the certificate of the office's own authority; empty where there is none.
    """
    line: dict[str, object] = {
        "enable": 1,
        "label": account.extension,
        "display_name": account.name,
        "user_name": account.extension,
        "auth_name": account.extension,
        "password": account.secret,
        "sip_server.1.address": account.server,
        "sip_server.1.port": account.port,
        "sip_server.1.transport_type": _TRANSPORTS[account.transport],
        "srtp_encryption": _SRTP[account.encryption],
        "nat.nat_traversal": 0,
        "dtmf.type": 1,
    }
    for place, codec in enumerate(CODECS, 1):
        line |= {f"codec.{codec.lower()}.enable": 1, f"codec.{codec.lower()}.priority": place}
    line |= {f"codec.{codec}.enable": 0 for codec in _OTHER_CODECS}
    settings = {f"account.1.{key}": value for key, value in line.items()}
    settings["voice_mail.number.1"] = VOICEMAIL
    if ca_url:
        settings["static.trusted_certificates.url"] = ca_url
    # The first line tells a telephone that this is such a file.
    return "#!version:1.0.0.1\n" + "".join(f"{key} = {value}\n" for key, value in settings.items())
