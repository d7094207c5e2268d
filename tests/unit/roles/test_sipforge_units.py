"""Which service is started from what, and so restarted by a change of it."""

import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).parents[3] / "roles/sipforge/filter_plugins/sipforge_units.py"
spec = importlib.util.spec_from_file_location("sipforge_units", PATH)
assert spec is not None and spec.loader is not None
plugin = importlib.util.module_from_spec(spec)
spec.loader.exec_module(plugin)

ORCHESTRATOR, MONITOR = "sipforge-orchestrator", "sipforge-monitor"
PROVISIONING = "sipforge-provisioning"
ENGLISH, KINYARWANDA, FRENCH = "sipforge-bot@english", "sipforge-bot@kinyarwanda", "sipforge-bot@french"
EVERYBODY = {ORCHESTRATOR, MONITOR, PROVISIONING, ENGLISH, KINYARWANDA, FRENCH}


def office(**changes):
    given = {
        "assistants": {
            "english": {"extension": "2000", "language": "english", "others": ["kinyarwanda", "french"]},
            "kinyarwanda": {
                "extension": "3000",
                "language": "kinyarwanda",
                "other": "english",
                "stt": {"engine": "whisper", "language": "sw"},
                "dialogue": {"engines": ["answers", "pivot"], "pivot": {"model": "nllb"}},
            },
            "french": {
                "extension": "4000",
                "language": "french",
                "dialogue": {"engines": ["openai", "answers"]},
            },
        },
        "office": "Kigali Office",
        "operator": "1000",
        "settings": {
            "orchestrator": {"max_calls": 4},
            "monitor": {"orphan_seconds": 9},
            "openai": {"voice": "a"},
        },
    }
    return {unit["name"]: unit for unit in plugin.sipforge_units(**(given | changes))}


def assistants(name: str, **changes):
    from_office = {
        unit.partition("@")[2]: values["part"]["bots"][unit.partition("@")[2]]
        for unit, values in office().items()
        if "@" in unit
    }
    return from_office | {name: from_office[name] | changes}


def restarted_by(file: str) -> set[str]:
    return {name for name, unit in office().items() if file in unit["files"]}


def changed_by(**changes) -> set[str]:
    before, after = office(), office(**changes)
    return {name for name in after if before[name]["part"] != after[name]["part"]}


@pytest.mark.parametrize(
    ("file", "units"),
    [
        ("/opt/sipforge/installed", EVERYBODY),
        ("/etc/systemd/system/sipforge-orchestrator.service", {ORCHESTRATOR}),
        ("/etc/systemd/system/sipforge-bot@.service", {ENGLISH, KINYARWANDA, FRENCH}),
        ("/etc/sipforge/credentials/jwt-key", EVERYBODY - {MONITOR, PROVISIONING}),
        ("/etc/sipforge/credentials/redis-password", {ORCHESTRATOR}),
        ("/etc/sipforge/credentials/ami-monitor", {MONITOR}),
        ("/etc/sipforge/credentials/ami-orchestrator", {ORCHESTRATOR}),
        ("/etc/asterisk/keys/sipforge.pem", {PROVISIONING}),
        # Kinyarwanda answers from the English file, between translations.
        ("/etc/sipforge/knowledge/english.toml", {ENGLISH, KINYARWANDA}),
        ("/etc/sipforge/knowledge/kinyarwanda.toml", {KINYARWANDA}),
        ("/etc/sipforge/phrases/english.toml", {ENGLISH, KINYARWANDA}),
        ("/etc/sipforge/phrases/kinyarwanda.toml", {KINYARWANDA, ENGLISH}),
        ("/etc/sipforge/phrases/french.toml", {FRENCH, ENGLISH}),
        ("/etc/sipforge/credentials/openai-api-key", {FRENCH}),
        ("/etc/systemd/system/sipforge-bot@.service.d", {FRENCH}),
    ],
)
def test_a_file_restarts_who_reads_it(file, units):
    assert restarted_by(file) == units


@pytest.mark.parametrize(
    ("changes", "units"),
    [
        ({}, set()),
        ({"office": "Another"}, {ENGLISH, KINYARWANDA, FRENCH}),
        ({"operator": "1001"}, {ORCHESTRATOR, ENGLISH, KINYARWANDA, FRENCH}),
        ({"assistants": assistants("english", filler_seconds=2)}, {ENGLISH}),
        ({"assistants": assistants("english", knowledge="another/file.toml")}, set()),
        ({"assistants": assistants("english", max_calls=2)}, {ORCHESTRATOR}),
        (
            {"assistants": assistants("english", extension="2001")},
            {ENGLISH, KINYARWANDA, ORCHESTRATOR, MONITOR},
        ),
        ({"assistants": assistants("kinyarwanda", stt={"language": "rw"})}, {KINYARWANDA, ENGLISH}),
        ({"assistants": assistants("kinyarwanda", tts={"voice": "x"})}, {KINYARWANDA}),
    ],
)
def test_a_setting_restarts_who_reads_it(changes, units):
    assert changed_by(**changes) == units


@pytest.mark.parametrize(
    ("table", "units"),
    [
        ("orchestrator", {ORCHESTRATOR, MONITOR}),
        ("monitor", {MONITOR}),
        ("ami", {ORCHESTRATOR, MONITOR}),
        ("redis", {ORCHESTRATOR}),
        ("provisioning", {PROVISIONING}),
        ("openai", {FRENCH}),
        ("what nobody has heard of", EVERYBODY),
    ],
)
def test_a_table_restarts_who_reads_it(table, units):
    given = {"orchestrator": {"max_calls": 4}, "monitor": {"orphan_seconds": 9}, "openai": {"voice": "a"}}
    assert changed_by(settings=given | {table: {"key": 1}}) == units


def test_a_pivot_that_asks_openai_uses_its_key():
    pivot = {"engines": ["answers", "pivot"], "pivot": {"model": "nllb", "dialogue": "openai"}}
    units = office(assistants=assistants("kinyarwanda", dialogue=pivot))
    assert plugin.OPENAI_KEY in units[KINYARWANDA]["files"]


def test_one_who_answers_alone_does_not_wait_for_others():
    units = office(assistants={"english": {"extension": "2000", "language": "english"}})
    assert [file for file in units[ENGLISH]["files"] if "/knowledge/" in file or "/phrases/" in file] == [
        "/etc/sipforge/phrases/english.toml",
        "/etc/sipforge/knowledge/english.toml",
    ]


def test_a_change_of_the_front_desk_restarts_who_reads_it():
    given = {"orchestrator": {"max_calls": 4}, "monitor": {"orphan_seconds": 9}, "openai": {"voice": "a"}}
    assert changed_by(settings={**given, "front_desk": {"extension": "9000"}}) == EVERYBODY - {
        "sipforge-provisioning"
    }
    assert changed_by(settings={**given, "outside": {"assistants_may_ring": ["+250788000000"]}}) == {
        ORCHESTRATOR
    }
