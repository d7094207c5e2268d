from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sipforge.engines.protocols import EngineError
from sipforge.engines.registry import make_stt, make_tts, make_vad


def test_unknown_engines_are_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no vad engine 'x'"):
        make_vad("x", tmp_path)
    with pytest.raises(EngineError, match="no stt engine 'x'"):
        make_stt("x", tmp_path, "en", 1, {})
    with pytest.raises(EngineError, match="no tts engine 'piper'"):
        make_tts("piper", None, "", 150)
    with pytest.raises(EngineError, match="no tts engine 'vits'"):
        make_tts("vits", None, "", 150)


def test_missing_models_are_engine_errors(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be loaded"):
        make_vad("silero", tmp_path)
    with pytest.raises(EngineError, match="cannot be loaded"):
        make_stt("whisper", tmp_path, "en", 1, {})
    with pytest.raises(EngineError, match="cannot be loaded"):
        make_stt("wav2vec2-bert", tmp_path, "", 1, {})
    with pytest.raises(EngineError, match="cannot be loaded"):
        make_tts("vits", tmp_path, "", 150)


def test_only_chosen_libraries_are_imported() -> None:
    code = (
        "import sys; from sipforge.engines.registry import make_tts; make_tts('espeak', None, 'en', 150);"
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
