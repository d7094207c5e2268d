from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pydantic import ValidationError

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
