"""How many calls a range of RTP ports bears.

Asterisk takes two ports for each leg that has RTP, an even one for RTP and the next for RTCP (rtp.conf).
An assistant call has one such leg (its other leg is AudioSocket); a call between two telephones has two.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SETTING = re.compile(r"^\s*(rtpstart|rtpend)\s*=>?\s*(\d{1,5})\s*(?:;.*)?$", re.MULTILINE | re.ASCII)
_DEFAULT_FIRST = 5000
_DEFAULT_LAST = 31000
"""What res_rtp_asterisk takes where rtp.conf says nothing."""


@dataclass(frozen=True, slots=True)
class RtpPorts:
    """A range of UDP ports, both ends included."""

    first: int
    last: int

    @property
    def legs(self) -> int:
        """RTP legs at once: one for each even port whose odd neighbour is in the range too."""
        first_even = self.first + self.first % 2
        return max(0, (self.last - first_even + 1) // 2)

    @property
    def assistant_calls(self) -> int:
        """Assistant calls at once, if there are no others."""
        return self.legs

    @property
    def user_calls(self) -> int:
        """Calls between two telephones at once, if there are no others."""
        return self.legs // 2


def parse_rtp_conf(text: str) -> RtpPorts:
    """The range that an rtp.conf sets; what it leaves out has Asterisk's own default."""
    found = {key: int(value) for key, value in _SETTING.findall(text)}
    return RtpPorts(found.get("rtpstart", _DEFAULT_FIRST), found.get("rtpend", _DEFAULT_LAST))
