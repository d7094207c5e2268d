"""Linphone's remote provisioning: an XML document of sections and entries, those of its linphonerc.

An entry without `overwrite` yields to what the telephone has already. An empty one deletes the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from sipforge.core.office.users import Encryption
from sipforge.core.provisioning.account import CODECS, Account

CONTENT_TYPE: Final = "application/xml"
_HEAD: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.linphone.org/xsds/lpconfig.xsd lpconfig.xsd">\n'
)
_RATES: Final[Mapping[str, tuple[int, int]]] = {"opus": (48000, 2)}
"""Codec → clock rate in Hz and channels, where they are not 8000 and 1."""
_EXPIRES_SECONDS: Final = 600
_NO_NAT: Final = "sipforge"
"""Name of a policy that names no protocol: no STUN, TURN or ICE within an office."""


def render(account: Account, root_ca: str = "") -> str:
    """The document.

    Args:
        account: whose telephone this is to be.
        root_ca: file on the telephone with the authorities that it is to trust; empty for Linphone's own.
    """
    address = f"sip:{account.server}:{account.port};transport={account.transport}"
    encrypted = account.encryption is not Encryption.OFF
    sections: dict[str, dict[str, object]] = {
        # The link is good once: a telephone that kept it would ask again at each start, in vain.
        "misc": {"transient_provisioning": 1, "add_missing_audio_codecs": 0},
        "sip": {
            "default_proxy": 0,
            "media_encryption": "srtp" if encrypted else "none",
            "media_encryption_mandatory": int(account.encryption is Encryption.REQUIRED),
            "verify_server_certs": 1,
            "verify_server_cn": 1,
            **({"root_ca": root_ca} if root_ca else {}),
        },
        "net": {"stun_server": "", "nat_policy_ref": _NO_NAT},
        "nat_policy_0": {"ref": _NO_NAT, "protocols": "", "stun_server": ""},
        "auth_info_0": {
            "username": account.extension,
            "userid": account.extension,
            "passwd": account.secret,
            "domain": account.server,
        },
        "proxy_0": {
            "reg_proxy": f"<{address}>",
            "reg_route": f"<{address}>",
            "reg_identity": f'"{account.name}" <sip:{account.extension}@{account.server}>',
            "reg_expires": _EXPIRES_SECONDS,
            "reg_sendregister": 1,
            "publish": 0,
            "nat_policy_ref": _NO_NAT,
        },
    }
    for place, codec in enumerate(CODECS):
        rate_hz, channels = _RATES.get(codec, (8000, 1))
        sections[f"audio_codec_{place}"] = {
            "mime": codec,
            "rate": rate_hz,
            "channels": channels,
            "enabled": 1,
        }
    return _HEAD + "".join(map(_section, sections, sections.values())) + "</config>\n"


def _section(name: str, entries: Mapping[str, object]) -> str:
    lines: Iterable[str] = (
        f'    <entry name={quoteattr(key)} overwrite="true">{escape(str(value))}</entry>\n'
        for key, value in entries.items()
    )
    return f"  <section name={quoteattr(name)}>\n{''.join(lines)}  </section>\n"
