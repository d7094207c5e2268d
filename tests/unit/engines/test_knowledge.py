import tomllib
from pathlib import Path

import pytest

from sipforge.engines.answering.answers.matching import Matcher
from sipforge.engines.answering.knowledge import load_knowledge, read_knowledge
from sipforge.engines.protocols import EngineError
from sipforge.text.language import load_language

KNOWLEDGE = Path(__file__).parents[3] / "inventory" / "knowledge"


@pytest.mark.parametrize("language", ["english", "kinyarwanda"])
def test_every_question_of_a_file_finds_its_own_topic(language: str) -> None:
    knowledge = load_knowledge(KNOWLEDGE / f"{language}.toml")
    matcher = Matcher(knowledge, load_language(language).lexicon)
    for question, topic in knowledge.questions().items():
        match = matcher.match(question)
        assert (match.topic.id, match.sure) == (topic, True), (question, match)
    assert len(knowledge.topics) >= 10
    assert all(len(topic.questions) >= 3 for topic in knowledge.topics)


def test_every_kinyarwanda_topic_awaits_review_or_is_attested() -> None:
    raw = tomllib.loads((KNOWLEDGE / "kinyarwanda.toml").read_text(encoding="utf-8"))
    for topic in raw["topics"]:
        assert topic["confidence"] in {"H", "M"}
        assert topic["source"]
        assert topic["confidence"] == "H" or topic["review"] == "awaiting native review"


def test_the_prompt_is_a_line_for_each_topic() -> None:
    knowledge = read_knowledge(
        '[[topics]]\nid = "a"\nquestions = ["Where?", "Why?"]\nanswer = """Here.\nNow."""\n'
        '[[topics]]\nid = "b"\ntitle = "our prices"\nquestions = ["How much?"]\nanswer = "Ten."'
    )
    assert knowledge.prompt() == "- Where? Here. Now.\n- our prices: Ten."
    assert knowledge.answers() == ["Here.\nNow.", "Ten."]
    assert knowledge.questions() == {"Where?": "a", "Why?": "a", "How much?": "b"}


WRONG = ("[[]]", '[["open", "?"]]', '["open", "shut"]')
"""Synonyms."""


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
        '[[topics]]\nid = ""\nquestions = ["why"]\nanswer = "x"',
        "".join(
            f'[[topics]]\nid = "{name}"\ntitle = "It"\nquestions = ["why"]\nanswer = "x"\n' for name in "ab"
        ),
        '[[topics]]\nid = "a?"\nquestions = ["why"]\nanswer = "x"',
        f'[[topics]]\nid = "{"a" * 41}"\nquestions = ["why"]\nanswer = "x"',
        *(f'synonyms = {wrong}\n[[topics]]\nid = "a"\nquestions = ["why"]\nanswer = "x"' for wrong in WRONG),
    ],
)
def test_a_wrong_file_is_refused(text: str) -> None:
    with pytest.raises(EngineError, match="knowledge file"):
        read_knowledge(text)


def test_the_error_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"absent\.toml"):
        load_knowledge(tmp_path / "absent.toml")
