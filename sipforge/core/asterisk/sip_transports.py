"""On which ports Asterisk takes SIP, as pjsip.conf says."""

from __future__ import annotations

import re

_SECTION = re.compile(r"^\s*\[", re.MULTILINE)
_SETTING = re.compile(r"^\s*([\w]+)\s*=>?\s*([^;\r\n]*?)\s*(?:;.*)?$", re.MULTILINE | re.ASCII)
_DEFAULT_PORTS = {"udp": 5060, "tcp": 5060, "tls": 5061}


def parse_transports(text: str) -> dict[str, int]:
    """Transport ("udp", "tcp", "tls") → port, of those that a pjsip.conf sets up; the first of each."""
    ports: dict[str, int] = {}
    for section in _SECTION.split(text):
        settings = dict(_SETTING.findall(section))
        protocol = settings.get("protocol", "")
        if settings.get("type") == "transport" and protocol in _DEFAULT_PORTS:
            port = settings.get("bind", "").rpartition(":")[2]
            ports.setdefault(protocol, int(port) if port.isdecimal() else _DEFAULT_PORTS[protocol])
    return ports
