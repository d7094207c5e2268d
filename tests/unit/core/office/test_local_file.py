"""The administrator's own lines: what passes breaks nothing but itself, what could is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sipforge.core.office.asterisk.local_file import TEMPLATES, check_dialplan, check_pjsip
from sipforge.core.office.reading import OfficeError

PJSIP = Path(__file__).parents[4] / "roles" / "asterisk" / "templates" / "pjsip.conf.j2"
DIALPLAN = """\
; The door, and the old number of the front desk.
[local-office]
exten => 55,1,Goto(inside,1001,1)   ; a comment
exten=>_7XX,1,NoOp(a \\; is no comment)
same=>n(again),Dial(PJSIP/${EXTEN}@local-gate,20)
\tsame = n,GotoIf($["${DIALSTATUS}" = "BUSY"]?again)
 same => n,Hangup
exten = 1999,hint,PJSIP/local-door&Custom:x
exten = 1999,1,AGI(agi://127.0.0.1/door)

include => local-night
[local-night](!)
exten => s,1,Playback(tt-monkeys)\r
exten => s,2,Return()
"""
TELEPHONE = """\
[local-door](sipforge-endpoint)
type = endpoint
auth=local-door
aors => local-door
100rel = no
[local-door](!,sipforge-auth)
username = local-door
password = d00r-secret ; its own
[local-door](sipforge-aor)
[local-door-2](local-door)
[local-gate]
type = identify
match = 192.0.2.7
"""


def test_plain_lines_pass_as_they_are() -> None:
    assert check_dialplan(DIALPLAN) == DIALPLAN
    assert check_pjsip(TELEPHONE) == TELEPHONE
    assert check_dialplan("") == check_pjsip("") == ""


def test_the_templates_are_those_that_there_are() -> None:
    there = set(re.findall(r"^\[([a-z-]+)\]\(!", PJSIP.read_text(), re.MULTILINE))
    assert there >= TEMPLATES


@pytest.mark.parametrize(
    "line",
    [
        # Another's section, or one that Asterisk reads otherwise than it looks.
        *(
            "[office]",
            "[local_office]",
            "[LOCAL-office]",
            "[local-]",
            "[local-office",
            "[local-a]b",
            "[[local-a]",
        ),
        *("[local-office](+)", "[local-a](!,+)", "[local-a](sipforge-endpoint", "[local-a](),", " [users]"),
        # Sections that take over what is not there: Asterisk would refuse the file.
        *("[local-a](nobody)", "[local-a](local-later)\n[local-later]", "[local-a]()", "[local-a](!,)"),
        # Files and programs.
        *("#include /etc/passwd", "#tryinclude x.conf", "#exec id", " # include x", "#INCLUDE x"),
        # What hides lines, or looks as if it did.
        *(";-- hidden", "; x ;-- y", "; x --; y", ";--\n[office]\n--;", "[local-a] ;-- x --;"),
        # Characters that Asterisk takes otherwise than this check would.
        *(
            "\x00",
            "; \x0b",
            "; \x0c[office]",
            "; \x1c",
            "; \x85[office]",
            "; \u2028[office]",
            "\u00a0[local-a]",
        ),
        *("\ufeff[local-a]", "; a\rb", "; \x7f", "; " + "x" * 2000, "; " + "é" * 1000),
    ],
    ids=lambda line: ascii(line)[:40],
)
def test_neither_file_takes_what_could_reach_beyond_it(line: str) -> None:
    for check, before in ((check_dialplan, "exten => 55,1,NoOp()"), (check_pjsip, "context = local-office")):
        with pytest.raises(OfficeError, match=r"^line [34]: "):
            check(f"[local-x]\n{before}\n{line}\n")


@pytest.mark.parametrize("check", [check_dialplan, check_pjsip])
def test_lines_stand_in_a_section(check: object) -> None:
    """Asterisk would add them to whatever section was the last before."""
    assert callable(check)
    for line in ("exten => 55,1,NoOp()", "context = office", "nonsense"):
        with pytest.raises(
            OfficeError, match=r"^line 2: .*stands in no section; begin with \[local-office\]"
        ):
            check(f"; mine\n{line}\n")


@pytest.mark.parametrize(
    "line",
    [
        *("exten => 55", "exten => 55,1", "exten => 55,1,", "exten 55,1,NoOp()", "exten =>> 55,1,NoOp()"),
        *("exten += 55,1,NoOp()", "exten == 55,1,NoOp()", "Exten => 55,1,NoOp()", "55,1,NoOp()"),
        *("exten => 55,0,NoOp()", "exten => 55,01,NoOp()", "exten => 55,x,NoOp()", "exten => 55,n+1,NoOp()"),
        *("exten => ,1,NoOp()", "exten => ${SHELL(id)},1,NoOp()", "exten => 5 5,1,NoOp()"),
        *("exten => 55/1001,1,NoOp()", "exten => 5=5,1,NoOp()", f"exten => {'5' * 81},1,NoOp()"),
        *(
            "include => office",
            "include => outside",
            "include => local-nowhere",
            "include => local-x,9-17,*,*,*",
        ),
        *("switch => Realtime/x", "lswitch => x", "eswitch => x", "ignorepat => 9", "autohints = yes"),
        *("exten => 55,1,NoOp(a", "exten => 55,1,NoOp)a(", "exten => 55,1,NoOp(a)b"),
        *("exten => 55,1,NoOp(${A)", "exten => 55,1,${APP}(x)", "exten => 55,1,No-Op()"),
        # Asterisk would only warn of these; the next deployment would then fail.
        *(
            "exten => 56,n,NoOp()",
            "exten => 54,1,NoOp()",
            "exten => 54,1(a),NoOp()",
            "same => n(here),NoOp()",
        ),
        "exten => 55,hint,PJSIP/1\nsame => n,NoOp()",
    ],
    ids=lambda line: ascii(line)[:40],
)
def test_a_dialplan_takes_extensions_and_its_own_sections_alone(line: str) -> None:
    with pytest.raises(OfficeError, match=r"^line [45]: ") as told:
        check_dialplan(f"[local-x]\nexten => 54,1,NoOp()\nsame => n(here),NoOp()\n{line}\n")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("line", ["same => n,NoOp()", "exten => 55,n,NoOp()"])
def test_a_section_begins_with_a_first_priority(line: str) -> None:
    with pytest.raises(OfficeError, match=r"^line 4: .* begin with 1"):
        check_dialplan(f"[local-a]\nexten => 55,1,NoOp()\n[local-b]\n{line}\n")


@pytest.mark.parametrize(
    "does",
    [
        *(
            "System(id)",
            "system( id )",
            "TrySystem(id)",
            "AGI(x.py)",
            "AGI( /bin/x)",
            "AGI(${X})",
            "EAGI(agi://x)",
        ),
        *(
            "DeadAGI(x)",
            "MixMonitor(a.wav,,id)",
            "ExternalIVR(/bin/x)",
            "Set(A=${SHELL(id)})",
            "Set(A=${SHELL (id)})",
        ),
        *("ExecIf(1?System(id))", "Exec(System,id)", "TryExec(System(id))", "ExecIf(1?Sys${X}(id))"),
        *("ExecIf(1?${A}${B})", "ExecIf($[${N} > 0]?NoOp():${A})"),
        *(
            "ExecIf(1?${X}tem(id))",
            "Originate(Local/1,app,System,id)",
            "ExecIf($[1]?NoOp():mixmonitor(a,,b))",
        ),
    ],
)
def test_no_line_runs_a_program(does: str) -> None:
    with pytest.raises(OfficeError, match=r"^line 2: .*runs a program on the server"):
        check_dialplan(f"[local-x]\nexten => 55,1,{does}\n")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        *((f"type = {kind}", "type must be one of endpoint, auth") for kind in ("acl", "global", "system")),
        *(
            (f"type={kind}", "type must be one of endpoint, auth")
            for kind in ("transport", "Endpoint", "aor,acl")
        ),
        ("match = 0.0.0.0/0", "match must be the address of one server"),
        ("match=192.0.2.1,10.0.0.0/8", "match must be the address of one server"),
        ("match_header = To: .*", "match must be the address of one server"),
        ("match_request_uri = .*", "match must be the address of one server"),
        ("allow += opus", "is no option"),
        ("allow", "is no option"),
        ("allow =", "is no option"),
        ("@feature = x", "is no option"),
        ("Type = acl", "is no option"),
    ],
)
def test_pjsip_takes_options_of_its_own_telephones_alone(line: str, why: str) -> None:
    with pytest.raises(OfficeError, match=r"^line 2: ") as told:
        check_pjsip(f"[local-x]\n{line}\n")
    assert why in str(told.value)


@pytest.mark.parametrize(
    "line", ["password hidden-word", "PASSWORD = hidden-word", "password = hidden\x00-word"]
)
def test_a_password_is_not_told(line: str) -> None:
    with pytest.raises(OfficeError) as told:
        check_pjsip(f"[local-x]\n{line}\n")
    assert "hidden" not in str(told.value)
