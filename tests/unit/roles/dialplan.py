"""A dialplan as its contexts, to be asked where calls go: the role's template with the files of an office."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import jinja2

TEMPLATES = Path(__file__).parents[3] / "roles" / "asterisk" / "templates"
# As both the template and the program write them.
_LINE = re.compile(r"(?:exten => ([^,]+),(1|hint)|same => n)(?:\(([\w-]+)\))?,(.*)")
_CALLS = re.compile(r"\b(Goto|Gosub|GotoIf|GotoIfTime|ExecIf)\(")


def rendered(**values: object) -> str:
    """The template, as the role would write it."""
    defaults = {
        "asterisk_ring_seconds": 20,
        "asterisk_outside_ring_seconds": 60,
        "asterisk_operator": "1000",
        "asterisk_front_desk": "",
        "__asterisk_wideband": True,
        "__asterisk_ports": {"agi": 4001, "audiosocket": 4002},
        "asterisk_assistants": {"english": {"extension": "2000"}, "kinyarwanda": {"extension": "3000"}},
    }
    environment = jinja2.Environment(trim_blocks=True, undefined=jinja2.StrictUndefined, autoescape=True)
    template = environment.from_string((TEMPLATES / "extensions.conf.j2").read_text(encoding="utf-8"))
    return template.render(defaults | values)


def with_office(template: str, office: str) -> str:
    """Both in one, where the template includes the office's own file."""
    line = "#tryinclude sipforge_extensions_users.conf\n"
    assert line in template
    return template.replace(line, office)


class Step(NamedTuple):
    """One priority."""

    label: str
    does: str


@dataclass
class Context:
    """One section."""

    extensions: dict[str, list[Step]] = field(default_factory=dict)
    includes: list[str] = field(default_factory=list)


def parse(text: str) -> dict[str, Context]:
    """All contexts. Sections that are none ([general], [globals]) are left out."""
    contexts: dict[str, Context] = {}
    context, steps = Context(), list[Step]()
    for raw in text.splitlines():
        line = raw.partition(";")[0].strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            context = contexts.setdefault(line[1:-1], Context())
        elif line.startswith("include => "):
            context.includes.append(line.removeprefix("include => "))
        elif match := _LINE.fullmatch(line):
            if match[1]:
                steps = context.extensions.setdefault(match[1], [])
            if match[2] != "hint":
                steps.append(Step(match[3] or "", match[4]))
        else:
            assert " = " in line, line
    return {name: one for name, one in contexts.items() if name not in ("general", "globals")}


class Target(NamedTuple):
    """Where a step may lead: context, extension, label or priority; empty: the same one."""

    context: str
    extension: str
    label: str


def targets(does: str) -> Iterator[Target]:
    """Of one step, with those that stand within its arguments."""
    for match in _CALLS.finditer(does):
        inner = _inside(does, match.end())
        if match[1] in ("Goto", "Gosub"):
            yield _target(inner)
        elif match[1] in ("GotoIf", "GotoIfTime"):
            yield from (_target(one) for one in inner.rpartition("?")[2].split(":") if one)
    for pattern in (r"[FU]\(([\w-]+)\^(\S*?)\^(\w+)", r"hangup_handler_push\)=([\w-]+),(\w+),(1)"):
        yield from (Target(*match.groups()) for match in re.finditer(pattern, does) if "sub-" not in match[1])


def _inside(text: str, start: int) -> str:
    depth = 1
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return text[start:index]
    raise AssertionError(f"a bracket is not closed: {text}")


def _target(text: str) -> Target:
    parts = re.sub(r"\(.*\)$", "", text).split(",")
    return Target(*([""] * (3 - len(parts)) + parts))


def find(contexts: dict[str, Context], name: str, extension: str) -> list[Step] | None:
    """The steps of an extension that is dialled in a context or in what that includes, as Asterisk chooses:
    itself, or the pattern that is the narrowest from the left."""
    context = contexts[name]
    there = {known: steps for known, steps in context.extensions.items() if steps}
    if extension in there:
        return there[extension]
    patterns = sorted((known for known in there if known.startswith("_")), key=_width)
    for known in patterns:
        if pattern(known).fullmatch(extension):
            return there[known]
    inner = (find(contexts, one, extension) for one in context.includes if one in contexts)
    return next((steps for steps in inner if steps), None)


_CLASSES = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*"}


def _parts(known: str) -> list[str]:
    parts = re.findall(r"\[[^]]*\]|.", known[1:])
    return [part if len(part) > 1 else _CLASSES.get(part, re.escape(part)) for part in parts]


def _width(known: str) -> list[int]:
    everything = [chr(code) for code in range(33, 127)]
    return [
        200 + len(part) if part in (".+", ".*") else sum(bool(re.fullmatch(part, one)) for one in everything)
        for part in _parts(known)
    ]


def pattern(known: str) -> re.Pattern[str]:
    """An extension's pattern as a regular expression."""
    return re.compile("".join(_parts(known)))
