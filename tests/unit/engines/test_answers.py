import asyncio
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sipforge.core.conversation.policy.meanings import Rounds
from sipforge.engines.answering.answers.dialogue import AnswersDialogue
from sipforge.engines.answering.answers.phrases import AnswersPhrases
from sipforge.engines.answering.knowledge import read_knowledge
from sipforge.engines.protocols import Alternative, Exchange, Guess, Question, Reply, Speak
from sipforge.text.language import load_language

PHRASES = Path(__file__).parents[3] / "roles" / "sipforge" / "files" / "phrases"

ENGLISH = AnswersPhrases(
    ask="Is it about {title}?",
    ask_two="Is it about {first}, or {second}?",
    rest="The rest I do not know.",
)
PETS = """
[[topics]]
id = "cat"
title = "our cat"
questions = ["Where is the cat?", "What does your pet eat?"]
answer = "On the mat."

[[topics]]
id = "dog"
title = "our dog"
questions = ["Where is the dog?", "What does your pet eat?"]
answer = "In the garden, under the old tree."
"""


spoken_of: list[tuple[str, ...]] = []
"""Topics of the replies, the last one last."""
guessed: list[Rounds] = []
"""What was asked about instead."""


def ask(
    text: str, *history: Exchange, phrases: AnswersPhrases | None = ENGLISH, language: str = "english"
) -> str | None:
    """What is said in return; None where nothing is."""

    async def reply() -> str | None:
        dialogue = AnswersDialogue(read_knowledge(PETS), phrases, load_language(language).lexicon)
        said = await dialogue.reply(Question(text, history))
        if isinstance(said, Guess):
            guessed.append(said.rounds)
        if not isinstance(said, Reply):
            return None
        assert said.engine == "answers"
        assert 0 < said.confidence <= 1
        spoken_of.append(said.topics)
        return "".join([part.text async for part in said.parts if isinstance(part, Speak)])

    return asyncio.run(reply())


def test_the_written_answer_or_none() -> None:
    assert ask("Where is the cat?") == "On the mat."
    assert spoken_of[-1] == ("cat",)
    assert ask("Where is the elephant?") is None
    assert ask("") is None
    assert ask("please") is None


def test_both_answers_in_order() -> None:
    assert ask("Where is the dog and where is the cat?") == "In the garden, under the old tree. On the mat."
    assert spoken_of[-1] == ("dog", "cat")


def test_the_same_answer_once() -> None:
    assert ask("Where is the cat? Where is the cat?") == "On the mat."


def test_the_unknown_half_is_owned_up_to_where_the_language_can() -> None:
    assert ask("Where is the cat and do you sell shoes?") == "On the mat. The rest I do not know."
    assert ask("Where is the cat and do you sell shoes?", phrases=None) == "On the mat."


def test_who_talks_for_a_minute_is_answered_what_was_asked_at_the_end() -> None:
    talk = "I was at my sister's house. Then my car broke down. So I rang my brother. He came at noon. " * 3
    assert ask(talk + "Where is the cat?") == "On the mat."
    assert ask(talk + "Where is the elephant?") is None


def test_it_asks_back_where_the_language_can() -> None:
    assert ask("What does your pet eat?") is None
    assert guessed[-1] == (("dog", "cat"),)
    before = len(guessed)
    assert ask("What does your pet eat?", phrases=None) is None
    assert len(guessed) == before


def test_all_that_can_be_said_besides_answers_is_known_beforehand() -> None:
    texts = ENGLISH.texts(read_knowledge(PETS))
    assert {ENGLISH.asking(["our dog"]), ENGLISH.asking(["our dog", "our cat"]), ENGLISH.rest} < set(texts)
    assert AnswersPhrases().texts(read_knowledge(PETS)) == []


def test_without_titles_it_does_not_ask_back() -> None:
    untitled = "\n".join(line for line in PETS.splitlines() if not line.startswith("title"))
    dialogue = AnswersDialogue(read_knowledge(untitled), ENGLISH, load_language("english").lexicon)
    assert asyncio.run(dialogue.reply(Question("What does your pet eat?"))) is None


@pytest.mark.parametrize(
    ("offered", "said", "answer"),
    [
        (("dog?", "cat?"), "the cat", "On the mat."),
        (("dog?", "cat?"), "the elephant", None),
        (("lion?", "cat?"), "the cat", "On the mat."),
        ((), "the second", None),
    ],
)
def test_the_choice_is_among_what_was_offered(
    offered: tuple[str, ...], said: str, answer: str | None
) -> None:
    asked = Exchange("What does your pet eat?", "Do you mean our dog, or our cat?", offered)
    assert ask(said, asked) == answer


def test_a_question_goes_on_about_what_was_answered_last_however_it_was_said() -> None:
    told = "In the garden, under the old tree."
    assert ask("Where?", Exchange("Tell me about it.", "In the", ("cat", "dog"))) == told
    assert ask("Where?", Exchange("Tell me about it.", told)) is None
    assert ask("Where?", Exchange("Tell me about it.", told, ("lion",))) is None


def test_a_language_without_lexicon_matches_its_words() -> None:
    assert ask("Where is the cat?", language="kinyarwanda") == "On the mat."
    assert ask("Where is the elephant?", language="kinyarwanda") is None


def test_the_english_phrases_are_the_engine_s() -> None:
    raw = tomllib.loads((PHRASES / "english.toml").read_text(encoding="utf-8"))["answers"]
    phrases = AnswersPhrases(
        **{key: tuple(said) if isinstance(said, list) else said for key, said in raw.items()}
    )
    assert phrases.asking(["A"]) == "Is it about A?"
    assert phrases.asking(["A", "B"]) == "Is it about A, or B?"
    assert "other one" in phrases.second
    assert "{" not in phrases.rest


def weighed(first: str, *looks: tuple[Alternative, ...]) -> tuple[str | None, int]:
    """Which of the alternatives is answered, after looks at an utterance, and how many looks were taken."""
    taken = 0

    async def look() -> AsyncIterator[tuple[Alternative, ...]]:
        nonlocal taken
        for one in looks:
            taken += 1
            yield one

    async def heard() -> str | None:
        dialogue = AnswersDialogue(read_knowledge(PETS), ENGLISH, load_language("english").lexicon)
        said = await dialogue.weigh(Question(first), look())
        return said.heard if said else None

    return asyncio.run(heard()), taken


def may_be(first: str, *looks: tuple[Alternative, ...]) -> str | None:
    """Which of the alternatives is answered, after looks at an utterance, all of which are needed."""
    heard, taken = weighed(first, *looks)
    assert taken == len(looks)
    return heard


@pytest.mark.parametrize(("confidence", "answered"), [(1.0, True), (0.6, True), (0.2, False)])
def test_what_was_hardly_understood_is_not_answered(confidence: float, answered: bool) -> None:
    async def reply() -> bool:
        dialogue = AnswersDialogue(read_knowledge(PETS), ENGLISH, load_language("english").lexicon)
        return isinstance(await dialogue.reply(Question("Where is the dog?", confidence=confidence)), Reply)

    assert asyncio.run(reply()) is answered


def test_alternatives_with_one_answer_count_together() -> None:
    cup = Alternative("Where is the cup?", 0.9, 0.4)
    cats = Alternative("Where are the cats?", 0.9, 0.2), Alternative("Where is the cat?", 0.9, 0.15)
    dog = Alternative("Where is the dog?", 0.9, 0.25)
    assert may_be("Where is the cap?", (cup, dog, *cats)) == "Where are the cats?"
    assert may_be("Where is the cap?", (cup, dog)) is None


@pytest.mark.parametrize(
    ("first", "confidence", "heard"),
    [
        ("Where is the cap?", 0.9, "Where is the cat?"),
        ("Where is the cap?", 0.2, None),
        ("Thanks and goodbye", 0.9, None),
    ],
)
def test_an_alternative_is_clear_and_sounds_like_what_was_heard(
    first: str, confidence: float, heard: str | None
) -> None:
    assert may_be(first, (Alternative("Where is the cat?", confidence, 0.9),)) == heard


def test_what_each_look_finds_likely_is_believed_sooner() -> None:
    def look(share: float, confidence: float = 0.9) -> tuple[Alternative, ...]:
        cat = Alternative("Where is the cat?", confidence, share)
        return (Alternative("Where is the cup?", 0.9, 1 - share), cat)

    assert may_be("Where is the cap?", look(0.2)) is None
    assert may_be("Where is the cap?", look(0.2), look(0.2)) == "Where is the cat?"
    assert may_be("Where is the cap?", look(0.9, 0.45)) is None
    assert may_be("Where is the cap?", look(0.9, 0.45), look(0.2)) == "Where is the cat?"
    assert may_be("Where is the cap?", look(0.2), look(0.05)) is None
    assert may_be("Where is the cap?", look(0.9, 0.45), ()) is None


def test_what_one_look_makes_hopeless_is_not_looked_at_again() -> None:
    cup = (Alternative("Where is the cup?", 0.9, 1.0),)
    assert weighed("Where is the cap?", cup, cup) == (None, 1)
