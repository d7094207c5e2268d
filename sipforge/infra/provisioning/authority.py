"""The host's own certificate authority, as people are told of it."""

from __future__ import annotations

import hashlib
import ssl
from pathlib import Path


class AuthorityError(Exception):
    """A file holds no certificate, or cannot be read; the message names it."""


def fingerprint(path: Path) -> str | None:
    """SHA-256 of a PEM file's first certificate, AB:CD:..., as telephones show it; None without a file.

    Raises:
        AuthorityError: see there.
    """
    try:
        text = path.read_text(encoding="ascii")
        mark = "-----END CERTIFICATE-----"
        body = text[text.index("-----BEGIN CERTIFICATE-----") : text.index(mark) + len(mark)]
        digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(body)).hexdigest().upper()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AuthorityError(f"{path}: {error.strerror or error}") from error
    except ValueError as error:
        raise AuthorityError(f"{path}: is not a PEM certificate") from error
    return ":".join(digest[place : place + 2] for place in range(0, len(digest), 2))
