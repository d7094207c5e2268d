import pytest

from sipforge.core.asterisk.rtp_ports import RtpPorts, parse_rtp_conf


@pytest.mark.parametrize(
    ("first", "last", "assistants", "users"),
    [
        (10000, 10100, 50, 25),
        (10001, 10100, 49, 24),
        (10000, 10001, 1, 0),
        (10000, 10000, 0, 0),
        (10, 5, 0, 0),
    ],
)
def test_two_ports_a_leg(first: int, last: int, assistants: int, users: int) -> None:
    ports = RtpPorts(first, last)
    assert (ports.assistant_calls, ports.user_calls) == (assistants, users)


def test_the_range_of_a_file() -> None:
    assert parse_rtp_conf("[general]\n;rtpstart=1\nrtpstart = 10000 ; first\nrtpend=>10100\n") == RtpPorts(
        10000, 10100
    )


def test_what_a_file_leaves_out_is_asterisks_default() -> None:
    assert parse_rtp_conf("[general]\nstrictrtp=yes\n") == RtpPorts(5000, 31000)
