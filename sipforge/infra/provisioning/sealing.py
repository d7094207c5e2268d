"""Content that only who holds a secret can read. Owns: cryptography.

The secret is random, 128 bits or more: it is hashed, not stretched. What is kept beside the content is
another hash of it, so that neither the folder nor a copy of it tells the secret or the content.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from cryptography.fernet import Fernet, InvalidToken

_TOKEN_BYTES = 32


class WrongSecret(Exception):
    """The content was not sealed with this secret, or was changed since."""


def new_token() -> str:
    """A secret that may stand in an address: 43 letters, digits, - and _; 256 bits."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def name_of(secret: str) -> str:
    """What content sealed with this secret is called: 64 hexadecimal digits."""
    return hashlib.sha256(b"name\0" + secret.encode()).hexdigest()


def seal(content: str, secret: str) -> str:
    """The content, encrypted and authenticated, in ASCII."""
    return Fernet(_key(secret)).encrypt(content.encode()).decode()


def unseal(sealed: str, secret: str) -> str:
    """The content.

    Raises:
        WrongSecret: see there.
    """
    try:
        return Fernet(_key(secret)).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise WrongSecret from error


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"key\0" + secret.encode()).digest())
