"""Secrets, read from where systemd put them (systemd.exec(5), LoadCredential=).

A service finds them in $CREDENTIALS_DIRECTORY; a tool run by root names the folder they are kept in.
"""

from __future__ import annotations

import os
from pathlib import Path


class CredentialError(Exception):
    """A secret is missing or unreadable; the message says which and where it was looked for."""


def find_credential(name: str) -> str | None:
    """The secret called `name` of this service; None where the host has none.

    Raises:
        CredentialError: it is there, but unreadable or empty.
    """
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if not given or not (Path(given) / name).exists():
        return None
    return read_credential(name)


def credential_path(name: str) -> Path:
    """Where systemd put this service's secret called `name`, for a library that reads the file itself.

    Raises:
        CredentialError: no folder is known, or there is no such file in it.
    """
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    if not given:
        raise CredentialError(f"secret {name!r}: not started by systemd with LoadCredential={name}")
    path = Path(given) / name
    if not path.is_file():
        raise CredentialError(f"secret {name!r}: there is no {path}")
    return path


def read_credential(name: str, directory: Path | None = None) -> str:
    """The secret called `name`, without surrounding white space.

    Args:
        name: file name, such as "jwt-key".
        directory: folder to read from; None means the one systemd gave this service.

    Raises:
        CredentialError: no folder is known, or the file is missing, unreadable or empty.
    """
    if directory is None:
        given = os.environ.get("CREDENTIALS_DIRECTORY")
        if not given:
            raise CredentialError(f"secret {name!r}: not started by systemd with LoadCredential={name}")
        directory = Path(given)
    try:
        secret = (directory / name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CredentialError(f"secret {name!r}: {directory / name}: {error.strerror}") from error
    if not secret:
        raise CredentialError(f"secret {name!r}: {directory / name} is empty")
    return secret
