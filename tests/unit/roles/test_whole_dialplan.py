"""The template with the files of an office: all that a call is sent to is there, and is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator

import jinja2
import pytest

from sipforge.core.office.announcements import Announcement
from sipforge.core.office.codes import CODES, SERVICES, Code
from tests.unit.core.office.example import rendered as office
from tests.unit.roles.dialplan import TEMPLATES, Context, Step, find, parse, rendered, targets, with_office

ELSEWHERE = {"parkedcalls"}
"""Contexts that a module makes."""
ASKED = {"${SIPFORGE_ACTION}"}
"""Where the orchestrator says: tests/unit/roles/test_dialplan.py has that those are there."""
APPLICATIONS = {
    "core": "Answer Background Goto GotoIf GotoIfTime Hangup Progress Ringing Set Wait WaitExten",
    "app_confbridge": "ConfBridge",
    "app_dial": "Dial",
    "app_directed_pickup": "Pickup PickupChan",
    "app_echo": "Echo",
    "app_exec": "ExecIf",
    "app_playback": "Playback",
    "app_record": "Record",
    "app_stack": "Gosub Return StackPop",
    "app_system": "TrySystem",
    "app_userevent": "UserEvent",
    "app_verbose": "Log",
    "app_voicemail": "VoiceMail VoiceMailMain",
    "res_agi": "AGI",
}
FUNCTIONS = {
    "chan_pjsip": "PJSIP_DIAL_CONTACTS",
    "func_callerid": "CALLERID CONNECTEDLINE",
    "func_cdr": "CDR CDR_PROP",
    "func_channel": "CHANNEL",
    "func_cut": "CUT",
    "func_db": "DB DB_DELETE",
    "func_devstate": "DEVICE_STATE",
    "func_dialplan": "DIALPLAN_EXISTS",
    "func_groupcount": "GROUP GROUP_COUNT",
    "func_logic": "IF",
    "func_strings": "FILTER LEN STRFTIME",
    "func_timeout": "TIMEOUT",
}
"""Module → what it brings, of what is used."""


@pytest.fixture(scope="module")
def text() -> str:
    return with_office(rendered(asterisk_operator="1001"), office()["extensions_users"])


@pytest.fixture(scope="module")
def dialplan(text: str) -> dict[str, Context]:
    return parse(text)


def steps(dialplan: dict[str, Context]) -> Iterator[tuple[str, str, Step]]:
    for name, context in dialplan.items():
        for extension, found in context.extensions.items():
            yield from ((name, extension, step) for step in found)


def test_every_context_that_is_included_is_there(dialplan: dict[str, Context]) -> None:
    included = {one for context in dialplan.values() for one in context.includes}
    assert included - ELSEWHERE <= dialplan.keys()


def test_everything_that_a_call_is_sent_to_is_there(dialplan: dict[str, Context]) -> None:
    for name, extension, step in steps(dialplan):
        for target in targets(step.does):
            where = f"[{name}] {extension}: {step.does} → {target}"
            if target.context in ASKED:
                continue
            context = target.context or name
            if "${" in context:
                # Such as outside-format-TRUNK: one at least, for each thing of that name.
                assert any(one.startswith(context.partition("${")[0]) for one in dialplan), where
                continue
            assert context in dialplan, where
            if "${" in target.extension or "${" in target.label:
                continue
            wanted = target.extension or extension
            found = dialplan[context].extensions.get(wanted) or find(dialplan, context, wanted)
            assert found, where
            assert target.label == "1" or target.label in {one.label for one in found}, where


def test_every_context_that_is_asked_about_is_there(text: str, dialplan: dict[str, Context]) -> None:
    asked = set(re.findall(r"DIALPLAN_EXISTS\(([\w-]+)", text))
    assert {"inside", "outside-number", "outside-class", "outside-allowed-"} <= asked
    for name in asked:
        assert any(one == name or (name.endswith("-") and one.startswith(name)) for one in dialplan), name


def test_labels_that_are_counted_to_are_all_there(dialplan: dict[str, Context]) -> None:
    """Goto(m${TURN}) of a group."""
    for extension, members in (("4002", 2), ("4003", 2)):
        found = {step.label for step in dialplan["numbers"].extensions[extension]}
        assert found == {"", "last", *(f"m{number}" for number in range(members))}


def test_no_extension_is_there_twice_in_a_context(text: str) -> None:
    for section in text.split("\n[")[1:]:
        first = re.findall(r"^exten => ([^,]+),(1|hint)[,(]", section, re.MULTILINE)
        assert sorted(set(first)) == sorted(first), section[:40]


def test_no_call_falls_off_the_end_of_its_steps(dialplan: dict[str, Context]) -> None:
    """Asterisk would go on where the call came from, or hang up without a reason."""
    ends = r"(Hangup|Goto|Return|Gosub)\(.*\)|Hangup"
    for name, context in dialplan.items():
        for extension, found in context.extensions.items():
            if found and not (name.startswith("menu-") and extension == "s"):
                assert re.fullmatch(ends, found[-1].does), (name, extension, found[-1])


def test_every_announcement_is_one(text: str) -> None:
    said = re.findall(r"\bsay,s,1\((\w+|\$\{IF.*\})\)", text)
    # Of a choice, each word that is one of its ends.
    words = {end for one in said for end in re.findall(r"(?:^|[?:])([a-z_]+)", one)}
    assert len(words) >= 9
    assert words <= {one.value for one in Announcement}
    recorded = {Announcement.RECORDING.value} if "/recording\n" in text else set()
    assert words | recorded == {one.value for one in Announcement}


def modules() -> set[str]:
    template = jinja2.Environment(autoescape=True).from_string((TEMPLATES / "modules.conf.j2").read_text())
    return set(re.findall(r"^load = (\w+)\.so$", template.render(__asterisk_extra_modules=[]), re.MULTILINE))


def bringer(table: dict[str, str]) -> dict[str, str]:
    return {name: module for module, names in table.items() for name in names.split()}


def test_every_application_is_loaded(dialplan: dict[str, Context]) -> None:
    known, loaded = bringer(APPLICATIONS), modules() | {"core"}
    used = set()
    for _, _, step in steps(dialplan):
        used.add(re.match(r"\w+", step.does)[0])  # type: ignore[index]
        used |= set(re.findall(r"ExecIf\(.*?\]\?(\w+)\(", step.does))
    assert used == known.keys()
    assert {known[name] for name in used} <= loaded


def test_every_function_is_loaded(text: str) -> None:
    known, loaded = bringer(FUNCTIONS), modules()
    used = set(re.findall(r"\$\{([A-Z][A-Z_]+)\(|\bSet\((?:__)?([A-Z][A-Z_]+)\(", text))
    names = {one or other for one, other in used}
    assert names == known.keys()
    assert {known[name] for name in names} <= loaded


@pytest.mark.parametrize("code", [code for code in CODES if not code.during_call], ids=lambda code: code.keys)
def test_every_code_and_service_can_be_dialled(dialplan: dict[str, Context], code: Code) -> None:
    keys = code.keys.replace(" EXT", "1001").replace(" NUMBER", "1001")
    for dialled in keys.split("-"):
        if not dialled.startswith("7"):  # the slots are the module's
            found = find(dialplan, "office", dialled)
            assert found, dialled
            assert found != find(dialplan, "unknown", dialled), dialled


def test_an_emergency_number_is_no_service(dialplan: dict[str, Context]) -> None:
    assert not {"112", "912", "911", "999"} & SERVICES.keys()
    for number in ("112", "912"):
        assert "outside-emergency,s,1" in find(dialplan, "office", number)[1].does  # type: ignore[index]
    without = parse(rendered())
    assert "outside-emergency,no-line,1" in find(without, "office", "112")[0].does  # type: ignore[index]


@pytest.mark.parametrize(
    ("dialled", "leads"),
    [
        ("1001", "sub-user"),
        ("4001", "sub-ringing"),
        ("5000", "menu-main"),
        ("*55", "inside,1001,1"),
        ("0788123456", "outside-call"),
        ("+250788123456", "outside-call"),
        ("1999", "no_such_number"),
        ("9", "no_such_number"),
        ("*44", "no_such_number"),
        ("aline", "no_such_number"),
    ],
)
def test_what_a_telephone_dials_leads_there(dialplan: dict[str, Context], dialled: str, leads: str) -> None:
    found = find(dialplan, "office", dialled)
    assert found is not None
    assert any(leads in step.does for step in found)


def test_a_stranger_reaches_no_code_service_or_line(dialplan: dict[str, Context]) -> None:
    """What comes in by a trunk goes where the office's rules say, and those lead inside alone."""
    for name in ("from-trunk-carrier", "from-trunk-gsm"):
        assert dialplan[name].includes == []
        for found in dialplan[name].extensions.values():
            for step in found:
                for target in targets(step.does):
                    assert target.context in ("sub-arrival", "inside", "mailbox", "nobody")
    for dialled in ("*97", "600", "801", "0788123456", "112", "+250788123456"):
        assert find(dialplan, "inside", dialled) is None
