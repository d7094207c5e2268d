from __future__ import annotations

import asyncio
import math
import threading

import numpy as np
import pytest

from sipforge.engines.hearing.piecewise import PIECE_SECONDS
from sipforge.engines.hearing.whisper.model import Encoded, WhisperModel, Written
from sipforge.engines.hearing.whisper.transcriber import (
    SLOWER,
    WINDOW_SECONDS,
    WhisperStt,
    heard_nothing,
    without_restart,
)
from sipforge.engines.protocols import Alternative, Floats
from sipforge.text.plain import words
from tests.models import model
from tests.phones.audio import read_wav, resample
from tests.phones.speech import english


class Says:
    """A model that always writes the same."""

    def __init__(self, written: Written) -> None:
        self.written = written
        self.seconds: list[float] = []
        """Lengths of what was encoded."""

    def encode(self, samples: Floats) -> Encoded:
        self.seconds.append(samples.size / 16000)
        return Encoded(np.zeros((1, 50, 4), np.float32), samples.size / 16000)

    def write(self, encoded: Encoded, before: str = "") -> Written:
        return self.written

    def alternatives(self, encoded: Encoded, before: str, count: int) -> list[Written]:
        return [
            Written("Where can I bark?", -0.5, 0.0, 6),
            Written("where can i bark", -0.6, 0.0, 6),
            Written("Where can I park?", -0.4, 0.0, 6),
            Written("Where can I bark my car?", -0.3, 0.0, 90),
            Written("...", -0.1, 0.0, 2),
        ][:count]


@pytest.mark.parametrize(
    ("written", "nothing"),
    [
        (Written("Hello.", -0.2, 0.01), False),
        (Written("Hello.", -0.2, 0.95), False),
        (Written("Hello.", -1.5, 0.3), False),
        (Written("you", -1.4, 0.9), True),
        (Written("...", -0.1, 0.0), True),
        (Written("", -0.1, 0.0), True),
        (Written("Back here, come on.", -1.0, 0.1), True),
        (Written("0788 12 34 55", -1.2, 0.3), False),
        (Written("A, K, I, M", -1.2, 0.3), False),
        (Written("0788 12 34 55", -1.4, 0.3), True),
        (Written("No, no, no, no, no, no, no", -0.3, 0.1), True),
        (Written("I am here, I am here, I am here, I am here", -0.1, 0.0), True),
        (Written("No, no, no!", -0.3, 0.1), False),
        (Written("0 0 0 0 0 0", -0.3, 0.1), False),
        (Written("What do I need to bring", -0.1, 0.0, 14, False), True),
    ],
)
def test_imagination(written: Written, nothing: bool) -> None:
    assert heard_nothing(written) is nothing


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Good day. When do you open? Good day. When", "Good day. When do you open?"),
        ("I'd like to see someone. I'd like to", "I'd like to see someone."),
        ("which hall is your law for sin which hall is your law", "which hall is your law for sin"),
        ("Do you sell maps? Do you sell maps?", "Do you sell maps?"),
        ("Two. Two.", "Two. Two."),
        ("Where is it? Where is it? Where is it? Where", "Where is it?"),
        ("No, no, no, no, no, no.", "No, no, no, no, no, no."),
        ("My number is 07 88 12 34 my number is 07 88", "My number is 07 88 12 34 my number is 07 88"),
        ("1, 2, 3, 4, 1, 2, 3", "1, 2, 3, 4, 1, 2, 3"),
        ("", ""),
        ("What street was that again? Where are you?", "What street was that again? Where are you?"),
    ],
)
def test_a_second_beginning_was_not_said(written: str, said: str) -> None:
    assert without_restart(written) == said


def test_transcript() -> None:
    stt = WhisperStt(Says(Written("Hello.", -0.5, 0.0)))
    transcript = asyncio.run(stt.transcribe(np.zeros(16000, np.float32)))
    assert transcript.text == "Hello."
    assert transcript.confidence == pytest.approx(math.exp(-0.5))
    assert transcript.seconds >= 0


def test_nothing_heard_is_empty() -> None:
    stt = WhisperStt(Says(Written("you", -1.4, 0.9)))
    transcript = asyncio.run(stt.transcribe(np.zeros(16000, np.float32)))
    assert (transcript.text, transcript.confidence) == ("", 0.0)


def talk(seconds: float) -> Floats:
    """Syllables, without a pause."""
    times = np.arange(int(seconds * 16000)) / 16000
    loud = (0.2 + 0.1 * np.sin(20 * times)) * np.random.default_rng(0).standard_normal(times.size)
    return loud.astype(np.float32)


def test_of_a_minute_of_talk_only_the_last_piece_is_left_to_do_when_it_is_over() -> None:
    model = Says(Written("Hello.", -0.5, 0.0))
    stt, samples = WhisperStt(model), talk(62.0)

    async def story() -> str:
        for seconds in range(1, 62):
            await stt.hear_ahead(samples[: seconds * 16000])
        return (await stt.transcribe(samples)).text

    text = asyncio.run(story())
    [*ahead, last] = model.seconds
    assert sum(ahead) + last == pytest.approx(62.0), "each sound is heard once"
    assert max(model.seconds) <= PIECE_SECONDS
    assert text == asyncio.run(WhisperStt(model).transcribe(samples)).text


def test_an_utterance_of_one_piece_is_not_begun_with_before_it_is_over() -> None:
    model = Says(Written("Hello.", -0.5, 0.0))
    asyncio.run(WhisperStt(model).hear_ahead(talk(PIECE_SECONDS)))
    assert model.seconds == []


def test_what_was_written_for_nobody_is_not_written_again() -> None:
    class Slow(Says):
        begun, go_on = threading.Event(), threading.Event()

        def encode(self, samples: Floats) -> Encoded:
            self.begun.set()
            self.go_on.wait()
            return super().encode(samples)

    model = Slow(Written("Hello.", -0.5, 0.0))
    stt, samples = WhisperStt(model), talk(2.0)

    async def story() -> None:
        unwanted = asyncio.create_task(stt.transcribe(samples))
        await asyncio.to_thread(model.begun.wait)
        unwanted.cancel()
        wanted = asyncio.create_task(stt.transcribe(samples))
        await asyncio.wait([unwanted])
        model.go_on.set()
        assert (await wanted).text == "Hello."

    asyncio.run(story())
    assert model.seconds == [2.0]


def test_two_callers_are_heard_at_the_same_time_where_the_host_can() -> None:
    both = threading.Barrier(2, timeout=10)

    class Together(Says):
        def encode(self, samples: Floats) -> Encoded:
            both.wait()
            return super().encode(samples)

    stt = WhisperStt(Together(Written("Hello.", -0.5, 0.0)), at_once=2)

    async def story() -> list[str]:
        heard = await asyncio.gather(stt.transcribe(talk(1.0)), stt.transcribe(talk(2.0)))
        return [one.text for one in heard]

    assert asyncio.run(story()) == ["Hello.", "Hello."]


def looks(stt: WhisperStt, samples: Floats) -> list[tuple[Alternative, ...]]:
    async def collect() -> list[tuple[Alternative, ...]]:
        return [look async for look in stt.reconsider(samples)]

    return asyncio.run(collect())


def test_further_looks_give_what_it_may_have_been() -> None:
    model = Says(Written("Where can I bark?", -0.5, 0.0))
    stt = WhisperStt(model, "Where can I park?")
    samples = np.zeros(16000, np.float32)
    asyncio.run(stt.transcribe(samples))
    found, slower = looks(stt, samples)
    assert [one.text for one in found][:2] == ["Where can I park?", "Where can I bark?"]
    assert [one.share for one in found] == pytest.approx([0.6457, 0.3543, 0.0], abs=0.001)
    assert found[0].confidence == pytest.approx(math.exp(-0.4))
    assert len(slower) == len(found)
    assert model.seconds == pytest.approx([1.0, SLOWER], abs=0.001)


def test_without_expectations_there_is_no_further_look() -> None:
    stt = WhisperStt(Says(Written("Hello.", -0.5, 0.0)))
    assert looks(stt, np.zeros(16000, np.float32)) == []
    for seconds in (0, 13):
        sound = np.zeros(16000 * seconds, np.float32)
        assert looks(WhisperStt(Says(Written("Hello.", -0.5, 0.0)), "Hi."), sound) == []


FAST = (
    "My sister told me that her neighbour had been in the same situation last year with his cousin and "
    "a house, so what are your opening hours?"
)


def test_fast_speech_is_written_to_its_end() -> None:
    whisper = WhisperModel(model("whisper-base"), "en", 1, WINDOW_SECONDS)
    samples, rate_hz = read_wav(english(FAST))
    written = whisper.write(whisper.encode(resample(samples, rate_hz, 16000).astype(np.float32)))
    assert words(written.text)[-4:] == words(FAST)[-4:]
