"""The office as Asterisk's files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from sipforge.core.office.asterisk.files import READ_BY, files
from sipforge.core.office.keeping.described import directory, spoken
from sipforge.core.office.office import Office
from tests.unit.core.office.example import DOCUMENT, USERS, changed, context, office, rendered

EXPECTED = Path(__file__).parent / "rendered"


@pytest.mark.parametrize("name", sorted(path.stem for path in EXPECTED.iterdir()))
def test_the_files_of_the_example(name: str) -> None:
    assert rendered()[name] == (EXPECTED / f"{name}.conf").read_text(encoding="utf-8")


def test_there_are_no_others() -> None:
    assert sorted(rendered()) == sorted(path.stem for path in EXPECTED.iterdir())
    assert files(office()).keys() == READ_BY.keys()


def test_the_same_office_gives_the_same_bytes() -> None:
    assert rendered(users=tuple(reversed(USERS))) == rendered()


def test_an_office_of_nothing_has_all_files_all_the_same() -> None:
    found = files(Office(()))
    assert found.keys() == READ_BY.keys()
    assert all(text.startswith("; Written by sipforge") for text in found.values())
    assert found["sipforge_voicemail_users.conf"].endswith("\n[default]\n")


def test_a_semicolon_begins_no_comment() -> None:
    for text in rendered().values():
        header, _, rest = text.partition("\n")
        assert header.startswith(";")
        assert rest.replace("\\;", "").count(";") == 0


@pytest.mark.parametrize(
    ("transport", "uri"), [("udp", ""), ("tcp", "\\;transport=tcp"), ("tls", "\\;transport=tls")]
)
def test_a_trunk_goes_over_what_was_chosen(transport: str, uri: str) -> None:
    text = rendered(changed("trunks.carrier.transport", transport))["pjsip_trunks"]
    for key in ("contact", "server_uri"):
        assert f"\n{key}=sip:sip.carrier.example:5070{uri}\n" in text
    assert ("\nmedia_encryption=sdes\n" in text) is (transport == "tls")


@pytest.mark.parametrize(
    ("number_format", "abroad", "at_home"),
    [
        ("plus", "+${EXTEN}", "+${EXTEN}"),
        ("digits", "${EXTEN}", "${EXTEN}"),
        ("national", "00${EXTEN}", "0${EXTEN:3}"),
    ],
)
def test_a_carrier_is_given_numbers_as_it_wants_them(number_format: str, abroad: str, at_home: str) -> None:
    lines = context(
        rendered(changed("trunks.gsm.number_format", number_format))["extensions_users"],
        "outside-format-gsm",
    )
    assert lines[0] == f"exten => _X.,1,Return({abroad})"
    assert lines[-1].endswith(f"Return({at_home})")


def test_the_first_trunk_that_is_named_is_tried_first() -> None:
    def order(*names: str) -> list[str]:
        text = rendered(changed("outside.trunks", list(names)))["extensions_users"]
        lines = [line for line in context(text, "outside-lines") if "outside-line,s" in line]
        return [line.partition("1(")[2].partition(",")[0] for line in lines]

    assert order("gsm", "carrier") == ["gsm", "carrier"]
    assert order("gsm") == ["gsm"]
    assert order() == ["carrier", "gsm"]


def test_without_rules_nobody_rings_outside() -> None:
    users = tuple(replace(user, outside="") for user in USERS)
    assert "outside" not in rendered({**DOCUMENT, "outside": {}}, users)["extensions_users"]


def test_a_menu_without_hours_asks_for_none() -> None:
    document = changed("menus.main", {"extension": "5000", "says": {"english": "Hi."}, "keys": {"1": "1001"}})
    lines = "\n".join(context(rendered(document)["extensions_users"], "menu-main"))
    assert "hours" not in lines
    assert "GotoIf($[${READINGS} > 0]?s,say)\n same => n,Gosub(nobody,s,1)" in lines


def test_the_assistants_are_told_who_is_there_and_what_menus_say() -> None:
    assert directory(office()).count("extension") == 3
    assert "s3cret" not in directory(office())
    assert json.loads(spoken(office())) == {
        "english": {"menu-main": "For sales, press 1.", "menu-main-closed": "We are closed."},
        "kinyarwanda": {"menu-main": "Kanda 1."},
    }
