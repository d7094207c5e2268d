"""How lines of a dialplan are written, and where a destination is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sipforge.core.office.destinations import Destination


def extension(name: str, *steps: str) -> Iterator[str]:
    """An extension's lines: each step an application, or `label: application`."""
    for index, step in enumerate(steps):
        label, colon, application = step.partition(": ")
        if not colon or not label.isalnum():
            label, application = "", step
        begin = f"exten => {name}" if index == 0 else " same => "
        priority = ("," if index == 0 else "") + ("1" if index == 0 else "n")
        yield f"{begin}{priority}{f'({label})' if label else ''},{application}\n"


def context(name: str, lines: Iterable[str]) -> str:
    """A context with its lines; nothing where there are none."""
    text = "".join(lines)
    return f"\n[{name}]\n{text}" if text else ""


def goto(destination: Destination) -> str:
    """The application that sends a call there."""
    if not destination.extension:
        return "Gosub(nobody,s,1)"
    return f"Goto({'mailbox' if destination.mailbox else 'inside'},{destination.extension},1)"
