"""A VITS voice that speaks in tones, in each published form, through the real loading and running code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sipforge.engines.protocols import EngineError, Slin
from sipforge.engines.speaking.vits import SENTENCE_PAUSE_SECONDS, VitsTts
from sipforge.engines.speaking.vits_voice import VitsVoice, read_tokens
from tests.engines import make_tts
from tests.unit.engines import tiny_vits as tiny
from tests.unit.engines.speech import say

A, B, II, M, N, U, K, QUOTE, SPACE = range(1, 10)


def numbers(*symbols: int) -> list[int]:
    """With silence between them."""
    return [number for symbol in symbols for number in (0, symbol)] + [0]


@pytest.mark.parametrize(
    ("write", "ends"),
    [
        (tiny.write_sherpa, False),
        (lambda folder: tiny.write_sherpa(folder, tiny.COQUI, tiny.TOGETHER), True),
        (tiny.write_transformers, False),
    ],
    ids=["sherpa-onnx", "coqui", "transformers"],
)
def test_each_published_form_speaks(write: Callable[[Path], Path], ends: bool, tmp_path: Path) -> None:
    slin = say(make_tts("vits", write(tmp_path / "voice")), "Umunani n'abi")
    wanted = numbers(U, M, U, N, A, N, II, SPACE, N, QUOTE, A, B, II)
    assert tiny.said(slin) == ([A, *wanted, B] if ends else wanted)
    assert np.abs(slin).max() == pytest.approx(0.7 * 32767, rel=0.02)


def test_half_as_many_words_a_minute_take_twice_as_long(tmp_path: Path) -> None:
    folder = tiny.write_sherpa(tmp_path / "voice")
    natural, slow = (say(VitsTts(folder, pace), "bana") for pace in (150, 75))
    assert slow.size == 2 * natural.size


def test_speed_and_liveliness_of_the_metadata_count(tmp_path: Path) -> None:
    facts = {**tiny.SHERPA, "length_scale": "1.5", "noise_scale": "0"}
    calm = VitsTts(tiny.write_sherpa(tmp_path / "calm", facts), 150)
    first, again = say(calm, "bana"), say(calm, "bana")
    assert first.size == 1.5 * 9 * tiny.SYMBOL_SAMPLES
    np.testing.assert_array_equal(first, again)
    lively = VitsTts(tiny.write_sherpa(tmp_path / "lively", {**facts, "noise_scale": "0.667"}), 150)
    assert not np.array_equal(say(lively, "bana"), say(lively, "bana"))


def test_another_rate_becomes_16_khz(tmp_path: Path) -> None:
    facts = {**tiny.SHERPA, "sample_rate": "8000"}
    slin = say(VitsTts(tiny.write_sherpa(tmp_path / "voice", facts), 150), "ba")
    assert slin.size == pytest.approx(2 * 5 * tiny.SYMBOL_SAMPLES, abs=2)


def test_parts_come_one_by_one_with_pauses_between(tmp_path: Path) -> None:
    voice = VitsTts(tiny.write_sherpa(tmp_path / "voice"), 150)

    async def pieces() -> list[Slin]:
        return [piece async for piece in voice.synthesise("Bana. Umuna, nka!")]

    first, second, third = asyncio.run(pieces())
    assert tiny.said(first) == numbers(B, A, N, A)
    pause = int(SENTENCE_PAUSE_SECONDS * 16000)
    assert not second[:pause].any()
    assert tiny.said(second[pause:]) == numbers(U, M, U, N, A)
    assert not third[: int(0.15 * 16000)].any()


def test_marks_that_the_voice_knows_are_spoken_by_it(tmp_path: Path) -> None:
    symbols = tiny.SYMBOLS.replace("k", ",")
    voice = VitsTts(tiny.write_sherpa(tmp_path / "voice", symbols=symbols), 150)
    assert voice.parts("Umuna, ibi. Bana") == [("Umuna, ibi", "."), ("Bana", "")]


@pytest.mark.parametrize("text", ["", "...", "123", "  ", "xyz"])
def test_nothing_that_can_be_spoken_is_silence(text: str, tmp_path: Path) -> None:
    assert say(VitsTts(tiny.write_sherpa(tmp_path / "voice"), 150), text).size == 0


def test_identity_tells_voices_and_speeds_apart(tmp_path: Path) -> None:
    one, other = (tiny.write_sherpa(tmp_path / name) for name in ("one", "other"))
    assert len({VitsTts(one, 150).identity, VitsTts(other, 150).identity, VitsTts(one, 140).identity}) == 3


def voice(blank: int | None = 0) -> VitsVoice:
    return VitsVoice({symbol: at for at, symbol in enumerate(tiny.SYMBOLS)}, 16000, blank)


def test_letters_become_numbers() -> None:
    assert voice().sequence("BA") == [0, B, 0, A, 0]
    assert voice(blank=None).sequence("ba\u2019na") == [B, A, QUOTE, N, A]


def test_what_has_no_symbol_is_left_out_and_accents_fall() -> None:
    assert voice(blank=None).sequence("ba\u00e9\u4e2dn\u00e1") == [B, A, N, A]


def test_a_symbol_in_capitals_is_itself() -> None:
    assert VitsVoice({"a": 1, "A": 2}, 16000, None).sequence("aA") == [1, 2]


def test_tokens() -> None:
    assert read_tokens("a 1\n 2\r\nA 1\n<unk> 7\n\n\u00ef 3\n") == {"a": 1, " ": 2, "A": 1, "\u00ef": 3}
    assert read_tokens("5\n") == {" ": 5}


AGAIN = "; install the voice again"


def spoilt(folder: Path, name: str, content: bytes | None) -> Path:
    path = folder / name
    path.unlink() if content is None else path.write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("model.onnx", None, "lacks model.onnx"),
        ("model.onnx", b"", "cannot be loaded"),
        ("model.onnx", b"not a network", "cannot be loaded"),
        ("tokens.txt", None, "tokens.txt: No such file"),
        ("tokens.txt", b"", "no symbols"),
        ("tokens.txt", b"a\nb\n", "damaged"),
        ("tokens.txt", b"\xff\xfe", "damaged"),
        ("tokens.txt", b"a 1\nb 99\n", "do not belong together"),
    ],
)
def test_a_wrong_file(name: str, content: bytes | None, why: str, tmp_path: Path) -> None:
    folder = spoilt(tiny.write_sherpa(tmp_path / "voice"), name, content)
    with pytest.raises(EngineError, match=f"{why}.*{AGAIN}"):
        VitsTts(folder, 150)


@pytest.mark.parametrize("missing", [1, 100, 5000])
def test_a_truncated_network(missing: int, tmp_path: Path) -> None:
    folder = tiny.write_sherpa(tmp_path / "voice")
    spoilt(folder, "model.onnx", (folder / "model.onnx").read_bytes()[:-missing])
    with pytest.raises(EngineError, match=f"cannot be loaded.*{AGAIN}"):
        VitsTts(folder, 150)


def test_tampered_weights(tmp_path: Path) -> None:
    """Where it shows in a trial; the rest is for the checksums of the manifest."""
    folder = tiny.write_sherpa(tmp_path / "voice")
    weights = (folder / "model.onnx").read_bytes()
    tone = (0.5 * np.sin(2 * np.pi * 1800 * np.arange(8) / 16000)).astype(np.float32).tobytes()
    assert tone in weights
    spoilt(folder, "model.onnx", weights.replace(tone, b"\xff" * len(tone), 1))
    with pytest.raises(EngineError, match=f"gave no speech{AGAIN}"):
        VitsTts(folder, 150)


def test_a_network_of_another_kind(tmp_path: Path) -> None:
    tiny.network(tmp_path / "model.onnx", ("input", "state", "sr"), tiny.SHERPA)
    with pytest.raises(EngineError, match=f"is not a VITS voice{AGAIN}"):
        VitsTts(tmp_path, 150)


@pytest.mark.parametrize(
    "facts",
    [
        {**tiny.SHERPA, "n_speakers": "4"},
        {**tiny.SHERPA, "comment": "piper"},
        {name: value for name, value in tiny.SHERPA.items() if name != "frontend"},
    ],
)
def test_voices_that_want_phonemes_or_a_speaker(facts: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"must read letters.*choose another voice"):
        VitsTts(tiny.write_sherpa(tmp_path / "voice", facts), 150)


@pytest.mark.parametrize("mark", ["is_uroman", "phonemize"])
def test_checkpoints_that_want_romanised_text(mark: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="must read letters"):
        VitsTts(tiny.write_transformers(tmp_path / "voice", **{mark: True}), 150)


@pytest.mark.parametrize("name", ["config.json", "vocab.json", "tokenizer_config.json"])
@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", None])
def test_wrong_json_files(name: str, content: bytes | None, tmp_path: Path) -> None:
    folder = spoilt(tiny.write_transformers(tmp_path / "voice"), name, content)
    with pytest.raises(EngineError, match=AGAIN):
        VitsTts(folder, 150)
