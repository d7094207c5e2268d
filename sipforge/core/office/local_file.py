"""The administrator's own lines for Asterisk, checked so that they can break nothing but themselves.

A whole file is read or refused by Asterisk, so one bad bracket could take every telephone with it. Only plain
lines pass: sections named `local-...`, in a dialplan extensions and includes of such sections, in pjsip.conf
options. Nothing is included from elsewhere, and nothing runs a program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sipforge.core.office.reading import OfficeError

_SECTION = re.compile(r"\[(local-[a-z0-9-]{1,60})\](?:\(([!a-z0-9,-]*)\))?")
_EXTENSION = re.compile(
    r"(?:exten\s*=>?\s*[^,]+,\s*(?:[1-9][0-9]*|n|hint)(?:\([a-z0-9_-]+\))?|same\s*=>?\s*n(?:\([a-z0-9_-]+\))?)\s*,\s*\S.*"
)
_INCLUDE = re.compile(r"include\s*=>?\s*local-[a-z0-9-]+")
_OPTION = re.compile(r"[a-z_]+\s*=>?\s*\S.*")
_PROGRAMS = re.compile(
    r"\b(?:System|TrySystem|SHELL|EAGI|MixMonitor|ExternalIVR|MusicOnHold)\s*\(|\bAGI\s*\(\s*(?!agi://)",
    re.IGNORECASE,
)


def check_dialplan(text: str) -> str:
    """`text`, lines for extensions.conf.

    Raises:
        OfficeError: a line that is none of what the module allows; the message has its number.
    """
    return _checked(text, dialplan=True)


def check_pjsip(text: str) -> str:
    """The same for pjsip.conf."""
    return _checked(text, dialplan=False)


def _checked(text: str, *, dialplan: bool) -> str:
    section, extension = "", False
    for number, line in _lines(text):
        where = f"line {number}: {line!r}"
        match = _SECTION.fullmatch(line)
        if match:
            section, extension = match[1], False
            continue
        if line.startswith("["):
            raise OfficeError(f"{where}: a section here is named [local-...]")
        if line.startswith("#"):
            raise OfficeError(f"{where}: nothing may be included from elsewhere")
        if not section:
            raise OfficeError(f"{where}: stands in no section; begin with [local-office]")
        if not dialplan:
            if not _OPTION.fullmatch(line):
                raise OfficeError(f"{where}: is no option, such as context = local-office")
            continue
        if _INCLUDE.fullmatch(line):
            continue
        if not _EXTENSION.fullmatch(line) or (line.startswith("same") and not extension):
            raise OfficeError(
                f"{where}: is neither exten => NUMBER,PRIORITY,APPLICATION nor same => n,APPLICATION"
            )
        extension = True
        if _PROGRAMS.search(line):
            raise OfficeError(f"{where}: runs a program on the server, which is not done from here")
        if line.count("(") != line.count(")") or line.count("{") != line.count("}"):
            raise OfficeError(f"{where}: a bracket is not closed")
    return text


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, raw in enumerate(text.splitlines(), 1):
        if any(ord(character) < 32 and character != "\t" for character in raw):
            raise OfficeError(f"line {number}: holds a character that is not text")
        if raw.lstrip().startswith(";--"):
            raise OfficeError(f"line {number}: a comment of several lines may hide its end; use ; on each")
        line = re.sub(r"(?<!\\);.*", "", raw).strip()
        if line:
            yield number, line
