"""Why a call is refused that never was one, from the SIP messages alone."""

import struct

import pytest

from sipforge.core.asterisk.hep import sip_message
from sipforge.core.asterisk.refused_offers import RefusedOffer, RefusedOffers

PCMU = "m=audio 4000 {profile} 0 101\r\na=rtpmap:101 telephone-event/8000\r\n"
KEYS = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n"


def invite(sdp: str, sequence: int = 1) -> str:
    return (
        "INVITE sip:600@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.9\r\n"
        'From: "Aline" <sip:1001@192.0.2.1>;tag=a\r\nTo: <sip:600@192.0.2.1>\r\n'
        f"Call-ID: one\r\nCSeq: {sequence} INVITE\r\n\r\nv=0\r\n{sdp}"
    )


def refusal(
    server: str = "Server: SipForge\r\n", sequence: int = 1, status: str = "488 Not Acceptable Here"
) -> str:
    return f"SIP/2.0 {status}\r\nCall-ID: one\r\nCSeq: {sequence} INVITE\r\n{server}\r\n"


@pytest.mark.parametrize(
    ("sdp", "reason", "detail"),
    [
        (
            PCMU.format(profile="RTP/AVP"),
            "no-encryption",
            "it offers no encryption (RTP/AVP), which is required here",
        ),
        (
            PCMU.format(profile="RTP/SAVP") + KEYS,
            "encryption",
            "it insists on SRTP (RTP/SAVP), which is off here",
        ),
        (PCMU.format(profile="RTP/SAVP"), "encryption", "it offers SRTP (RTP/SAVP) without keys in SDP"),
        (
            PCMU.format(profile="UDP/TLS/RTP/SAVPF"),
            "webrtc",
            "it offers WebRTC (UDP/TLS/RTP/SAVPF), which no telephone may use here",
        ),
        (
            "m=audio 4000 RTP/AVP 18 96 13\r\na=rtpmap:96 opus/8000/1\r\na=rtpmap:13 CN/8000\r\n",
            "codecs",
            "it offers g729/8000, opus/8000, and nothing that is spoken here",
        ),
        ("m=video 4000 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n", "no-sound", "it offers no sound"),
    ],
)
def test_asterisk_refuses(sdp: str, reason: str, detail: str) -> None:
    offers = RefusedOffers()
    assert offers.message(invite(sdp)) is None
    assert offers.message(refusal()) == RefusedOffer("1001", "600", reason, detail)
    assert offers.message(refusal()) is None  # sent again, told once


def test_the_codecs_of_a_picture_are_not_those_of_the_sound() -> None:
    offers = RefusedOffers()
    offers.message(invite("m=audio 4000 RTP/AVP 18\r\nm=video 4002 RTP/AVP 96\r\na=rtpmap:96 opus/48000\r\n"))
    refused = offers.message(refusal())
    assert refused is not None
    assert refused.reason == "codecs"


def test_a_telephone_refuses_what_it_is_rung_with() -> None:
    offers = RefusedOffers()
    offers.message(invite(PCMU.format(profile="RTP/SAVP") + KEYS))
    refused = offers.message(refusal("Server: Phone 1.0\r\n"))
    assert refused is not None
    assert refused.reason == "telephone"
    assert refused.detail == "the telephone does not take what it is offered: RTP/SAVP with pcmu/8000"


@pytest.mark.parametrize(
    "answer",
    [
        refusal(status="200 OK"),
        refusal(status="486 Busy Here"),
        refusal(sequence=2),
        refusal().replace("1 INVITE", "1 UPDATE"),
        refusal().replace("Call-ID: one", "Call-ID: two"),
        "SIP/2.0 488",
        "",
    ],
)
def test_other_answers_say_nothing(answer: str) -> None:
    offers = RefusedOffers()
    offers.message(invite(PCMU.format(profile="RTP/AVP")))
    assert offers.message(answer) is None


def test_no_key_is_kept_and_a_flood_is_forgotten_from_its_oldest_end() -> None:
    offers = RefusedOffers()
    for sequence in range(300):
        offers.message(invite(PCMU.format(profile="RTP/SAVP") + KEYS, sequence))
    assert "c2VjcmV0" not in repr(offers.__dict__)
    assert offers.message(refusal(sequence=0)) is None
    assert offers.message(refusal(sequence=299)) is not None


def chunk(kind: int, payload: bytes, vendor: int = 0) -> bytes:
    return struct.pack(">HHH", vendor, kind, 6 + len(payload)) + payload


def packet(*chunks: bytes) -> bytes:
    body = b"".join(chunks)
    return b"HEP3" + struct.pack(">H", 6 + len(body)) + body


WHOLE = packet(chunk(1, b"\x02"), chunk(11, b"\x01"), chunk(15, b"theirs", vendor=7), chunk(15, b"INVITE x"))


def test_the_message_of_a_packet() -> None:
    assert sip_message(WHOLE) == "INVITE x"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"HEP3",
        b"HEP3\x00\x06",
        b"SIP/2.0 200 OK",
        WHOLE[:-1],
        packet(chunk(11, b"\x05"), chunk(15, b"RTCP")),
        packet(chunk(11, b"\x01")),
        packet(chunk(11, b"\x01"), struct.pack(">HHH", 0, 15, 0)),
        packet(chunk(11, b"\x01"), struct.pack(">HHH", 0, 15, 900)),
    ],
)
def test_what_is_no_message(data: bytes) -> None:
    assert sip_message(data) is None
