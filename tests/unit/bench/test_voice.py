"""The round trip of a Kinyarwanda voice: folding of spellings, and what the part makes of what was heard."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from sipforge.engines.speaking.espeak import EspeakProgram
from tests.bench import voice
from tests.bench.folding import errors, fold
from tests.bench.round_trip import ForeignEar, Heard, error_rate, from_recordings, syllables_per_second
from tests.bench.voice import OURS, SWAHILI, Said
from tests.phones.audio import write_wav
from tests.phones.speech import kinyarwanda_voice


@pytest.mark.parametrize(
    ("intended", "heard"),
    [
        ("Rwanda", "rgwanda"),
        ("umuntu", "umunhu"),
        ("ubwoba", "ubgwova"),
        ("gukina", "guchina"),
        ("n'umwe", "Numngwe."),
        ("gutwara", "gutkwara"),
        ("ibyiza", "ibjiza"),
        ("impuzu", "imhuzu"),
        ("inka", "ingha"),
        ("kujya", "kudja"),
        ("umugezi", "umujezi"),
        ("telefone", "Tereefone"),
        ("amashyi", "amashi"),
        ("myiza", "mnyiza"),
        ("gusya", "guskya"),
        ("Félix", "feriks"),
    ],
)
def test_what_differs_in_spelling_only_is_no_error(intended: str, heard: str) -> None:
    assert errors(intended, heard)[0] == 0


@pytest.mark.parametrize(
    ("intended", "heard", "wrong"),
    [("muraho", "mulapo", 1), ("neza", "nema", 1), ("gato", "kato", 1), ("yego", "", 4), ("oya", "oyaya", 2)],
)
def test_what_sounds_otherwise_is_an_error(intended: str, heard: str, wrong: int) -> None:
    assert errors(intended, heard) == (wrong, len(intended))


def test_folding_keeps_sounds_apart() -> None:
    words = "inda inka imba ingoma isha isa iza ija ica iga ita ida iva ifa ira ina inya iya iha"
    folded = [fold(word) for word in words.split()]
    assert len(set(folded)) == len(folded)


def heard(wrong: int, peak: float = 0.7) -> Heard:
    return Heard("muraho", ("muraho",) * 2, wrong, 12, 3, 0.6, peak, -20.0)


def test_rates_are_of_all_texts_together() -> None:
    some = [heard(0), heard(6), Heard("oya", ("", ""), 6, 6, 2, 0.4, 0.1, -20.0)]
    assert error_rate(some) == pytest.approx(40.0)
    assert syllables_per_second(some) == pytest.approx(8 / 1.6)
    with pytest.raises(ValueError, match="nothing"):
        error_rate([])


def test_findings_of_two_voices() -> None:
    found = voice.findings(
        {OURS: [Said(heard(3), 0.02), Said(heard(0, 1.0), 0.04)], SWAHILI: [Said(heard(6), 0.02)]}
    )
    figures = {figure.what: figure for figure in found.figures}
    assert figures[f"letters heard wrong, {OURS}"].value == pytest.approx(12.5)
    assert figures[f"letters heard wrong, {SWAHILI}"].value == pytest.approx(50.0)
    assert figures["syllables a second, at least"].value == pytest.approx(5.0)
    assert figures["loudest sample (1 clips)"].met is False
    assert figures["first sound, p50"].value == pytest.approx(30.0)
    assert found.tables[0].rows[0] == ["muraho", "muraho", "25"]


def test_a_recording_without_speech_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "silent.wav", np.zeros(8000), 8000)
    with pytest.raises(ValueError, match="muraho"):
        list(from_recordings([("muraho", tmp_path / "silent.wav")], ForeignEar()))


def test_each_sentence_is_spoken_once_and_in_words() -> None:
    texts = voice.spoken()
    assert len(texts) == len(set(texts)) >= 30
    assert not any(letter.isdigit() for text in texts for letter in text)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs the program espeak-ng")
def test_the_voice_is_neither_hurried_nor_sleepy_and_does_not_clip() -> None:
    program, speed = EspeakProgram("rw", kinyarwanda_voice()), voice.words_per_minute()
    syllables = seconds = 0.0
    for text in voice.spoken():
        samples, rate_hz = program.speak(text, speed)
        syllables += len(re.findall("[aeiou]", text.lower()))
        seconds += len(samples) / rate_hz
        assert 0.1 < np.max(np.abs(samples)) < 0.98
    assert 4.0 <= syllables / seconds <= 6.0
