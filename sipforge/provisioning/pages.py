"""What a person reads who opens a telephone's address in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

OPEN: Final = (
    "This link sets up the telephone app Linphone, once. It does nothing in a browser, and is still good: "
    "in Linphone, choose to scan a QR code, or paste this address as the remote provisioning address."
)
UNKNOWN: Final = "There is no such link. Ask the administrator of your telephones for a new one."
TOO_MANY: Final = "Too many requests. Wait a minute, then try again."
TROUBLE: Final = "This server has trouble with its files: see the log of sipforge-provisioning."
_WHY: Final[Mapping[str, str]] = {
    "used": "This link has been used, and is good once only.",
    "expired": "This link has expired.",
    "replaced": "This link was replaced by a newer one.",
}


def gone(extension: str, why: str) -> str:
    """What to do about a link that was good once."""
    told = _WHY.get(why, "This link is no longer good.")
    return f"{told} Ask the administrator of your telephones for a new one (sipforge user qr {extension})."


def page(text: str) -> str:
    """A page of HTML that says one thing; it fetches nothing."""
    return (
        '<!doctype html>\n<html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>SipForge</title>'
        '<body style="font:1.2em sans-serif;max-width:32em;margin:3em auto;padding:0 1em">'
        f"<p>{escape(text)}</p>\n"
    )
