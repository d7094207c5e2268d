from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sipforge.engines.protocols import EngineError
from sipforge.engines.speaking.piper import (
    SILENCE_SECONDS,
    PiperTts,
    clauses,
    phoneme_ids,
    read_config,
    trimmed,
)

IDS = {"_": [0], "^": [1], "$": [2], " ": [3], "a": [14], "ə": [74], "ç": [9], "c": [8], "\u0327": [140]}


def config(**changes: object) -> str:
    raw: dict[str, object] = {
        "audio": {"sample_rate": 22050},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_id_map": IDS,
    }
    return json.dumps({**raw, **changes})


def test_clauses_keep_the_last_mark() -> None:
    assert clauses("Hello, how are you?! Fine") == [("Hello", ","), ("how are you", "!"), ("Fine", "")]


def test_no_clause_without_words() -> None:
    assert clauses(" ... - !") == []


def test_phonemes_are_between_blanks_and_the_unknown_is_left_out() -> None:
    assert phoneme_ids("aə qa", IDS) == [1, 0, 14, 0, 74, 0, 3, 0, 14, 0, 2]


def test_composed_letters_are_taken_apart() -> None:
    assert phoneme_ids("ç", IDS) == [1, 0, 8, 0, 140, 0, 2]


def test_marks_in_the_text_are_not_marks_of_the_sequence() -> None:
    assert phoneme_ids("^a$_", IDS) == [1, 0, 14, 0, 2]


def test_config() -> None:
    voice = read_config(config())
    assert (voice.rate_hz, voice.espeak_voice, voice.noise, voice.rhythm_noise) == (
        22050,
        "en-us",
        0.667,
        0.8,
    )


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", config(num_speakers=2), config(phoneme_id_map={"a": [1]}), config(audio={})]
)
def test_wrong_config(text: str) -> None:
    with pytest.raises(EngineError, match="voice"):
        read_config(text)


def test_silence_behind_a_sentence_is_cut() -> None:
    speech = np.full(8000, 0.1, np.float32)
    spoken = np.concatenate([np.zeros(1600, np.float32), speech, np.full(4000, 0.001, np.float32)])
    cut = trimmed(spoken)
    assert cut.size == 1600 + 8000 + round(SILENCE_SECONDS * 16000)
    assert np.array_equal(trimmed(cut), cut)
    assert np.array_equal(trimmed(speech), speech)
    assert trimmed(np.zeros(100, np.float32)).size == 100
    assert trimmed(np.zeros(0, np.float32)).size == 0


def test_a_folder_without_a_voice(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="holds 0 voices"):
        PiperTts(tmp_path, 150)
    (tmp_path / "x.onnx").write_bytes(b"not a network")
    with pytest.raises(EngineError, match="JSON file"):
        PiperTts(tmp_path, 150)
    (tmp_path / "x.onnx.json").write_text(config())
    with pytest.raises(EngineError, match="cannot be loaded"):
        PiperTts(tmp_path, 150)
