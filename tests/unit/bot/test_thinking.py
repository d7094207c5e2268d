from __future__ import annotations

import asyncio

import numpy as np
import pytest

from sipforge.bot.phrases import Phrases
from sipforge.bot.thinking import Thinking, Thought
from sipforge.core.turns import Meaning
from sipforge.engines.protocols import Dialogue, Stage
from tests.unit.bot.doubles import BookDialogue, LevelStt

PHRASES = Phrases({}, {Meaning.YES: ("yes",), Meaning.GOODBYE: ("goodbye",)})


def think(text: str, *dialogues: Dialogue) -> Thought:
    thinking = Thinking(LevelStt(text), dialogues, PHRASES)
    return asyncio.run(thinking.think(np.full(16000, 0.2, np.float32)))


def test_short_things_do_not_reach_the_dialogue() -> None:
    thought = think("Yes!", BookDialogue({"Yes!": "wrong"}))
    assert (thought.meaning, thought.engine) == (Meaning.YES, "phrases")


def test_the_first_sure_engine_answers() -> None:
    thought = think("why", BookDialogue({}), BookDialogue({"why": "because"}), BookDialogue({"why": "no"}))
    assert (thought.meaning, thought.answer, thought.engine) == (Meaning.ANSWERED, "because", "book")


def test_nobody_knows() -> None:
    assert think("why", BookDialogue({})).meaning is Meaning.UNKNOWN


def test_nothing_recognised() -> None:
    assert think("", BookDialogue({"": "wrong"})).meaning is Meaning.NOTHING


@pytest.mark.parametrize(("text", "meaning"), [("FAIL", Meaning.FAILED), ("BUSY", Meaning.NOTHING)])
def test_a_recogniser_that_fails(text: str, meaning: Meaning) -> None:
    thought = think(text)
    assert (thought.meaning, thought.failed) == (meaning, Stage.STT)


def test_a_failed_engine_is_forgiven_when_another_answers() -> None:
    broken = BookDialogue({"why": "FAIL"})
    assert think("why", broken, BookDialogue({"why": "because"})).meaning is Meaning.ANSWERED
    thought = think("why", broken, BookDialogue({}))
    assert (thought.meaning, thought.failed) == (Meaning.FAILED, Stage.DIALOGUE)
