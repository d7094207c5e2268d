from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from sipforge.bot.prompts import render_prompt
from sipforge.bot.voice import PAUSE_SECONDS, Voice
from sipforge.engines.protocols import EngineError, Slin, Stage, Tts
from sipforge.text.language import PLAIN_TEXT, load_language
from tests.unit.bot.doubles import BeepTts

PAUSE_BYTES = int(PAUSE_SECONDS * 32000)


def spoken(voice: Voice, text: str) -> list[bytes]:
    async def scenario() -> list[bytes]:
        return [slin async for slin in voice.speak(text)]

    return asyncio.run(scenario())


def test_languages_are_modules_or_plain() -> None:
    assert load_language("english").normalise("8") == "eight"
    assert load_language("kinyarwanda").normalise("8") == "umunani"
    assert PLAIN_TEXT.normalise("8") == "8"


def test_sentences_one_by_one_each_with_a_pause() -> None:
    tts = BeepTts()
    pieces = spoken(Voice(tts, load_language("english"), None), "It is 8. Bye!")
    assert tts.made == ["It is eight.", "Bye!"]
    assert [len(piece) for piece in pieces] == [320 * 12, PAUSE_BYTES, 320 * 4, PAUSE_BYTES]


def own(tts: Tts, cache: Path | None, *texts: str) -> Voice:
    """A voice whose office says `texts`."""
    voice = Voice(tts, PLAIN_TEXT, cache)
    voice.owns(texts)
    return voice


def files(cache: Path) -> int:
    return len(list(cache.iterdir()))


def test_a_sentence_of_the_office_is_made_once_even_by_the_next_process(tmp_path: Path) -> None:
    first, second = BeepTts(), BeepTts()
    once = spoken(own(first, tmp_path, "Hello."), "Hello. Hello.")
    assert first.made == ["Hello."]
    assert spoken(own(second, tmp_path, "Hello."), "Hello. Hello.") == once
    assert second.made == []


@pytest.mark.parametrize("cached", [False, True])
def test_what_may_hold_a_callers_words_is_not_kept(tmp_path: Path, cached: bool) -> None:
    tts = BeepTts()
    voice = Voice(tts, PLAIN_TEXT, tmp_path if cached else None)
    asyncio.run(voice.prepare(["A call."]))
    said = "A call. The caller said: my name is Ann."
    assert spoken(voice, said) == spoken(voice, said)
    assert tts.made == ["A call.", *["The caller said: my name is Ann."] * 2]
    assert files(tmp_path) == cached


def test_an_answer_is_the_offices_whether_it_is_spoken_whole_or_cut() -> None:
    tts = BeepTts()
    language = load_language("english")
    voice = Voice(tts, language, None)
    long = "It costs 5000 francs, " * 9 + "and no more. We open at 8."
    asyncio.run(voice.prepare([long]))
    before = list(tts.made)
    for piece in [long, *voice.sentences(long)]:
        spoken(voice, piece)
    assert tts.made == before


def test_files_are_for_the_bot_alone(tmp_path: Path) -> None:
    spoken(own(BeepTts(), tmp_path, "Hello."), "Hello.")
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


def test_what_others_may_read_is_removed(tmp_path: Path) -> None:
    private, public = tmp_path / "private.sln16", tmp_path / "public.sln16"
    for path, mode in ((private, 0o600), (public, 0o644)):
        path.touch()
        path.chmod(mode)
    own(BeepTts(), tmp_path)
    assert list(tmp_path.iterdir()) == [private]


def test_what_was_unused_longest_is_thrown_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipforge.bot.voice.DISK_SENTENCES", 2)
    tts = BeepTts()
    voice = own(tts, tmp_path, "One.", "Two.", "Three.")
    for age, text in ((300, "One."), (200, "Two.")):
        before = set(tmp_path.iterdir())
        spoken(voice, text)
        [new] = set(tmp_path.iterdir()) - before
        os.utime(new, (time.time() - age,) * 2)
    spoken(voice, "One.")  # from memory, which counts as well
    spoken(voice, "Three.")
    spoken(own(tts, tmp_path, "One.", "Two.", "Three."), "One. Three. Two.")
    assert tts.made == ["One.", "Two.", "Three.", "Two."]


def test_another_voice_does_not_use_the_same_sound(tmp_path: Path) -> None:
    first, second = BeepTts(), BeepTts()
    second.identity = "beep 2"
    spoken(own(first, tmp_path, "Hello."), "Hello.")
    spoken(own(second, tmp_path, "Hello."), "Hello.")
    assert second.made == ["Hello."]


def test_two_calls_that_want_the_same_sentence_make_it_once() -> None:
    tts = BeepTts()
    voice = Voice(tts, PLAIN_TEXT, None)

    async def scenario() -> None:
        await asyncio.gather(voice.prepare(["Hello."]), voice.prepare(["Hello."]))

    asyncio.run(scenario())
    assert tts.made == ["Hello."]


class LetterTts:
    """A piece for each letter, as soon as it is let; "!" breaks the sentence off."""

    identity = "letters"

    def __init__(self) -> None:
        self.let = asyncio.Semaphore(0)
        self.begun = 0

    async def synthesise(self, text: str) -> AsyncIterator[Slin]:
        self.begun += 1
        for letter in text:
            await self.let.acquire()
            if letter == "!":
                raise EngineError(Stage.TTS, "broke off")
            yield np.full(2, ord(letter), np.int16)


def letters(slin: bytes) -> str:
    return "".join(map(chr, np.frombuffer(slin, "<i2")[::2]))


def test_a_sentence_is_given_as_it_is_made_and_kept_when_whole(tmp_path: Path) -> None:
    async def scenario() -> None:
        tts = LetterTts()
        voice = own(tts, tmp_path, "abc")
        pieces = voice.speak("abc")
        tts.let.release()
        assert letters(await anext(pieces)) == "a"
        assert files(tmp_path) == 0
        tts.let.release()
        assert letters(await anext(pieces)) == "b"
        tts.let.release()
        assert letters(await anext(pieces)) == "c"
        assert len(await anext(pieces)) == PAUSE_BYTES
        assert files(tmp_path) == 1
        assert letters(await anext(voice.speak("abc"))) == "abc"
        assert tts.begun == 1

    asyncio.run(scenario())


def test_a_sentence_that_was_interrupted_or_broke_off_is_not_kept(tmp_path: Path) -> None:
    async def scenario() -> None:
        tts = LetterTts()
        tts.let = asyncio.Semaphore(100)
        voice = own(tts, tmp_path, "abc")
        pieces = voice.speak("abc")
        await anext(pieces)
        await pieces.aclose()
        with pytest.raises(EngineError, match="broke off"):
            await voice.prepare(["ab!"])
        assert files(tmp_path) == 0
        # Nobody waits for what was given up.
        async with asyncio.timeout(1):
            await voice.prepare(["abc"])
        assert tts.begun == 3

    asyncio.run(scenario())
    assert files(tmp_path) == 1


def test_another_engine_speaks_what_the_first_cannot_and_each_keeps_its_own() -> None:
    first, second = LetterTts(), BeepTts()
    first.let = asyncio.Semaphore(3)
    voice = Voice(first, PLAIN_TEXT, None, [second])
    voice.owns(["ab!"])
    broken = spoken(voice, "ab!")
    assert second.made == ["ab!"]
    assert [len(piece) for piece in broken] == [4, 4, 2 * 4800, 320 * 3, PAUSE_BYTES]
    first.let = asyncio.Semaphore(100)
    spoken(voice, "ab!")
    assert first.begun == 2
    assert second.made == ["ab!"]


def test_a_missing_or_broken_cache_costs_only_time(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tts = BeepTts()
    assert spoken(own(tts, tmp_path / "absent", "Hello."), "Hello.")
    assert "could not be kept" in caplog.text
    for kept in tmp_path.iterdir():
        kept.write_bytes(b"x")
    spoken(own(tts, tmp_path, "Hello."), "Hello.")
    for kept in tmp_path.glob("*.sln16"):
        kept.write_bytes(b"odd")
    spoken(own(tts, tmp_path, "Hello."), "Hello.")
    assert tts.made == ["Hello."] * 3


def test_prompt_is_written_once_and_again_when_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "english" / "unavailable.sln16"
    tts = BeepTts()
    voice = Voice(tts, PLAIN_TEXT, None)
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
    voice = Voice(BeepTts(), PLAIN_TEXT, None)
    with pytest.raises(EngineError, match="empty"):
        asyncio.run(render_prompt(voice, " ", tmp_path / "x.sln16"))
