"""Groups, menus, opening hours and the office's own codes, for extensions.conf."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sipforge.core.office.asterisk.dialplan import context, extension, goto
from sipforge.core.office.groups import Group, Ring
from sipforge.core.office.hours import DAYS, Hours
from sipforge.core.office.menus import Menu
from sipforge.core.office.office import Office
from sipforge.core.office.shortcuts import Shortcut

PROMPTS: Final = "/var/lib/sipforge/prompts"
READINGS: Final = 2
"""How often a menu is said to who presses nothing."""
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def numbers(office: Office) -> str:
    """All of them."""
    plan = office.plan
    doors = [line for group in plan.groups for line in _group(group)]
    doors += [
        line for menu in plan.menus for line in extension(menu.extension, f"Goto(menu-{menu.name},s,1)")
    ]
    menus = [context(f"menu-{menu.name}", _menu(menu)) for menu in plan.menus]
    times = [context(f"hours-{hours.name}", _hours(hours)) for hours in plan.hours]
    codes = [line for code in plan.codes for line in _shortcut(code)]
    return context("numbers", doors) + context("shortcuts", codes) + "".join(menus) + "".join(times)


def _shortcut(code: Shortcut) -> Iterator[str]:
    yield from extension(code.name, f"Goto(office,{code.to},1)" if code.is_outside else goto(code.place))


def prompt_name(menu: Menu, *, closed: bool = False) -> str:
    """Name of a menu's prompt, in the folder of each assistant that says it."""
    return f"menu-{menu.name}{'-closed' if closed else ''}"


def _group(group: Group) -> Iterator[str]:
    steps = ["Gosub(sub-ringing,s,1)"]
    if group.ring is Ring.ALL:
        steps += ["Set(RING=)"]
        steps += [f"Gosub(sub-member,s,1({member}))" for member in group.members]
        steps += [f"Gosub(sub-ring,s,1(${{RING}},{group.seconds}))"]
    else:
        count = len(group.members)
        turn = f"group-turn/{group.name}"
        if group.ring is Ring.ROTATE:
            steps += [
                f"Set(TURN=$[0${{DB({turn})}} % {count}])",
                f"Set(DB({turn})=$[(${{TURN}} + 1) % {count}])",
            ]
        else:
            steps += ["Set(TURN=0)"]
        steps += ["Set(TRIED=0)", "Goto(m${TURN})"]
        for index, member in enumerate(group.members):
            steps += [
                f"m{index}: Set(RING=)",
                f"Gosub(sub-member,s,1({member}))",
                f"Gosub(sub-ring,s,1(${{RING}},{group.seconds}))",
                "Set(TRIED=$[${TRIED} + 1])",
                f"GotoIf($[${{TRIED}} >= {count}]?last)",
            ]
        steps += ["Goto(m0)"]
    yield from extension(group.extension, *steps, f"last: {goto(group.last)}")


def _menu(menu: Menu) -> Iterator[str]:
    steps = ["Answer()", "Wait(0.5)", "Set(TIMEOUT(digit)=3)"]
    if menu.hours:
        steps += [f"Gosub(hours-{menu.hours},s,1)", 'GotoIf($["${GOSUB_RETVAL}" = "closed"]?closed)']
    steps += [f"Set(READINGS={READINGS})"]
    name = prompt_name(menu)
    steps += [
        f"{'say: ' if index == 0 else ''}Background({PROMPTS}/{language}/{name})"
        for index, language in enumerate(menu.says)
    ]
    # It goes on to what follows it, where there is something, rather than to t.
    steps += ["WaitExten(5)", "Goto(t,1)"]
    # What is said out of hours, or only where the call goes.
    steps += [
        f"{'closed: ' if index == 0 else ''}Playback({PROMPTS}/{language}/{prompt_name(menu, closed=True)})"
        for index, language in enumerate(menu.closed_says)
    ]
    steps += [f"{'' if menu.closed_says else 'closed: '}{goto(menu.after_hours)}"]
    yield from extension("s", *steps)
    yield from extension(
        "t", "Set(READINGS=$[${READINGS} - 1])", "GotoIf($[${READINGS} > 0]?s,say)", goto(menu.after_silence)
    )
    yield from extension("i", "Goto(t,1)")
    for key, destination in menu.by_key.items():
        yield from extension(key, goto(destination))


def _hours(hours: Hours) -> Iterator[str]:
    steps = []
    for day in hours.closed:
        month = _MONTHS[int(day[-5:-3]) - 1]
        if len(day) == 5:
            steps.append(f"GotoIfTime(*,*,{int(day[-2:])},{month}?closed)")
        else:
            steps.append(f'GotoIf($["${{STRFTIME(${{EPOCH}},,%Y-%m-%d)}}" = "{day}"]?closed)')
    for interval in hours.intervals:
        # Asterisk's end is the last minute that still counts.
        last = interval.end_minute - 1
        times = f"{_clock(interval.start_minute)}-{_clock(last)}"
        days = "&".join(DAYS[day] for day in interval.days)
        steps.append(f"GotoIfTime({times},{days},*,*?open)")
    yield from extension("s", *steps, "closed: Return(closed)", "open: Return(open)")


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
