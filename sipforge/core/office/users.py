"""Office telephone users.

Rules: - Each user has one extension (`sipforge.core.office.extensions`), which is also the SIP user name. - A
name, a secret or an address that could change the meaning of a line of Asterisk configuration is refused, not
  escaped: Asterisk's files share a syntax but not an escape (`;` starts a comment everywhere, `,` divides
  voicemail.conf, `"` ends a caller id), so an allow-list is the one rule that holds in all of them.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from sipforge.core.office.extensions import check_user, is_name

NAME_BYTES = 64
"""app_voicemail keeps 80 bytes of a name; UTF-8 cut in the middle is not text."""
SECRET_MINIMUM = 12
SECRET_MAXIMUM = 128

_NAME_MARKS = frozenset(" .'-_&/+#")
_SECRET_CHARACTERS = frozenset(string.ascii_letters + string.digits + "!#$%&()*+-./:=?@^_{|}~")
# It is handed to a mailer, where a dash in front would be an option.
_EMAIL = re.compile(r"(?=.{1,254}$)[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Encryption(Enum):
    """Whether a telephone's calls are encrypted: SIP over TLS, RTP by SRTP (SDES, RFC 4568)."""

    REQUIRED = "required"
    """A telephone that does not is refused."""
    OFFERED = "offered"
    """It is, where the telephone does."""
    OFF = "off"


class UserError(ValueError):
    """A user that cannot be: the message says which key, of whom, and what is allowed."""


@dataclass(frozen=True, slots=True)
class User:
    """One telephone user. Checked when made, so that every User can be written to Asterisk's files.

    Raises:
        ValueError: the extension is no user's.
        UserError: the name or the secret is not allowed.
    """

    extension: str
    """What others dial, and the SIP user name."""
    name: str
    """Shown to the person called; at most 64 bytes of UTF-8."""
    secret: str
    """SIP password, 12 to 128 ASCII characters."""
    outside: str = ""
    """Class of what may be rung outside (`outside_numbers.Outside`); empty: the office's default."""
    email: str = ""
    """Where messages are sent to; empty: nowhere."""
    encryption: Encryption | None = None
    """None: the office's."""

    def __post_init__(self) -> None:
        check_user(self.extension)
        check_name(self.name, self.extension)
        check_secret(self.secret, self.extension)
        if self.outside and not is_name(self.outside):
            raise UserError(f"outside of {self.extension}: {self.outside!r} is no name of a class")
        if self.email and not _EMAIL.fullmatch(self.email):
            raise UserError(
                f"email of {self.extension}: {self.email!r} is no address, such as aline@office.example"
            )

    def __repr__(self) -> str:
        return f"User(extension={self.extension!r}, name={self.name!r})"  # never the secret: reprs reach logs


def check_name(name: str, extension: str) -> None:
    """Refuse a name that Asterisk's files could not carry.

    Raises:
        UserError: empty, too long, space at an end, or a character that is not allowed.
    """
    where = f"name of {extension}"
    if not name:
        raise UserError(f"{where}: is empty")
    if name != name.strip():
        raise UserError(f"{where}: begins or ends with white space")
    if len(name.encode("utf-8", "surrogatepass")) > NAME_BYTES:
        raise UserError(f"{where}: is longer than {NAME_BYTES} bytes")
    for character in name:
        # Letters, the marks that combine with them, and decimal digits of any script.
        if character not in _NAME_MARKS and unicodedata.category(character)[0] not in "LMN":
            raise UserError(
                f"{where}: {character!r} is not allowed; "
                f"use letters, digits, spaces and {_marks(_NAME_MARKS)}"
            )


def check_secret(secret: str, extension: str) -> None:
    """Refuse a secret that is too short, too long, or that Asterisk's files could not carry.

    The message never shows the secret, nor the character that is wrong with it.

    Raises:
        UserError: see above.
    """
    where = f"secret of {extension}"
    if not SECRET_MINIMUM <= len(secret) <= SECRET_MAXIMUM:
        raise UserError(f"{where}: must be {SECRET_MINIMUM} to {SECRET_MAXIMUM} characters long")
    if not _SECRET_CHARACTERS.issuperset(secret):
        marks = _marks(_SECRET_CHARACTERS - set(string.ascii_letters + string.digits))
        raise UserError(f"{where}: may hold ASCII letters, digits and {marks} only")


def _marks(characters: Iterable[str]) -> str:
    return " ".join(sorted(character for character in characters if character != " "))
