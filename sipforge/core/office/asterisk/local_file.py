"""The administrator's own lines for Asterisk, checked so that they can break nothing but themselves.

A whole file is read or refused by Asterisk, so one bad bracket could take every telephone with it. Only plain
lines pass: sections named `local-...`, in a dialplan extensions and includes of such sections, in pjsip.conf
options of telephones and lines. Nothing is included from elsewhere, and nothing runs a program. What Asterisk
would only warn of is refused as well: the next deployment's check takes no warning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sipforge.core.office.reading import OfficeError

TEMPLATES: Final = frozenset(
    {
        *("sipforge-media", "sipforge-endpoint", "sipforge-auth", "sipforge-aor"),
        *("sipforge-endpoint-required", "sipforge-endpoint-offered", "sipforge-endpoint-off"),
        *("sipforge-trunk", "sipforge-trunk-aor", "sipforge-registration"),
    }
)
"""Of pjsip.conf, which sections here may take over. Asterisk refuses the whole file for one that is not."""
TYPES: Final = ("endpoint", "auth", "aor", "identify", "registration")
"""What a section of pjsip.conf can be; others (acl, global, transport) are about all telephones."""
OPEN: Final = "local-office"
"""The section that is there without these files: telephones of the office dial into it."""
LONGEST_LINE: Final = 2000
"""Bytes. Asterisk skips lines over 8,191."""

_SECTION = re.compile(r"\[(local-[a-z0-9-]{1,60})\](?:\(([^()]*)\))?")
_EXTENSION = re.compile(
    r"(?:exten\s*=>?\s*(?P<number>_?[]0-9A-Za-z*#+.![-]{1,79})\s*,\s*(?P<priority>[1-9][0-9]{0,3}|n|hint)"
    r"|same\s*=>?\s*n)(?:\((?P<label>[a-z0-9_-]{1,60})\))?\s*,\s*(?P<does>\S.*)"
)
_APPLICATION = re.compile(r"[A-Za-z][A-Za-z0-9_]*\s*(?:\(.*\))?")
_INCLUDE = re.compile(r"include\s*=>?\s*(local-[a-z0-9-]+)")
_OPTION = re.compile(r"([a-z0-9_]+)\s*=>?\s*(\S.*)")
_PROGRAMS = re.compile(
    r"\b(?:System|TrySystem|SHELL|EAGI|DeadAGI|MixMonitor|ExternalIVR|MusicOnHold|Exec|TryExec|Originate)\s*\("
    # Nor an application whose name is made of variables.
    r"|\}\w*\s*\(|\bExecIf\s*\(.*[?:]\s*\$\{|\bAGI\s*\(\s*(?!agi://)",
    re.IGNORECASE | re.ASCII,
)


def check_dialplan(text: str) -> str:
    """`text`, lines for extensions.conf.

    Raises:
        OfficeError: a line that is none of what the module allows; the message has its number.
    """
    included: dict[str, str] = {}
    sections, taken, last = {OPEN}, set[tuple[str, ...]](), ("", "", 0)
    for place, section, line in _sections(text, frozenset()):
        sections.add(section)
        if not line:
            last = (section, "", 0)
            continue
        where = f"{place}: {line!r}"
        match = _INCLUDE.fullmatch(line)
        if match:
            included.setdefault(match[1], where)
            continue
        match = _EXTENSION.fullmatch(line)
        if match is None:
            raise OfficeError(
                f"{where}: is neither exten => NUMBER,PRIORITY,APPLICATION nor same => n,APPLICATION"
            )
        number, priority = match["number"] or last[1], match["priority"] or "n"
        if priority == "n":
            if number != last[1] or not last[2]:
                raise OfficeError(f"{where}: n follows no priority of that number; begin with 1")
            priority = str(last[2] + 1)
        for one in (priority, f"({match['label']})"):
            if (section, number, one) in taken and one != "(None)":
                raise OfficeError(f"{where}: {number} has {one} already")
            taken.add((section, number, one))
        last = (section, number, 0 if priority == "hint" else int(priority))
        _check_application(where, priority, match["does"])
    for target, where in included.items():
        if target not in sections:
            raise OfficeError(f"{where}: there is no section [{target}] here")
    return text


def check_pjsip(text: str) -> str:
    """The same for pjsip.conf. Its lines may hold passwords: the message has a line's number alone."""
    for where, _, line in _sections(text, TEMPLATES):
        if not line:
            continue
        match = _OPTION.fullmatch(line)
        if match is None:
            raise OfficeError(f"{where}: is no option, such as context = local-office")
        name, value = match[1], match[2]
        if name == "type" and value not in TYPES:
            raise OfficeError(f"{where}: type must be one of {', '.join(TYPES)}")
        if name in ("match_header", "match_request_uri") or (name == "match" and "/" in value):
            raise OfficeError(
                f"{where}: match must be the address of one server; others' telephones would be taken for it"
            )
    return text


def _check_application(where: str, priority: str, does: str) -> None:
    if priority != "hint" and not _APPLICATION.fullmatch(does):
        raise OfficeError(f"{where}: {does!r} is no application, such as Goto(inside,1001,1)")
    if _PROGRAMS.search(does):
        raise OfficeError(f"{where}: runs a program on the server, which is not done from here")
    if does.count("(") != does.count(")") or does.count("{") != does.count("}"):
        raise OfficeError(f"{where}: a bracket is not closed")


def _sections(text: str, templates: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Each line with where it is and its section; an empty line where a section begins."""
    section, seen = "", set(templates)
    for number, line in _lines(text):
        where = f"line {number}"
        match = _SECTION.fullmatch(line)
        if match:
            taken_over = [one.strip() for one in match[2].split(",")] if match[2] is not None else []
            unknown = [one for one in taken_over if one != "!" and one not in seen]
            if unknown:
                raise OfficeError(f"{where}: there is no section {unknown[0]!r} before it to take over")
            section = match[1]
            seen.add(section)
            yield where, section, ""
        elif line.startswith("["):
            raise OfficeError(f"{where}: a section here is named [local-...]")
        elif line.startswith("#"):
            raise OfficeError(f"{where}: nothing may be included from elsewhere")
        elif not section:
            raise OfficeError(f"{where}: stands in no section; begin with [{OPEN}]")
        else:
            yield where, section, line


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """As Asterisk divides them: by line feeds alone, with blanks that are ASCII alone."""
    for number, ended in enumerate(text.split("\n"), 1):
        raw = ended.removesuffix("\r")
        if not raw.replace("\t", " ").isprintable():
            raise OfficeError(f"line {number}: holds a character that is not text")
        if len(raw.encode(errors="replace")) > LONGEST_LINE:
            raise OfficeError(f"line {number}: is longer than {LONGEST_LINE} bytes")
        if ";--" in raw or "--;" in raw:
            raise OfficeError(f"line {number}: a comment of several lines may hide its end; use ; on each")
        line = re.sub(r"(?<!\\);.*", "", raw).strip(" \t")
        if line:
            yield number, line
