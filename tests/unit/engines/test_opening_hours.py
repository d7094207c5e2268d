"""What is said of opening hours at the time of a call."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sipforge.bot.phrases import load_phrases
from sipforge.core.office.opening import Opening
from sipforge.engines.answering.answers.dialogue import AnswersDialogue
from sipforge.engines.answering.knowledge import read_knowledge
from sipforge.engines.protocols import Question, Reply, Speak
from sipforge.text.language import load_language

PHRASES = Path(__file__).parents[3] / "roles" / "sipforge" / "files" / "phrases"
KNOWLEDGE = read_knowledge(
    """
    [[topics]]
    id = "now"
    hours = "office"
    questions = ["Are you open now?"]
    answer = "We work on weekdays."
    [[topics]]
    id = "parking"
    questions = ["Where can I park?"]
    answer = "Behind the house."
    """
)


@pytest.mark.parametrize(
    ("found", "english", "kinyarwanda"),
    [
        (Opening(True), "Yes, we are open now.", "Yego, ubu turakora."),
        (
            Opening(True, 0, 4, 17 * 60),
            "Yes, we are open now, until five in the afternoon.",
            "Yego, ubu turakora kugeza saa kumi n'imwe z'umugoroba.",
        ),
        (Opening(True, 1, 5, 120), "Yes, we are open now.", "Yego, ubu turakora."),
        (
            Opening(False, 0, 4, 8 * 60),
            "No, we are closed at the moment. We open today at eight in the morning.",
            "Oya, ubu ntidukora. Uyu munsi dufungura saa mbiri za mu gitondo.",
        ),
        (
            Opening(False, 1, 5, 9 * 60),
            "No, we are closed at the moment. We open tomorrow at nine in the morning.",
            "Oya, ubu ntidukora. Ejo dufungura saa tatu za mu gitondo.",
        ),
        (
            Opening(False, 3, 0, 8 * 60 + 30),
            "No, we are closed at the moment. We open again on Monday at eight thirty in the morning.",
            "Oya, ubu ntidukora. Tuzafungura ku wa mbere saa mbiri n'igice za mu gitondo.",
        ),
        (Opening(False, 9, 0, 480), "No, we are closed at the moment.", "Oya, ubu ntidukora."),
        (Opening(False), "No, we are closed at the moment.", "Oya, ubu ntidukora."),
    ],
)
def test_it_is_said_in_each_language(found: Opening, english: str, kinyarwanda: str) -> None:
    for name, expected in (("english", english), ("kinyarwanda", kinyarwanda)):
        phrases = load_phrases(PHRASES / f"{name}.toml", "the office")
        assert load_language(name).normalise(phrases.hours.say(found)) == expected


def test_it_is_said_before_the_answer_as_it_is_at_that_moment() -> None:
    now = ["Open."]
    dialogue = AnswersDialogue(KNOWLEDGE, opening=lambda name, question: f"{name}: {now[0]}")

    async def said(question: str) -> str:
        reply = await dialogue.reply(Question(question, (), 1.0))
        assert isinstance(reply, Reply)
        return "".join([part.text async for part in reply.parts if isinstance(part, Speak)])

    assert asyncio.run(said("Are you open now?")) == "office: Open. We work on weekdays."
    now[0] = "Closed."
    assert asyncio.run(said("Are you open now?")) == "office: Closed. We work on weekdays."
    assert asyncio.run(said("Where can I park?")) == "Behind the house."


@pytest.mark.parametrize(
    ("name", "question", "now"),
    [
        ("english", "Are you open now?", True),
        ("english", "Are you open?", True),
        ("english", "Hello, are you still open?", True),
        ("english", "When are you open?", False),
        ("english", "What are your opening hours?", False),
        ("kinyarwanda", "Murafunguye?", True),
        ("kinyarwanda", "Ubu murakora?", True),
        ("kinyarwanda", "Mufungura saa ngahe?", False),
    ],
)
def test_only_who_asks_about_now_is_told(name: str, question: str, now: bool) -> None:
    assert load_phrases(PHRASES / f"{name}.toml", "the office").hours.asked(question) is now
