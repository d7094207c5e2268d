"""By the openssl of this machine; nothing here is a stand-in."""

import time
from pathlib import Path

import pytest

from sipforge.infra.certificates import CertificateError, check_supplied, main, read_certificate
from tests.unit.certificate import make_certificate

PAST = ("20200101000000Z", "20210101000000Z")
FUTURE = ("20900101000000Z", "20910101000000Z")


def test_what_is_in_one(tmp_path: Path) -> None:
    path, _ = make_certificate(tmp_path, days=90)
    found = read_certificate(path)
    assert (found.subject, found.issuer, found.names) == (
        "CN=pbx.example",
        "CN=pbx.example",
        ("pbx.example",),
    )
    assert found.days_left(time.time()) == 89
    assert len(found.fingerprint) == 95


def test_a_good_one_is_taken_with_or_without_more_behind_it(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    other, _ = make_certificate(tmp_path, "other.example")
    check_supplied(certificate, key, time.time())
    certificate.write_text(certificate.read_text() + other.read_text())
    check_supplied(certificate, key, time.time())


def refused(certificate: Path, key: Path) -> str:
    with pytest.raises(CertificateError) as caught:
        check_supplied(certificate, key, time.time())
    said = str(caught.value)
    assert "\n" not in said
    return said


def test_one_that_has_expired(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, begins=PAST[0], ends=PAST[1])
    assert refused(certificate, key) == f"{certificate}: the certificate has expired, on 2021-01-01"


def test_one_that_is_not_valid_yet(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, begins=FUTURE[0], ends=FUTURE[1])
    assert refused(certificate, key) == f"{certificate}: the certificate is not valid yet, before 2090-01-01"


def test_another_ones_key(tmp_path: Path) -> None:
    certificate, _ = make_certificate(tmp_path)
    _, key = make_certificate(tmp_path, "other.example")
    assert refused(certificate, key) == f"{key}: the key does not fit the certificate {certificate}"


def test_what_is_no_certificate_no_key_or_not_there(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    nothing, missing = tmp_path / "nothing", tmp_path / "missing"
    nothing.write_text("nothing\n")
    assert refused(nothing, key) == f"{nothing}: is not a certificate in PEM"
    assert refused(certificate, nothing) == f"{nothing}: is not a private key in PEM without a password"
    assert refused(missing, key) == f"{missing}: cannot be read: No such file or directory"
    assert refused(certificate, missing) == f"{missing}: cannot be read: No such file or directory"


def test_the_playbook_gets_a_sentence_and_an_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, key = make_certificate(tmp_path)
    assert main([str(certificate), str(key)]) == 0
    assert main([str(certificate), ""]) == 1
    assert main([str(key), str(key)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "certificates_certificate and certificates_key go together: one is empty",
        f"{key}: is not a certificate in PEM",
    ]
