from dataclasses import replace

import pytest

from sipforge.core.certificates import DAY_SECONDS, parse_certificate

OPENSSL_3 = """\
subject=CN=pbx.office.example,O=Office
issuer=CN=SipForge CA of pbx
notBefore=Nov 27 06:00:00 2026 GMT
notAfter=Dec 29 06:00:00 2027 GMT
sha256 Fingerprint=AB:CD:EF
X509v3 Subject Alternative Name:\x20
    DNS:localhost, IP Address:192.0.2.10, IP Address:2001:DB8:0:0:0:0:0:1, DNS:192.0.2.10
"""
SECONDS = {"Nov 27 06:00:00 2026 GMT": 1000.0 * DAY_SECONDS, "Dec 29 06:00:00 2027 GMT": 1397.0 * DAY_SECONDS}


def test_what_openssl_prints() -> None:
    certificate = parse_certificate(OPENSSL_3, SECONDS.__getitem__)
    assert certificate.subject == "CN=pbx.office.example,O=Office"
    assert certificate.issuer == "CN=SipForge CA of pbx"
    assert certificate.names == ("localhost", "192.0.2.10", "2001:DB8:0:0:0:0:0:1")
    assert (certificate.valid_from, certificate.valid_until) == (1000.0 * DAY_SECONDS, 1397.0 * DAY_SECONDS)
    assert certificate.fingerprint == "AB:CD:EF"


def test_without_names_and_as_openssl_1_writes_it() -> None:
    text = "SHA256 Fingerprint=AB\nsubject=CN = a\nissuer=CN = b\n"
    text += "notBefore=Nov 27 06:00:00 2026 GMT\nnotAfter=Dec 29 06:00:00 2027 GMT\n"
    certificate = parse_certificate(text, SECONDS.__getitem__)
    assert (certificate.names, certificate.subject, certificate.fingerprint) == ((), "CN = a", "AB")


@pytest.mark.parametrize("line", OPENSSL_3.splitlines()[:5])
def test_what_is_missing_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=r"no \w+"):
        parse_certificate(OPENSSL_3.replace(line + "\n", ""), SECONDS.__getitem__)


@pytest.mark.parametrize(
    ("day", "left", "problem"),
    [
        (999.9, 397, "is not valid yet"),
        (1000, 397, ""),
        (1383, 14, ""),
        (1383.1, 13, "expires in 13 days"),
        (1396.5, 0, "expires in 0 days"),
        (1397, 0, "has expired"),
        (1399.5, -3, "has expired"),
    ],
)
def test_how_long_it_is_good(day: float, left: int, problem: str) -> None:
    certificate = parse_certificate(OPENSSL_3, SECONDS.__getitem__)
    assert certificate.days_left(day * DAY_SECONDS) == left
    assert certificate.problem(day * DAY_SECONDS) == problem
    assert replace(certificate, valid_until=0.0).problem(day * DAY_SECONDS) == "has expired"
