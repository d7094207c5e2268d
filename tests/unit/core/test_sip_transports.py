"""Ports that pjsip.conf opens."""

import pytest

from sipforge.core.asterisk.sip_transports import parse_transports

CONFIGURATION = """
; type = transport
[global]
type = global
[udp]
type = transport   ; the old one
protocol = udp
bind = 0.0.0.0:5070
[tcp](!)
type=transport
protocol=tcp
bind=192.0.2.1
[tls]
type => transport
protocol => tls
bind => 0.0.0.0:5071
[another-udp]
type = transport
protocol = udp
bind = 0.0.0.0:5999
[wss]
type = transport
protocol = wss
[1001]
type = endpoint
bind = 1
"""


def test_the_first_of_each_transport():
    assert parse_transports(CONFIGURATION) == {"udp": 5070, "tcp": 5060, "tls": 5071}


@pytest.mark.parametrize("text", ["", "[udp]\ntype = endpoint\nprotocol = udp\n"])
def test_none(text):
    assert parse_transports(text) == {}
