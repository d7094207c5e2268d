from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from sipforge.bot.phrases import Phrases
from sipforge.bot.thinking import SURELY_HEARD, Thinking
from sipforge.bot.thoughts import Hearing, Thought
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.engines.protocols import (
    Alternative,
    Dialogue,
    EngineError,
    Exchange,
    Floats,
    Question,
    Reply,
    Speak,
    Stage,
    Transcript,
)
from sipforge.text.turn_end import Completeness
from tests.unit.bot.doubles import BookDialogue, LevelStt

PHRASES = Phrases({}, {Meaning.YES: ("yes",), Meaning.GOODBYE: ("goodbye",)})


def think(text: str, *dialogues: Dialogue) -> Thought:
    thinking = Thinking(LevelStt(text), dialogues, PHRASES)
    samples = np.full(16000, 0.2, np.float32)

    async def both() -> Thought:
        return await thinking.think(await thinking.hear(samples), (), samples)

    return asyncio.run(both())


def answer(thought: Thought) -> str:
    async def joined() -> str:
        assert thought.reply is not None
        return "".join([part.text async for part in thought.reply.parts if isinstance(part, Speak)])

    return asyncio.run(joined()).strip()


def test_short_things_do_not_reach_the_dialogue() -> None:
    thought = think("Yes!", BookDialogue({"Yes!": "wrong"}))
    assert (thought.meaning, thought.engine) == (Meaning.YES, "phrases")


def test_the_first_sure_engine_answers() -> None:
    thought = think("why", BookDialogue({}), BookDialogue({"why": "because"}), BookDialogue({"why": "no"}))
    assert (thought.meaning, answer(thought), thought.engine) == (Meaning.ANSWERED, "because", "book")


def test_nobody_knows() -> None:
    assert think("why", BookDialogue({})).meaning is Meaning.UNKNOWN


@pytest.mark.parametrize(
    ("said", "before", "meaning", "judged"),
    [
        ("Goodbye!", (), Meaning.GOODBYE, Completeness.FINISHED),
        ("Bye.", (), Meaning.NOTHING, Completeness.UNSURE),
        ("Bye.", (Exchange("When?", "At nine."),), Meaning.GOODBYE, Completeness.FINISHED),
        ("Bye.", (Exchange("Four seven", "What?"),), Meaning.NOTHING, Completeness.UNSURE),
        ("Seven, bye.", (), Meaning.NOTHING, Completeness.UNSURE),
    ],
)
def test_a_goodbye_that_may_have_been_a_digit_is_asked_back(
    said: str, before: tuple[Exchange, ...], meaning: Meaning, judged: Completeness
) -> None:
    phrases = Phrases({}, {Meaning.GOODBYE: ("goodbye", "bye")})
    thinking = Thinking(LevelStt(said), [], phrases, numerals={"four", "seven", "nine"})
    samples = np.full(16000, 0.2, np.float32)
    hearing = asyncio.run(thinking.hear(samples))
    assert thinking.judge(hearing, None) is Completeness.UNSURE
    thought = asyncio.run(thinking.think(hearing, before, samples))
    assert thought.meaning is meaning
    assert thinking.judge(hearing, thought) is judged


def test_nothing_recognised() -> None:
    assert think("", BookDialogue({"": "wrong"})).meaning is Meaning.NOTHING


@pytest.mark.parametrize(("text", "meaning"), [("FAIL", Meaning.FAILED), ("BUSY", Meaning.BUSY)])
def test_a_recogniser_that_fails(text: str, meaning: Meaning) -> None:
    thought = think(text)
    assert (thought.meaning, thought.failed) == (meaning, Stage.STT)


@pytest.mark.parametrize(
    ("said", "seconds", "meaning"),
    [
        ("I do not know what you mean", 1.1, None),
        ("I do not know what you mean", 0.9, Meaning.NOTHING),
        ("Yes", 0.1, Meaning.YES),
        ("Please, I need to shut down here.", 0.3, Meaning.NOTHING),
    ],
)
def test_what_nobody_says_so_fast_was_not_said(said: str, seconds: float, meaning: Meaning | None) -> None:
    samples = np.full(16000, 0.2, np.float32)
    hearing = asyncio.run(Thinking(LevelStt(said), [], PHRASES).hear(samples, seconds))
    assert hearing.meaning is meaning
    assert bool(hearing.transcript.text) is (meaning is not Meaning.NOTHING)


@pytest.mark.parametrize(
    ("accepted", "other", "meaning"),
    [
        ("=yes", "", Meaning.YES),
        (None, "", Meaning.YES),
        ("", "", None),
        ("", "english", Meaning.FOREIGN),
        ("=yes", "english", Meaning.YES),
    ],
)
def test_what_only_sounds_like_a_phrase_decides_nothing(
    accepted: str | None, other: str, meaning: Meaning | None
) -> None:
    class Sounds:
        async def transcribe(self, samples: Floats) -> Transcript:
            return Transcript("yes", 0.6, 0.1, accepted)

    async def foreign(samples: Floats) -> str:
        return other

    thinking = Thinking(Sounds(), [], PHRASES, whole_phrases=True, foreign=foreign)
    hearing = asyncio.run(thinking.hear(np.zeros(16000, np.float32)))
    assert (hearing.meaning, hearing.target) == (meaning, other if meaning is Meaning.FOREIGN else "")


def test_a_failed_engine_is_forgiven_when_another_answers() -> None:
    broken = BookDialogue({"why": "FAIL"})
    assert think("why", broken, BookDialogue({"why": "because"})).meaning is Meaning.ANSWERED
    thought = think("why", broken, BookDialogue({}))
    assert (thought.meaning, thought.failed) == (Meaning.UNKNOWN, Stage.DIALOGUE)
    assert think("why", broken).meaning is Meaning.FAILED


def test_the_engines_behind_one_that_broke_off() -> None:
    first, second = BookDialogue({"why": "because"}), BookDialogue({"why": "so"})
    first.name = "first"
    thinking = Thinking(LevelStt("why"), [first, second], PHRASES)
    hearing = Hearing(Transcript("why", 1.0, 0.1), Completeness.UNSURE)
    assert answer(asyncio.run(thinking.think_again(hearing, (), "first"))) == "so"
    assert asyncio.run(thinking.think_again(hearing, (), "book")).meaning is Meaning.UNKNOWN


@pytest.mark.parametrize(
    ("said", "meaning", "target"),
    [
        ("connect me with the accounts department", Meaning.OPERATOR, "1008"),
        ("can I talk to 1 0 0 3", Meaning.OPERATOR, "1003"),
        ("what do your accounts cost", Meaning.UNKNOWN, ""),
        ("talk to me", Meaning.UNKNOWN, ""),
    ],
)
def test_whom_the_caller_wants(said: str, meaning: Meaning, target: str) -> None:
    phrases = Phrases({}, {Meaning.YES: ("yes",)}, ("connect me", "talk to"))
    thinking = Thinking(LevelStt(said), [BookDialogue({})], phrases, departments={"accounts": "1008"})
    samples = np.full(16000, 0.2, np.float32)
    hearing = asyncio.run(thinking.hear(samples))
    assert hearing.target == target
    thought = asyncio.run(thinking.think(hearing, (), samples))
    assert (thought.meaning, thought.target) == (meaning, target)


@pytest.mark.parametrize(
    ("said", "judged"),
    [
        ("when?", Completeness.FINISHED),
        ("when", Completeness.UNSURE),
        ("yes", Completeness.FINISHED),
        ("when and", Completeness.OPEN),
        ("riddle", Completeness.UNSURE),
    ],
)
def test_a_turn_is_finished_when_its_answer_is_known(said: str, judged: Completeness) -> None:
    book = BookDialogue(dict.fromkeys(("when?", "when", "when and"), "At eight."))
    book.name = "answers"

    def completeness(text: str) -> Completeness:
        return Completeness.OPEN if text.endswith("and") else Completeness.UNSURE

    thinking = Thinking(LevelStt(said), [book], PHRASES, completeness=completeness)
    samples = np.full(16000, 0.2, np.float32)
    hearing = asyncio.run(thinking.hear(samples))
    assert thinking.judge(hearing, asyncio.run(thinking.think(hearing, (), samples))) is judged


class WeighingBook(BookDialogue):
    """Knows one of the things that an utterance may have been."""

    async def weigh(self, question: Question, looks: AsyncIterator[Sequence[Alternative]]) -> Reply | None:
        async for look in looks:
            for one in look:
                if one.text.endswith(" park"):
                    reply = await BookDialogue({one.text: "Here."}).reply(replace(question, text=one.text))
                    return replace(reply, heard=one.text) if reply else None
        return None


@pytest.mark.parametrize(
    ("looks", "meaning", "text"),
    [
        ([("where can i park",)], Meaning.ANSWERED, "where can i park"),
        ([("where can i bark", "where can i park")], Meaning.ANSWERED, "where can i park"),
        ([("where can i bark",), ("where can i park",)], Meaning.ANSWERED, "where can i park"),
        ([("where can i spark",)], Meaning.UNKNOWN, ""),
        ([("where can i bark",)], Meaning.UNKNOWN, ""),
        ([(), ()], Meaning.UNKNOWN, ""),
        ([("where can i bark",), ("FAIL",)], Meaning.UNKNOWN, ""),
        # What is understood is not looked at again.
        ([("where can i park",), ("FAIL",)], Meaning.ANSWERED, "where can i park"),
    ],
)
def test_what_made_no_sense_is_looked_at_again(
    looks: list[tuple[str, ...]], meaning: Meaning, text: str
) -> None:
    async def reconsider(samples: Floats) -> AsyncGenerator[tuple[Alternative, ...]]:
        for said in looks:
            if said == ("FAIL",):
                raise EngineError(Stage.STT, "broken")
            yield tuple(Alternative(one, 0.9, 1 / len(said)) for one in said)

    # The second one, which has something to say to everything, is not asked what it may have been.
    eager = BookDialogue({"where can i spark": "Eh?"})
    books = [WeighingBook({}), eager]
    thinking = Thinking(LevelStt("where can i bark"), books, PHRASES, reconsider=reconsider)
    samples = np.full(16000, 0.2, np.float32)
    thought = asyncio.run(thinking.think(asyncio.run(thinking.hear(samples)), (), samples))
    assert (thought.meaning, thought.text) == (meaning, text)


def test_what_was_surely_heard_is_not_looked_at_again() -> None:
    async def reconsider(samples: Floats) -> AsyncGenerator[tuple[Alternative, ...]]:
        yield (Alternative("where can i park", 0.9, 1.0),)

    samples = np.full(16000, 0.2, np.float32)
    meanings = []
    for sure in (SURELY_HEARD, SURELY_HEARD + 0.01):
        stt = LevelStt("where can i bark", sure=sure)
        thinking = Thinking(stt, [WeighingBook({})], PHRASES, reconsider=reconsider)
        hearing = asyncio.run(thinking.hear(samples))
        meanings.append(asyncio.run(thinking.think(hearing, (), samples)).meaning)
    assert meanings == [Meaning.ANSWERED, Meaning.UNKNOWN]


def test_without_an_engine_that_weighs_nothing_is_looked_at_again() -> None:
    async def reconsider(samples: Floats) -> AsyncGenerator[tuple[Alternative, ...]]:
        raise AssertionError
        yield ()

    thinking = Thinking(LevelStt("why"), [BookDialogue({})], PHRASES, reconsider=reconsider)
    samples = np.full(16000, 0.2, np.float32)
    thought = asyncio.run(thinking.think(asyncio.run(thinking.hear(samples)), (), samples))
    assert thought.meaning is Meaning.UNKNOWN


@pytest.mark.parametrize(
    ("said", "sure", "meaning"),
    [
        ("why", 0.3, Meaning.FOREIGN),
        ("why", 0.6, Meaning.UNKNOWN),
        ("", 0.0, Meaning.FOREIGN),
        ("yes", 0.3, Meaning.YES),
    ],
)
def test_another_language_is_noticed_where_nothing_is_known(said: str, sure: float, meaning: Meaning) -> None:
    async def foreign(samples: Floats) -> str:
        return "french" if samples.size > 8000 else ""

    samples = np.full(16000, 0.2, np.float32)
    thinking = Thinking(LevelStt(said, sure=sure), [BookDialogue({})], PHRASES, foreign=foreign)
    hearing = asyncio.run(thinking.hear(samples))
    thought = asyncio.run(thinking.think(hearing, (), samples))
    assert (thought.meaning, thought.target) == (meaning, "french" if meaning is Meaning.FOREIGN else "")


@pytest.mark.parametrize(
    ("said", "sure", "meaning"),
    [
        ("when", 0.3, Meaning.FOREIGN),  # whatever it would have been an answer to
        ("when", 0.6, Meaning.ANSWERED),
        ("why", 0.6, Meaning.UNKNOWN),
        ("", 0.0, Meaning.FOREIGN),
        ("yes", 0.3, Meaning.FOREIGN),
    ],
)
def test_where_any_language_may_be_spoken_it_is_found_out_first(
    said: str, sure: float, meaning: Meaning
) -> None:
    async def whose(samples: Floats) -> str:
        return "french"

    thinking = Thinking(
        LevelStt(said, sure=sure), [BookDialogue({"when": "At eight."})], PHRASES, whose_language=whose
    )
    samples = np.full(16000, 0.2, np.float32)
    hearing = asyncio.run(thinking.hear(samples))
    thought = asyncio.run(thinking.think(hearing, (), samples, any_language=True))
    assert (thought.meaning, thought.target) == (meaning, "french" if meaning is Meaning.FOREIGN else "")
    assert asyncio.run(thinking.think(hearing, (), samples)).meaning is not Meaning.FOREIGN


@pytest.mark.parametrize(("sure", "meaning"), [(0.3, Meaning.NOTHING), (0.6, Meaning.UNKNOWN)])
def test_what_may_be_in_any_language_and_is_hardly_heard_is_asked_again(
    sure: float, meaning: Meaning
) -> None:
    async def whose(samples: Floats) -> str:
        return ""

    thinking = Thinking(LevelStt("why", sure=sure), [BookDialogue({})], PHRASES, whose_language=whose)
    samples = np.full(16000, 0.2, np.float32)
    hearing = asyncio.run(thinking.hear(samples))
    assert asyncio.run(thinking.think(hearing, (), samples, any_language=True)).meaning is meaning


@pytest.mark.parametrize(
    ("text", "confidence", "meaning", "doubtful"),
    [
        ("Emma Chen", 0.18, None, True),
        ("Wait.", 0.4, None, False),
        ("Goodbye", 0.2, Meaning.GOODBYE, False),
        ("Where is your office", 0.2, None, False),
    ],
)
def test_a_word_or_two_that_the_recogniser_hardly_believes_may_be_a_hum(
    text: str, confidence: float, meaning: Meaning | None, doubtful: bool
) -> None:
    hearing = Hearing(Transcript(text, confidence, 0.1), Completeness.UNSURE, meaning)
    assert hearing.doubtful is doubtful
