from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sipforge.bot.prompts import render_prompt
from sipforge.bot.voice import PAUSE_SECONDS, Voice, load_language
from sipforge.engines.protocols import EngineError
from tests.unit.bot.doubles import BeepTts

PAUSE_BYTES = int(PAUSE_SECONDS * 32000)


def spoken(voice: Voice, text: str) -> list[bytes]:
    async def scenario() -> list[bytes]:
        return [slin async for slin in voice.speak(text)]

    return asyncio.run(scenario())


def test_languages_are_modules_or_plain() -> None:
    assert load_language("english").normalise("8") == "eight"
    assert load_language("kinyarwanda").normalise("8") == "umunani"
    assert load_language("esperanto").normalise("8") == "8"


def test_sentences_one_by_one_each_with_a_pause() -> None:
    tts = BeepTts()
    pieces = spoken(Voice(tts, load_language("english"), None), "It is 8. Bye!")
    assert tts.made == ["It is eight.", "Bye!"]
    assert [len(piece) for piece in pieces] == [320 * 12 + PAUSE_BYTES, 320 * 4 + PAUSE_BYTES]


def test_a_sentence_is_made_once_even_by_the_next_process(tmp_path: Path) -> None:
    first, second = BeepTts(), BeepTts()
    voice = Voice(first, load_language("plain"), tmp_path)
    once = spoken(voice, "Hello. Hello.")
    assert first.made == ["Hello."]
    assert voice.has("Hello.")
    assert not voice.has("Hello. You.")
    assert spoken(Voice(second, load_language("plain"), tmp_path), "Hello. Hello.") == once
    assert second.made == []


def test_another_voice_does_not_use_the_same_sound(tmp_path: Path) -> None:
    first, second = BeepTts(), BeepTts()
    second.identity = "beep 2"
    spoken(Voice(first, load_language("plain"), tmp_path), "Hello.")
    spoken(Voice(second, load_language("plain"), tmp_path), "Hello.")
    assert second.made == ["Hello."]


def test_two_calls_that_want_the_same_sentence_make_it_once() -> None:
    tts = BeepTts()
    voice = Voice(tts, load_language("plain"), None)

    async def scenario() -> None:
        await asyncio.gather(voice.prepare(["Hello."]), voice.prepare(["Hello."]))

    asyncio.run(scenario())
    assert tts.made == ["Hello."]


def test_a_missing_or_broken_cache_costs_only_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tts = BeepTts()
    assert spoken(Voice(tts, load_language("plain"), tmp_path / "absent"), "Hello.")
    assert "could not be kept" in caplog.text
    for kept in tmp_path.iterdir():
        kept.write_bytes(b"x")
    spoken(Voice(tts, load_language("plain"), tmp_path), "Hello.")
    for kept in tmp_path.glob("*.sln16"):
        kept.write_bytes(b"odd")
    spoken(Voice(tts, load_language("plain"), tmp_path), "Hello.")
    assert tts.made == ["Hello."] * 3


def test_prompt_is_written_once_and_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "english" / "unavailable.sln16"
    tts = BeepTts()
    voice = Voice(tts, load_language("plain"), None)
    assert asyncio.run(render_prompt(voice, "Sorry.", path))
    assert len(path.read_bytes()) == 320 * 6 + PAUSE_BYTES
    assert not asyncio.run(render_prompt(voice, "Sorry.", path))
    assert asyncio.run(render_prompt(voice, "So sorry.", path))
    path.unlink()
    assert asyncio.run(render_prompt(voice, "So sorry.", path))
    tts.identity = "beep 2"
    assert asyncio.run(render_prompt(voice, "So sorry.", path))
    assert sorted(found.name for found in path.parent.iterdir()) == [
        "unavailable.made-from",
        "unavailable.sln16",
    ]


def test_an_empty_prompt_is_an_error(tmp_path: Path) -> None:
    voice = Voice(BeepTts(), load_language("plain"), None)
    with pytest.raises(EngineError, match="empty"):
        asyncio.run(render_prompt(voice, " ", tmp_path / "x.sln16"))
