"""All files that are made from the office: what the roles' own templates include.

They refer to what those templates define: endpoint, auth and aor templates (pjsip.conf), the subroutines and
contexts that are the same in every office (extensions.conf).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sipforge.core.office.asterisk.numbers import numbers
from sipforge.core.office.asterisk.outside import outside
from sipforge.core.office.asterisk.trunks import arrivals, lines
from sipforge.core.office.asterisk.users import endpoints, extensions, mailboxes
from sipforge.core.office.office import Office

PJSIP_FILE: Final = "sipforge_pjsip_users.conf"
VOICEMAIL_FILE: Final = "sipforge_voicemail_users.conf"
EXTENSIONS_FILE: Final = "sipforge_extensions_users.conf"
TRUNKS_FILE: Final = "sipforge_pjsip_trunks.conf"
READ_BY: Final[Mapping[str, str]] = {
    PJSIP_FILE: "res_pjsip.so",
    TRUNKS_FILE: "res_pjsip.so",
    VOICEMAIL_FILE: "app_voicemail.so",
    EXTENSIONS_FILE: "pbx_config.so",
}
"""File → the module that reads it."""
_HEADER: Final = "; Written by sipforge: changes made here are lost. See: sipforge --help\n"


def files(office: Office) -> Mapping[str, str]:
    """File name → content, users and all else in a fixed order."""
    dialplan = "".join((extensions(office), numbers(office), outside(office), arrivals(office)))
    return {
        PJSIP_FILE: _HEADER + endpoints(office),
        TRUNKS_FILE: _HEADER + lines(office),
        VOICEMAIL_FILE: _HEADER + mailboxes(office),
        EXTENSIONS_FILE: _HEADER + dialplan,
    }
