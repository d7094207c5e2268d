from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from sipforge.engines import speaking
from sipforge.engines.protocols import EngineError
from sipforge.engines.registry import ANSWERING, HEARING, SPEAKING, VAD, Engine, SpeakingNeeds, made
from sipforge.infra.settings.assistants import DialogueSettings, SttSettings, TtsSettings, VadSettings
from tests.engines import make_stt, make_tts, make_vad

STAGES = {"vad": VAD, "stt": HEARING, "dialogue": ANSWERING, "tts": SPEAKING}


class Asked(BaseModel):
    vad: VadSettings = VadSettings()
    stt: SttSettings = SttSettings()
    dialogue: DialogueSettings = DialogueSettings()
    tts: TtsSettings = TtsSettings()


def test_unknown_engines_are_named() -> None:
    for stage, engines in STAGES.items():
        with pytest.raises(ValidationError) as error:
            Asked.model_validate({stage: {"engine": "x"} if stage == "vad" else {"engines": ["x"]}})
        assert f"there is no engine 'x'; there are: {', '.join(engines)}" in str(error.value)


@pytest.mark.parametrize("engine", ["piper", "vits"])
def test_a_voice_that_needs_a_model_says_so(engine: str) -> None:
    with pytest.raises(EngineError, match=f"the engine {engine} needs tts.model"):
        make_tts(engine, None)


@pytest.mark.parametrize("engines", STAGES.values(), ids=STAGES)
def test_each_entry_names_a_file_with_make(engines: dict[str, Engine[Any, Any]]) -> None:
    for engine in engines.values():
        module = importlib.import_module(f"sipforge.engines.{engine.module}")
        assert callable(module.make)


def test_an_engine_is_one_file_and_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bell.py").write_text("def make(needs):\n    return f'a bell at {needs.words_per_minute}'\n")
    monkeypatch.setattr(speaking, "__path__", [*speaking.__path__, str(tmp_path)])
    monkeypatch.setitem(SPEAKING, "bell", Engine("speaking.bell"))  # type: ignore[arg-type]
    settings = TtsSettings.model_validate({"engines": ["bell", "espeak"]})
    bell, espeak = made(SPEAKING, settings.engines, SpeakingNeeds(None, words_per_minute=90))
    assert bell == "a bell at 90"
    assert "espeak" in espeak.identity


def test_missing_models_are_engine_errors(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be loaded"):
        make_vad("silero", tmp_path)
    with pytest.raises(EngineError, match="cannot be loaded"):
        make_stt("whisper", tmp_path, "en", {})
    with pytest.raises(EngineError, match="cannot be loaded"):
        make_stt("wav2vec2-bert", tmp_path, "", {})
    with pytest.raises(EngineError, match="cannot be loaded"):
        make_tts("vits", tmp_path)


def test_only_chosen_libraries_are_imported() -> None:
    code = (
        "import sys; from sipforge.engines.registry import SPEAKING, SpeakingNeeds;"
        "SPEAKING['espeak'].make(SpeakingNeeds(None, 'en'));"
        "import sipforge.bot.__main__;"
        "heavy = ('ctranslate2', 'sentencepiece', 'onnxruntime', 'tokenizers', 'openai', 'langchain_core',"
        "'tiktoken');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_onnxruntime_leaves_no_trace_of_the_host(tmp_path: Path) -> None:
    """It would keep a device id in the home folder, and upload events."""
    done = subprocess.run(
        [sys.executable, "-c", "import sipforge.engines.runtime.onnx"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parents[3],
        check=True,
    )
    assert done.returncode == 0
    assert list(tmp_path.rglob("*")) == []
