"""The example knowledge file against questions that are not in it, and against unrelated ones."""

from __future__ import annotations

import asyncio
import tomllib
from pathlib import Path

import pytest

from sipforge.engines.answers import AnswersDialogue, Matcher, load_knowledge, read_knowledge, stem
from sipforge.engines.protocols import EngineError

KNOWLEDGE = Path(__file__).parents[3] / "inventory" / "knowledge"

REPHRASED = {
    "hours": [
        "What time are you open in the morning?",
        "At what time does the office close?",
        "Can you tell me your opening hours please?",
        "Hello, I would like to know when the office is open.",
    ],
    "saturday": ["Is the office open on Saturdays?", "Are you working this Saturday?"],
    "holidays": ["Are you open on Sunday?", "Is the office closed on public holidays?"],
    "address": ["Where exactly is the office?", "Could you give me your address please?"],
    "directions": ["How do I get there by bus?", "How can I find the way to your office?"],
    "parking": ["Do you have parking?", "Where do I leave my car?"],
    "prices": ["How much is it?", "What is the price?", "How much does an hour cost?"],
    "payment": ["Can I pay with mobile money?", "How do I pay you?"],
    "appointment": ["I want to make an appointment.", "Can I make an appointment for tomorrow?"],
    "email": ["Can I send you an email?", "What's your email?"],
    "telephone": ["Could I have your phone number?", "What's your telephone number please?"],
    "languages": ["Do you speak Kinyarwanda?", "What languages do you speak?"],
    "director": ["Who is your director?", "Can you tell me who the boss is?"],
    "services": ["What services do you have?", "Do you measure land?"],
    "documents": ["What documents should I bring?", "Do I have to bring my ID card?"],
    "access": ["Do you have a lift?", "I use a wheelchair, can I come?"],
}

UNRELATED = [
    "What is the weather today?",
    "Do you sell shoes?",
    "How old is the president?",
    "I would like to order a pizza.",
    "My computer is broken.",
    "Who won the football match?",
    "What time is it?",
    "Do you have a job for me?",
    "I lost my passport.",
    "Where is the airport?",
    "Is there Wi-Fi?",
    "When is the next train?",
    "What is the price of gold?",
    "Where is the hospital?",
    "Can I speak to Peter?",
    "Can I bring my dog?",
    "I have a complaint.",
    "Tell me a joke.",
    "How do I reset my password?",
    "Can't you tell me where I can buy a card battery?",
]


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load_knowledge(KNOWLEDGE / "english.toml"))


@pytest.mark.parametrize(
    ("topic", "question"), [(topic, question) for topic, asked in REPHRASED.items() for question in asked]
)
def test_rephrased_questions_find_their_answer(matcher: Matcher, topic: str, question: str) -> None:
    match = matcher.match(question)
    assert (match.topic.id, match.sure) == (topic, True), match


@pytest.mark.parametrize("question", UNRELATED)
def test_unrelated_questions_find_none(matcher: Matcher, question: str) -> None:
    assert not matcher.match(question).sure


@pytest.mark.parametrize("language", ["english", "kinyarwanda"])
def test_every_question_of_a_file_finds_its_own_topic(language: str) -> None:
    knowledge = load_knowledge(KNOWLEDGE / f"{language}.toml")
    matcher = Matcher(knowledge)
    for question, topic in knowledge.questions().items():
        match = matcher.match(question)
        assert (match.topic.id, match.sure) == (topic, True), (question, match)
    assert len(knowledge.topics) >= 10
    assert all(len(topic.questions) >= 3 for topic in knowledge.topics)


def test_every_kinyarwanda_topic_awaits_review_or_is_attested() -> None:
    raw = tomllib.loads((KNOWLEDGE / "kinyarwanda.toml").read_text(encoding="utf-8"))
    for topic in raw["topics"]:
        assert topic["confidence"] in {"H", "M"}
        assert topic["confidence"] == "H" or topic["review"] == "awaiting native review"


def test_nothing_said_matches_nothing(matcher: Matcher) -> None:
    assert matcher.match("").fit == 0
    assert not matcher.match("please").sure


def test_reply_is_the_written_answer_or_none() -> None:
    dialogue = AnswersDialogue(
        read_knowledge('[[topics]]\nid = "a"\nquestions = ["Where is the cat?"]\nanswer = "On the mat."')
    )
    reply = asyncio.run(dialogue.reply("Where is the cat?"))
    assert reply is not None
    assert (reply.text, reply.engine) == ("On the mat.", "answers")
    assert reply.confidence == pytest.approx(1.0)
    assert asyncio.run(dialogue.reply("What is a dog?")) is None


@pytest.mark.parametrize(
    "text",
    [
        "topics = 1 =",
        "",
        "topics = []",
        '[[topics]]\nid = "a"\nquestions = []\nanswer = "x"',
        '[[topics]]\nid = "a"\nquestions = ["?"]\nanswer = "x"',
        '[[topics]]\nid = "a"\nquestions = ["why"]\nanswer = " "',
        '[[topics]]\nid = "a"\nquestions = ["why"]\nanswer = "x"\n' * 2,
    ],
)
def test_a_wrong_file_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="knowledge file"):
        read_knowledge(text)


def test_the_error_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"absent\.toml"):
        load_knowledge(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("word", "cut"),
    [
        ("opens", "open"),
        ("opening", "open"),
        ("opened", "open"),
        ("cities", "city"),
        ("bus", "bus"),
        ("address", "address"),
        ("what's", "what"),
        ("prices", "pric"),
        ("is", "is"),
    ],
)
def test_stem(word: str, cut: str) -> None:
    assert stem(word) == cut
