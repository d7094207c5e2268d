"""With a stand-in for the program espeak-ng that records how it was called."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from sipforge.engines.protocols import EngineError
from sipforge.engines.speaking.espeak import EspeakProgram, EspeakTts
from tests.unit.engines.speech import say


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder in which `script` is to be written; its output is `out`."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def write(program: Path, script: str) -> None:
    path = program / "espeak-ng"
    path.write_text(f'#!/bin/sh\necho "$@" > {program}/arguments\ncat > {program}/text\n{script}\n')
    path.chmod(0o755)


def wav(samples: list[int], rate_hz: int = 22050) -> bytes:
    """As espeak-ng writes to a pipe: sizes that mean nothing."""
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        0x7FFFF024,
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        rate_hz,
        2 * rate_hz,
        2,
        16,
        b"data",
        0x7FFFF000,
    )
    return head + struct.pack(f"<{len(samples)}h", *samples)


def test_speech_is_16_khz_and_text_goes_by_stdin(program: Path) -> None:
    (program / "out").write_bytes(wav([0, 1000, -1000] * 7350))
    write(program, f"cat {program}/out")
    voice = EspeakTts(EspeakProgram("rw", Path("/models/espeak-rw")), 140)
    slin = say(voice, "--help Muraho")
    assert slin.dtype == np.int16
    assert slin.size == 16000 + 3200
    assert slin[:16000].any()
    assert not slin[-3200:].any()
    assert (program / "text").read_text() == "--help Muraho"
    assert (program / "arguments").read_text().split() == [
        "-b",
        "1",
        "-v",
        "rw",
        "--stdout",
        "-z",
        "-s",
        "140",
        "--path=/models/espeak-rw",
        "--stdin",
    ]


def test_phonemes_a_line_for_each_clause(program: Path) -> None:
    write(program, "printf ' həloʊ\\n(fr)uj(en)\\n'")
    assert EspeakProgram("en-us").phonemes(["hello", "oui"]) == ["həloʊ", "uj"]
    assert (program / "text").read_text() == "hello.\noui"


def test_phonemes_one_by_one_where_lines_do_not_agree(program: Path) -> None:
    write(program, "printf 'a\\nb\\nc\\n'")
    assert EspeakProgram("en-us").phonemes(["hello", "oui"]) == ["a b c", "a b c"]


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo boom >&2; exit 3", "espeak-ng failed: boom"),
        ("echo 'Error: The specified espeak-ng voice does not exist.' >&2; exit 0", "does not exist"),
        ("exit 0", "no audio"),
        ("printf RIFF", "no audio"),
    ],
)
def test_failures_are_engine_errors(program: Path, script: str, words: str) -> None:
    write(program, script)
    with pytest.raises(EngineError, match=words):
        EspeakProgram("rw").speak("Muraho", 150)


def test_missing_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="cannot be run"):
        EspeakProgram("rw").speak("Muraho", 150)
