"""The dialogues that settings name, built and asked, with small models in the published formats."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from sipforge.bot.build import make_openai, make_parts
from sipforge.bot.phrases import load_phrases
from sipforge.bot.thoughts import Hearing
from sipforge.bot.voice import Voice
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.protocols import EngineError, Transcript
from sipforge.engines.runtime.openai_service import OpenAiService
from sipforge.infra.metrics import Metrics
from sipforge.infra.settings.host import Settings, load_settings
from sipforge.text.language import load_language
from sipforge.text.turn_end import Completeness
from tests.models import model as installed
from tests.tiny import chat_model, translator
from tests.unit.bot.doubles import BeepTts

REPOSITORY = Path(__file__).parents[3]
SETTINGS = """
office = "Hilltop"
[bots.english]
extension = "2000"
language = "english"
http_port = 1
phrases = "{phrases}/english.toml"
knowledge = "{folder}/english.toml"
[bots.kinyarwanda]
extension = "3000"
language = "kinyarwanda"
http_port = 2
phrases = "{phrases}/kinyarwanda.toml"
knowledge = "{folder}/kinyarwanda.toml"
stt = {{ engine = "whisper", model = "whisper-base", language = "sw" }}
[bots.kinyarwanda.dialogue]
"""
ENGLISH = """
[[topics]]
id = "director"
questions = ["Who is the director?"]
answer = "The director is Alice Uwase."
"""
KINYARWANDA = """
[[topics]]
id = "aho_turi"
questions = ["Ofisi iri he?"]
answer = "Ofisi yacu iri i Kigali."
"""
PIVOT = """
engines = ["answers", "pivot"]
[bots.kinyarwanda.dialogue.pivot]
model = "nllb"
ctranslate2 = { model = "english-chat" }
"""
OWN = """
engines = ["answers", "ctranslate2"]
ctranslate2 = { model = "kinyarwanda-chat" }
"""
CLOUD = """
engines = ["answers", "openai", "pivot"]
pivot = { model = "nllb", dialogue = "openai" }
"""
WORDS = {"Umuyobozi": "Who", "ni": "is", "nde": "director", "muri": "The", "ofisi": "the"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    models = folder / "var/lib/sipforge/models"
    models.mkdir(parents=True)
    for name in ("whisper-base", "silero-vad"):
        (models / name).symlink_to(installed(name))
    translator(models / "nllb", WORDS)
    chat_model(models / "english-chat", ["The", " director", " is", " Alice", " Uwase", "."])
    chat_model(models / "kinyarwanda-chat", ["Ofisi", " yacu", " iri", " i", " Kigali", "."])
    (folder / "english.toml").write_text(ENGLISH)
    (folder / "kinyarwanda.toml").write_text(KINYARWANDA)
    return folder


def settings_of(folder: Path, dialogue: str) -> Settings:
    path = folder / "etc/sipforge/sipforge.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    phrases = REPOSITORY / "roles" / "sipforge" / "files" / "phrases"
    path.write_text(SETTINGS.format(folder=folder, phrases=phrases) + dialogue)
    return load_settings(path)


def answered(folder: Path, dialogue: str, *questions: str) -> list[tuple[Meaning, str, str]]:
    """What the Kinyarwanda assistant makes of each question: meaning, engine and what is said."""
    settings = settings_of(folder, dialogue)
    bot = settings.bots["kinyarwanda"]
    knowledge = load_knowledge(bot.knowledge)
    voice = Voice(BeepTts(), load_language(bot.language), None)
    parts = make_parts(
        settings, "kinyarwanda", load_phrases(bot.phrases, settings.office), knowledge, voice, openai=None
    )

    async def ask(question: str) -> tuple[Meaning, str, str]:
        hearing = Hearing(Transcript(question, 1.0, 0.0), Completeness.FINISHED)
        thought = await parts.thinking.think(hearing, (), np.zeros(0, np.float32))
        if thought.reply is None:
            return thought.meaning, thought.engine, ""
        said = [part.text async for part in thought.reply.parts]  # type: ignore[union-attr]
        return thought.meaning, thought.engine, "".join(said)

    return [asyncio.run(ask(question)) for question in questions]


def test_a_pivot_behind_the_answers(folder: Path) -> None:
    assert answered(folder, PIVOT, "Ofisi iri he?", "Umuyobozi ni ofisi nde?", "Ni nde?") == [
        (Meaning.ANSWERED, "answers", "Ofisi yacu iri i Kigali."),
        (Meaning.ANSWERED, "pivot", "muri nde ni Alice Uwase."),
        (Meaning.UNKNOWN, "phrases", ""),
    ]


def test_a_model_that_knows_kinyarwanda_behind_the_answers(folder: Path) -> None:
    only = OWN.replace('"answers", ', "")
    assert answered(folder, only, "Ofisi iri he?", "Umuyobozi ni nde?") == [
        (Meaning.ANSWERED, "ctranslate2", "Ofisi yacu iri i Kigali."),
        (Meaning.UNKNOWN, "phrases", ""),
    ]
    assert answered(folder, OWN, "Ofisi iri he?")[0][1] == "answers"


def test_without_a_key_what_needs_openai_is_left_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert answered(folder, CLOUD, "Umuyobozi ni ofisi nde?") == [(Meaning.UNKNOWN, "phrases", "")]
    settings = settings_of(folder, CLOUD.replace('"openai", ', ""))
    bot = settings.bots["kinyarwanda"]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert make_openai(settings, bot, Metrics()) is None
    (tmp_path / "openai-api-key").write_text("sk-test")
    assert isinstance(make_openai(settings, bot, Metrics()), OpenAiService)


def test_a_model_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(EngineError, match="gone lacks its SentencePiece file"):
        answered(folder, PIVOT.replace('"nllb"', '"gone"'), "Ofisi iri he?")
