"""Engines as a bot makes them, by their entries, with no more than a test has to say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sipforge.engines.answering.answers.phrases import AnswersPhrases
from sipforge.engines.answering.knowledge import Knowledge
from sipforge.engines.protocols import Dialogue, Stt, Tts, Vad
from sipforge.engines.registry import (
    ANSWERING,
    HEARING,
    SPEAKING,
    VAD,
    AnsweringNeeds,
    HearingNeeds,
    SpeakingNeeds,
)
from sipforge.infra.settings.assistants import DialogueSettings
from sipforge.text.language import load_language


def make_vad(engine: str, directory: Path) -> Vad:
    vad = VAD[engine].make(directory)
    assert vad is not None
    return vad


def make_stt(
    engine: str,
    directory: Path,
    token: str,
    phrases: Mapping[str, str],
    *,
    language: str = "english",
) -> Stt:
    needs = HearingNeeds(directory, load_language(language), token, questions=phrases)
    stt = HEARING[engine].make(needs)
    assert stt is not None
    return stt


def make_tts(engine: str, directory: Path | None, voice: str = "") -> Tts:
    tts = SPEAKING[engine].make(SpeakingNeeds(directory, voice))
    assert tts is not None
    return tts


def make_dialogue(
    engine: str,
    models: Path,
    knowledge: Knowledge,
    *,
    language: str = "english",
    english: Knowledge | None = None,
    **settings: Mapping[str, object],
) -> Dialogue:
    """A dialogue with the given tables of its settings; `english` is the English assistant's knowledge."""
    needs = AnsweringNeeds(
        DialogueSettings.model_validate({"engines": [engine], **settings}),
        models,
        load_language(language),
        "Hilltop",
        knowledge,
        lambda name: (load_language(name), english or knowledge),
        AnswersPhrases(),
        {},
    )
    dialogue = ANSWERING[engine].make(needs)
    assert dialogue is not None
    return dialogue
