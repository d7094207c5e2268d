"""Certificates by openssl(1): what is in one, and whether a supplied one is good for a server.

`python -m sipforge.infra.certificates CERTIFICATE KEY` says in a sentence what is wrong with them (exit code
1), and needs no libraries: the playbook asks on the administrator's computer before it changes anything.
"""

from __future__ import annotations

import ssl
import subprocess
import sys
import time
from pathlib import Path

from sipforge.core.certificates import Certificate, parse_certificate

_SECONDS = 10.0


class CertificateError(Exception):
    """A sentence that names the file."""


def read_certificate(path: Path) -> Certificate:
    """The first certificate in a PEM file.

    Raises:
        CertificateError: there is none, or it cannot be read.
    """
    _readable(path)
    asked = ["-subject", "-issuer", "-nameopt", "RFC2253", "-dates", "-fingerprint", "-sha256"]
    text = _openssl(
        ["x509", "-in", str(path), "-noout", *asked, "-ext", "subjectAltName"],
        f"{path}: is not a certificate in PEM",
    )
    try:
        return parse_certificate(text, ssl.cert_time_to_seconds)
    except ValueError as error:
        raise CertificateError(f"{path}: openssl does not say of the certificate: {error}") from error


def check_supplied(certificate: Path, key: Path, now: float) -> None:
    """Refuse what no telephone would accept.

    Args:
        certificate: PEM, the server's own certificate first.
        key: PEM, without a password.
        now: seconds since 1970.

    Raises:
        CertificateError: it has expired, is not valid yet, does not fit the key, or a file is no such thing.
    """
    found = read_certificate(certificate)
    if now >= found.valid_until:
        raise CertificateError(f"{certificate}: the certificate has expired, on {_day(found.valid_until)}")
    if now < found.valid_from:
        raise CertificateError(
            f"{certificate}: the certificate is not valid yet, before {_day(found.valid_from)}"
        )
    _readable(key)
    public = ["x509", "-in", str(certificate), "-noout", "-pubkey"]
    # Without -passin it would ask whoever sits there.
    own = ["pkey", "-in", str(key), "-passin", "pass:", "-pubout"]
    if _openssl(public, f"{certificate}: has no public key") != _openssl(
        own, f"{key}: is not a private key in PEM without a password"
    ):
        raise CertificateError(f"{key}: the key does not fit the certificate {certificate}")


def _day(seconds: float) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def _readable(path: Path) -> None:
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        raise CertificateError(f"{path}: cannot be read: {error.strerror}") from error


def _openssl(arguments: list[str], otherwise: str) -> str:
    """What openssl prints; CertificateError with `otherwise` where it fails."""
    try:
        done = subprocess.run(
            ["openssl", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CertificateError(f"openssl: {error}") from error
    if done.returncode:
        raise CertificateError(otherwise)
    return done.stdout


def main(arguments: list[str]) -> int:
    """See the module."""
    certificate, key = arguments
    try:
        if not certificate or not key:
            raise CertificateError("certificates_certificate and certificates_key go together: one is empty")
        check_supplied(Path(certificate), Path(key), time.time())
    except CertificateError as error:
        print(error)  # noqa: T201  # what the playbook shows
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
