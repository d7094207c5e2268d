from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from sipforge.bot.build import make_rules
from sipforge.core.conversation.endpointing import TurnRules
from sipforge.core.conversation.policy.meanings import PolicyRules
from sipforge.engines.runtime.openai_service import OpenAiConfig
from sipforge.infra.settings.assistants import BotSettings, DialogueSettings
from sipforge.infra.settings.host import OpenAISettings, Settings, SettingsError, load_settings

BOT = """
[bots.english]
extension = "2000"
language = "english"
http_port = 8081
phrases = "/p"
knowledge = "/k"
"""


def read(folder: Path, text: str) -> Settings:
    path = folder / "sipforge.toml"
    path.write_text(text)
    return load_settings(path)


def english(folder: Path, text: str) -> BotSettings:
    return read(folder, BOT + text).bots["english"]


def test_one_engine_or_several_in_order(tmp_path: Path) -> None:
    assert english(tmp_path, 'stt = { engine = "whisper-phrases" }').stt.engines == ("whisper-phrases",)
    both = english(tmp_path, 'tts = { engines = ["openai", "piper"], model = "piper-en-joe" }').tts
    assert (both.engines, both.model) == (("openai", "piper"), "piper-en-joe")
    letters = (
        'stt = { engine = "wav2vec2-bert" }\ntts = { engines = ["vits", "espeak"], model = "mms-tts-kin" }'
    )
    assert english(tmp_path, letters).stt.engines == ("wav2vec2-bert",)
    assert english(tmp_path, letters).tts.engines == ("vits", "espeak")
    assert english(tmp_path, "").stt.engines == ("whisper",)
    assert english(tmp_path, "stt = { threads = 2 }").stt.engines == ("whisper",)


def test_answers_come_before_the_model_or_after_it(tmp_path: Path) -> None:
    assert english(tmp_path, 'dialogue = { engines = ["answers", "openai"] }').dialogue.engines == (
        "answers",
        "openai",
    )


@pytest.mark.parametrize("stage", ["stt", "tts"])
@pytest.mark.parametrize("given", ['engine = "openai"', 'engines = ["whisper", "openai"]', "engines = []"])
def test_what_works_without_a_network_comes_last(tmp_path: Path, stage: str, given: str) -> None:
    with pytest.raises(SettingsError, match=rf"bots\.english\.{stage}\.engines"):
        english(tmp_path, f"{stage} = {{ {given} }}")


def test_an_unknown_engine_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"bots\.english\.stt\.engines\.0"):
        english(tmp_path, 'stt = { engines = ["guess", "whisper"] }')


def test_the_table_of_openai_is_what_its_engines_take(tmp_path: Path) -> None:
    names = {field.name for field in dataclasses.fields(OpenAiConfig)}
    assert set(OpenAISettings.model_fields) == names
    assert read(tmp_path, '[openai]\nbase_url = "http://127.0.0.1:1/v1"').openai.base_url.endswith(":1/v1")
    with pytest.raises(SettingsError, match=r"openai\.base_url"):
        read(tmp_path, '[openai]\nbase_url = "api.openai.com"')


def test_a_chat_model_has_no_default_and_must_be_named() -> None:
    assert DialogueSettings().engines == ("answers",)
    with pytest.raises(ValidationError, match=r"needs ctranslate2\.model"):
        DialogueSettings.model_validate({"engines": ["answers", "ctranslate2"]})
    chosen = DialogueSettings.model_validate(
        {"engines": ["answers", "ctranslate2"], "ctranslate2": {"model": "some-chat-model"}}
    )
    assert chosen.ctranslate2.model == "some-chat-model"


PIVOT = {"engines": ["answers", "pivot"], "pivot": {"model": "nllb", "ctranslate2": {"model": "smollm"}}}


def test_a_pivot_needs_both_its_models() -> None:
    chosen = DialogueSettings.model_validate(PIVOT)
    assert (chosen.pivot.language, chosen.pivot.english, chosen.uses_service) == (
        "kin_Latn",
        "eng_Latn",
        False,
    )
    for pivot, problem in (
        ({}, r"needs pivot\.model"),
        ({"model": "nllb"}, r"needs pivot\.ctranslate2\.model, or pivot\.dialogue = openai"),
        ({"model": "nllb", "dialogue": "pivot"}, r"pivot\.dialogue"),
    ):
        with pytest.raises(ValidationError, match=problem):
            DialogueSettings.model_validate({**PIVOT, "pivot": pivot})
    cloud = {"model": "nllb", "dialogue": "openai"}
    assert DialogueSettings.model_validate({**PIVOT, "pivot": cloud}).uses_service
    assert not DialogueSettings.model_validate({"engines": ["answers"], "pivot": cloud}).uses_service


def test_a_pivot_answers_from_another_assistant_s_knowledge(tmp_path: Path) -> None:
    pivot = (
        'dialogue = { engines = ["answers", "pivot"], pivot = { model = "nllb", knowledge_of = "%s",'
        ' ctranslate2 = { model = "smollm" } } }'
    )
    assert english(tmp_path, pivot % "english").dialogue.pivot.knowledge_of == "english"
    with pytest.raises(SettingsError, match=r"pivot\.knowledge_of: there is no bot 'french'"):
        english(tmp_path, pivot % "french")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("run_directory = '/x'", "run_directory: there is no such key"),
        (
            "[orchestrator]\naudiosocket_rate_hz = 16000",
            "orchestrator.audiosocket_rate_hz: there is no such key",
        ),
        (
            "[orchestrator]\nagi_port = 70000",
            "orchestrator.agi_port: Input should be less than or equal to 65535",
        ),
        ("[ami]\nport = 8080", "orchestrator.http_port is the same as ami.port: 8080"),
        (BOT.replace("8081", "4573"), "bots.english.http_port is the same as orchestrator.agi_port: 4573"),
        (
            BOT.replace("2000", "1500"),
            "bots.english.extension: extension '1500': must be a number from 2000 to 9999",
        ),
        (BOT.replace("2000", "\u0662000"), "bots.english.extension: extension '\u0662000': must be"),
        (
            BOT + "departments = { accounts = 'accounts' }",
            "bots.english.departments.accounts: extension 'accounts': must be",
        ),
        (
            BOT + "departments = { taxi = '+250788000000' }",
            "bots.english.departments.taxi: +250788000000 is not in outside.assistants_may_ring",
        ),
        (
            BOT + "departments = { taxi = '0788000000' }",
            "bots.english.departments.taxi: extension '0788000000'",
        ),
        (
            BOT + "[front_desk]\nextension = '2000'\nassistants = ['english']",
            "front_desk.extension is the same",
        ),
        (
            BOT + "[front_desk]\nextension = '9000'\nassistants = []",
            "front_desk.assistants: Tuple should have",
        ),
        (
            BOT + "[front_desk]\nextension = '9000'\nassistants = ['french']",
            "front_desk.assistants: 'french' must be an assistant",
        ),
        (
            BOT
            + BOT.replace("english", "kinyarwanda").replace("2000", "3000").replace("8081", "8082")
            + "[front_desk]\nextension = '9000'\nassistants = ['english', 'kinyarwanda']",
            "front_desk.assistants: kinyarwanda must be in bots.english.others",
        ),
        (
            BOT + "[front_desk]\nextension = '9000'\nassistants = ['english']\nclosed = 'voicemail 4001'",
            "front_desk.closed: 'voicemail 4001': only a user has a mailbox",
        ),
        ("[outside]\nassistants_may_ring = ['112']", "outside.assistants_may_ring.0: String should match"),
        (BOT + "departments = { accounts = '' }", "bots.english.departments.accounts: extension '': must be"),
        (BOT + "operator = '2000'", "bots.english.operator: extension '2000': must be"),
        (BOT.replace('"english"', '"englisch"'), "bots.english.language: there is no language 'englisch'"),
        (BOT.replace('knowledge = "/k"', ""), "bots.english.knowledge: is missing"),
        (BOT + "tts = { engine = 'piper' }", "bots.english.tts: the engine piper needs model"),
    ],
)
def test_a_false_setting_is_refused_by_its_name(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, text)
    assert f"sipforge.toml: {says}" in str(refused.value)


def test_a_number_is_an_extension_too(tmp_path: Path) -> None:
    bot = english(tmp_path, "operator = 1000\ndepartments = { accounts = 1008 }")
    assert (bot.operator, bot.departments) == ("1000", {"accounts": "1008"})


def test_a_threshold_is_what_the_rules_say() -> None:
    bot = {"extension": "2000", "language": "english", "http_port": 1, "phrases": "p", "knowledge": "k"}
    settings = Settings.model_validate({"bots": {"english": bot}})
    rules = make_rules(settings, "english")
    assert (rules.policy, rules.turns) == (PolicyRules(), TurnRules())


def test_a_file_below_another_folder_describes_a_host_there(tmp_path: Path) -> None:
    there = tmp_path / "etc" / "sipforge"
    there.mkdir(parents=True)
    assert read(there, "").bot_socket("x") == tmp_path / "run/sipforge/bot-x/audio.sock"
    assert read(there, "").office_folder == there
    assert read(tmp_path, "").office_folder == Path("/etc/sipforge")


def checked(
    settings: str,
    users: Any = ({"extension": 1000, "name": "A"},),
    operator: str = "1000",
    plan: dict[str, Any] | None = None,
) -> list[str]:
    """What the playbook's check says of an inventory."""
    done = subprocess.run(
        [sys.executable, "-m", "sipforge.infra.settings"],
        input=json.dumps({"settings": settings, "users": users, "operator": operator, "plan": plan or {}}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == bool(done.stdout)
    return done.stdout.splitlines()


def test_a_right_inventory_is_passed_in_silence() -> None:
    assert checked(BOT + "operator = '1000'\n[orchestrator]\nmax_calls = 3") == []


def test_mistakes_are_named_as_the_inventory_has_them() -> None:
    assert checked(
        BOT.replace("8081", "4573")
        + "operator = '2000'\nfoo = 1\ndepartments = { it = 'x' }\n[orchestrator]\nport = 1",
        [{"extension": "1000", "name": "A"}, {"extension": "2001", "name": "B"}],
        "2000",
    ) == [
        "sipforge_users[1]: extension '2001': must be a number from 1000 to 1999",
        "sipforge_operator: 2000 is the extension of no user in sipforge_users",
        "sipforge_settings.orchestrator.port: there is no such key",
        "sipforge_assistants.english.departments.it: extension 'x': must be a number from 1000 to 1999 or"
        " 2000 to 9999, or an outside one such as +250788000000",
        "sipforge_assistants.english.foo: there is no such key",
    ]
    assert checked(BOT.replace("8081", "4573") + "[bots.'x y']")[0].startswith(
        "sipforge_assistants.x y.extension: is"
    )
    assert checked(BOT.replace("8081", "4573")) == [
        "sipforge_assistants.english.http_port is the same as sipforge_settings.orchestrator.agi_port: 4573"
    ]
    assert checked("office = 1.5\nx = 2") == ["sipforge_settings.x: there is no such key"]
    assert checked("office = []") == ["sipforge_office: Input should be a valid string"]
    assert checked("x = [{")[0].startswith("sipforge_settings, sipforge_assistants: a value that")


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({}, []),
        ({"groups": {}, "outside": {}, "encryption": "offered"}, []),
        ({"groups": {"sales": {"extension": 4001, "members": [1000]}}}, []),
        (
            {"groups": {"sales": {"extension": 2000, "members": [1000]}}},
            ["sipforge_groups.sales.extension: 2000 is that of the assistant english"],
        ),
        (
            {"groups": {"sales": {"extension": 4001, "members": [1001]}}},
            ["sipforge_groups.sales.members: 1001 is the extension of no user"],
        ),
        (
            {"trunks": {"a": {"server": "x", "user": "u", "secret": "hidden word"}}},
            ['sipforge_trunks.a.secret: may hold no space, quote, ";", "<", ">" nor letters beyond ASCII'],
        ),
        (
            {"hours": {"office": {"open": ["mon 25:00-26:00"]}}},
            ["sipforge_hours.office.open: 'mon 25:00-26:00': there is no 25:00"],
        ),
    ],
)
def test_the_plan_is_checked_with_users_and_assistants(plan: dict[str, Any], said: list[str]) -> None:
    assert checked(BOT + "operator = '1000'", plan=plan) == said


def test_a_users_class_must_be_there() -> None:
    users = [{"extension": 1000, "name": "A", "outside": "staff"}]
    assert checked(BOT, users) == ["sipforge_users.1000.outside: there is no class 'staff'"]
    assert checked(BOT, users, plan={"outside": {"country": "250", "classes": {"staff": []}}}) == []


def test_mistakes_in_users_and_plan_are_told_at_once() -> None:
    plan = {"groups": {"sales": {"extension": 1, "members": []}}}
    assert [line.partition(":")[0] for line in checked(BOT, [{"extension": 1, "name": "A"}], "", plan)] == [
        "sipforge_users[0]",
        "sipforge_groups.sales.extension '1'",
    ]


def test_the_check_needs_pydantic_alone() -> None:
    """As the computer that runs Ansible has it."""
    ours = (
        "import sys, sipforge.infra.settings.__main__; from sipforge.text.language import *;"
        " [load_language(name) for name in languages()]"
    )
    bad = "{'numpy', 'redis', 'panoramisk', 'fastapi', 'typer', 'httpx'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"{ours}; print({bad})"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


DESK = BOT + "[front_desk]\nextension = '9000'\nassistants = ['english']\nhours = 'office'\n"


def test_what_the_front_desk_and_departments_name_must_be_in_the_office() -> None:
    assert checked(DESK) == ["sipforge_front_desk.hours: there are no hours 'office' in sipforge_hours"]
    hours = {"office": {"open": ["mon-fri 08:00-17:00"]}}
    assert checked(DESK, plan={"hours": hours}) == []
    group = {"desk": {"extension": "9000", "members": ["1000"]}}
    [said] = checked(DESK, plan={"hours": hours, "groups": group})
    assert "9000" in said
    sales = BOT + "departments = { sales = '4001', taxi = '+250788000000' }\n"
    assert checked(sales + "[outside]\nassistants_may_ring = ['+250788000000']") == [
        "sipforge_assistants.english.departments.sales: 4001 is the extension of nobody"
    ]
    group = {"sales": {"extension": "4001", "members": ["1000"]}}
    assert checked(sales + "[outside]\nassistants_may_ring = ['+250788000000']", plan={"groups": group}) == []


def test_a_front_desk_is_reached_by_a_trunk() -> None:
    hours = {"office": {"open": ["mon-fri 08:00-17:00"]}}
    trunks = {"carrier": {"server": "sip.carrier.example", "default": "9000"}}
    plan = {"hours": hours, "trunks": trunks, "outside": {"country": "250"}}
    assert checked(DESK, plan=plan) == []
    assert checked(BOT, plan=plan) != []
