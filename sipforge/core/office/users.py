"""Office telephone users and the three Asterisk files that describe them, as pure text.

Rules:
- Each user has one extension (`sipforge.core.office.extensions`), which is also the SIP user name.
- A name or a secret that could change the meaning of a line of Asterisk configuration is refused, not
  escaped: Asterisk's files share a syntax but not an escape (`;` starts a comment everywhere, `,` divides
  voicemail.conf, `"` ends a caller id), so an allow-list is the one rule that holds in all three.
- The same users always give the same bytes, by extension, so that a file is written only if it differs.

The files refer to templates (`sipforge-endpoint`, `sipforge-auth`, `sipforge-aor`) and to a dialplan
subroutine (`sub-user`) that the host's own configuration defines.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sipforge.core.office.extensions import check_user

NAME_BYTES = 64
"""app_voicemail keeps 80 bytes of a name; UTF-8 cut in the middle is not text."""
SECRET_MINIMUM = 12
SECRET_MAXIMUM = 128

PJSIP_FILE = "sipforge_pjsip_users.conf"
VOICEMAIL_FILE = "sipforge_voicemail_users.conf"
EXTENSIONS_FILE = "sipforge_extensions_users.conf"

_NAME_MARKS = frozenset(" .'-_&/+#")
_SECRET_CHARACTERS = frozenset(string.ascii_letters + string.digits + "!#$%&()*+-./:=?@^_{|}~")
_HEADER = "; Written by sipforge: changes made here are lost. See: sipforge user --help\n"


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

    def __post_init__(self) -> None:
        check_user(self.extension)
        check_name(self.name, self.extension)
        check_secret(self.secret, self.extension)

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


def render(users: Iterable[User]) -> Mapping[str, str]:
    """The text of each Asterisk file: file name → content, users in order of extension."""
    ordered = sorted(users, key=lambda user: user.extension)
    return {
        PJSIP_FILE: _HEADER + "".join(map(_pjsip, ordered)),
        VOICEMAIL_FILE: _HEADER + "[default]\n" + "".join(map(_mailbox, ordered)),
        EXTENSIONS_FILE: _HEADER + "".join(map(_dialplan, ordered)),
    }


def _pjsip(user: User) -> str:
    extension = user.extension
    return (
        f"\n[{extension}](sipforge-endpoint)\n"
        "type=endpoint\n"
        f"auth={extension}\n"
        f"aors={extension}\n"
        f'callerid="{user.name}" <{extension}>\n'
        f"mailboxes={extension}@default\n"
        f"\n[{extension}](sipforge-auth)\n"
        "type=auth\n"
        "auth_type=userpass\n"
        f"username={extension}\n"
        f"password={user.secret}\n"
        f"\n[{extension}](sipforge-aor)\n"
        "type=aor\n"
    )


def _mailbox(user: User) -> str:
    # No PIN: a mailbox is opened from its owner's own telephone, which has given its SIP password.
    return f"{user.extension} => ,{user.name}\n"


def _dialplan(user: User) -> str:
    extension = user.extension
    return (
        f"exten => {extension},1,Gosub(sub-user,s,1({extension}))\n"
        f"exten => {extension},hint,PJSIP/{extension}\n"
    )
