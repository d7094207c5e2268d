"""What both clients of the manager interface send and how they judge an answer: neither library checks."""

from __future__ import annotations

import re
from collections.abc import Mapping

_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, of which CR and LF would end a header and begin another, and what UTF-8 cannot say."""

Headers = Mapping[str, str]


class AmiError(Exception):
    """The interface cannot be reached, refused something, or did not answer in time."""


class AmiUnreachable(AmiError):
    """Nothing listens at the address: Asterisk is not running there."""


def request(name: str, headers: Headers) -> dict[str, str]:
    """The headers of an action, `Action` first.

    Raises:
        AmiError: the action's name, or a header's name or value, has a control character.
    """
    if _UNSENDABLE.search(name):
        raise AmiError(f"{name!r}: an action's name has a control character")
    for header, value in headers.items():
        if _UNSENDABLE.search(header + value):
            raise AmiError(f"{name}: {header!a} has a control character")
    return {"Action": name, **headers}


def accepted(name: str, answer: Headers, body: str = "") -> Headers:
    """The answer to an action; `body` is what followed its headers, the reason where no header gives one.

    Raises:
        AmiError: it says `Response: Error`; the message has Asterisk's words.
    """
    if answer.get("Response") == "Error":
        reason = answer.get("Message", "").strip() or body.strip()
        raise AmiError(f"{name} refused: {reason or 'no reason given'}")
    return answer
