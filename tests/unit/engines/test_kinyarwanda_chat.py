"""A chat model that answers in Kinyarwanda itself: small ones in the published format, really loaded."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from sipforge.engines.answering.chat.grounding import Fact, Verdict
from sipforge.engines.answering.chat.model import ChatModel
from sipforge.engines.answering.chat.quoting import Quotes
from sipforge.engines.answering.knowledge import Knowledge, Topic
from sipforge.engines.protocols import EngineError, Question, Speak, Stage
from sipforge.text.kinyarwanda.normalisation import sentences
from sipforge.text.lexicon import Lexicon
from tests.engines import make_dialogue
from tests.tiny import chat_model
from tests.unit.engines.test_pivot import parts_of

ADDRESS = Topic(
    "aho_turi", ("Ofisi iri he?", "Mukorera he?"), "Ofisi yacu iri i Kigali, hafi y'isoko rikuru."
)
SUNDAY = Topic("ikiruhuko", ("Mukora ku cyumweru?",), "Ku cyumweru ofisi irafunze. Murakoze.")
KNOWLEDGE = Knowledge((ADDRESS, SUNDAY))
WHERE = ["Ofisi", " yacu", " iri", " i", " Kigali", ",", " hafi", " y'isoko", " rikuru", "."]


def said(directory: Path, question: str, prompt: str = "") -> list[object] | None:
    chat = {"model": directory.name, "prompt": prompt, "max_tokens": 40}
    dialogue = make_dialogue(
        "ctranslate2", directory.parent, KNOWLEDGE, language="kinyarwanda", ctranslate2=chat
    )
    return asyncio.run(parts_of(dialogue, Question(question)))  # type: ignore[return-value]


def test_it_says_a_sentence_of_the_office(tmp_path: Path) -> None:
    model = chat_model(tmp_path / "qwen", WHERE)
    assert said(model, "Ofisi iri he?") == [Speak(ADDRESS.answer)]
    assert said(model, "Ofisi iri he?", "Subiza mu Kinyarwanda.") == [Speak(ADDRESS.answer)]


@pytest.mark.parametrize("written", [[*WHERE[:4], " Huye", "."], ["-"], [*WHERE[:5], "."]])
def test_it_says_nothing_else(tmp_path: Path, written: list[str]) -> None:
    assert said(chat_model(tmp_path / "qwen", written), "Ofisi iri he?") is None


def test_a_true_sentence_is_no_answer_to_another_question(tmp_path: Path) -> None:
    assert said(chat_model(tmp_path / "qwen", WHERE), "Mukora ku cyumweru?") is None


def test_noise_says_nothing(tmp_path: Path) -> None:
    model = chat_model(tmp_path / "qwen", WHERE, random=True)
    assert said(model, "Ofisi iri he?") is None
    texts: list[str] = []
    ChatModel(model).write("Ofisi", 12, lambda text: bool(texts.append(text)))
    assert texts


@pytest.mark.parametrize("name", ["model.bin", "config.json", "vocabulary.json", "tokenizer.json"])
@pytest.mark.parametrize("share", [None, 0.0, 0.5, 0.99])
def test_a_file_that_is_missing_or_cut_off_is_an_error(
    tmp_path: Path, name: str, share: float | None
) -> None:
    file = chat_model(tmp_path / "qwen", WHERE) / name
    whole = file.read_bytes()
    file.unlink()
    if share is not None:
        file.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(EngineError, match=rf"the model in {file.parent} cannot be loaded") as caught:
        said(file.parent, "Ofisi iri he?")
    assert caught.value.stage is Stage.DIALOGUE


def test_the_tokenizer_of_another_model_is_an_error(tmp_path: Path) -> None:
    model = chat_model(tmp_path / "qwen", WHERE)
    other = chat_model(tmp_path / "other", [f" {number}zz" for number in range(100)])
    shutil.copy(other / "tokenizer.json", model)
    with pytest.raises(EngineError, match=r"its tokenizer\.json is another model's"):
        ChatModel(model)


FACTS = [Fact(topic.answer, topic.questions) for topic in KNOWLEDGE.topics]


@pytest.mark.parametrize(
    ("sentence", "question", "may"),
    [
        ("Ofisi yacu iri i Kigali, hafi y'isoko rikuru.", "Ofisi iri he?", True),
        ("ofisi yacu iri i kigali hafi y\u2019isoko rikuru", "Ofisi iri he?", True),
        ("Ku cyumweru ofisi irafunze.", "Mukora ku cyumweru?", True),
        ("Murakoze.", "Mukora ku cyumweru?", True),
        ("Ku cyumweru ofisi irafunze.", "Ofisi iri he?", False),
        ("Ku cyumweru ofisi ntifunze.", "Mukora ku cyumweru?", False),
        ("Yego, ku cyumweru ofisi irafunze.", "Mukora ku cyumweru?", False),
        ("Ku cyumweru", "Mukora ku cyumweru?", False),
        ("Ku cyumweru ofisi irafunze.", "", False),
        ("", "Mukora ku cyumweru?", False),
        ("-", "Mukora ku cyumweru?", False),
    ],
)
def test_only_whole_sentences_of_a_fact_that_is_asked_for(sentence: str, question: str, may: bool) -> None:
    quotes = Quotes(FACTS, sentences)
    assert (quotes.judge(sentence, question) is Verdict.SAY) == may
    if may:
        assert not any(quotes.hopeless(sentence[:end], question) for end in range(len(sentence)))


def test_a_sentence_is_given_up_at_its_first_wrong_word() -> None:
    quotes = Quotes(FACTS, sentences)
    assert not quotes.hopeless("Ku cyumweru ofis", "Mukora ku cyumweru?")
    assert quotes.hopeless("Ku cyumweru dukora kuva", "Mukora ku cyumweru?")


def test_words_that_say_nothing_do_not_count() -> None:
    question = "Mbese mwambwira mukora ku cyumweru mbese?"
    fact, strict = FACTS[1], Quotes(FACTS, sentences, Lexicon(function=frozenset({"ku"})))
    assert strict.judge("Ku cyumweru ofisi irafunze.", question) is Verdict.REFUSE
    aware = Quotes(FACTS, sentences, Lexicon(function=frozenset({"mbese", "mwambwira"})))
    assert aware.judge("Ku cyumweru ofisi irafunze.", question) is Verdict.SAY
    assert aware.closest(question, 1) == [fact]
