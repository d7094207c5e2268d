"""Meaning beside words: the decision by itself, and the real encoder on the offices' questions."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sipforge.engines.answering.answers.dialogue import AnswersDialogue, make
from sipforge.engines.answering.answers.phrases import AnswersPhrases
from sipforge.engines.answering.answers.plan import Plan
from sipforge.engines.answering.knowledge import Knowledge, Topic, load_knowledge, read_knowledge
from sipforge.engines.answering.meaning.decision import Evidence, decide, probabilities
from sipforge.engines.answering.meaning.encoder import SentenceEncoder
from sipforge.engines.answering.meaning.kept import kept
from sipforge.engines.answering.meaning.nearness import (
    LEAST,
    NO_BACKGROUND,
    Near,
    Nearness,
    Rarity,
    Said,
    TopicTexts,
)
from sipforge.engines.answering.meaning.topics import Topics
from sipforge.engines.protocols import Encoded, EngineError, Exchange, Floats, Guess, Question, Reply
from sipforge.engines.registry import AnsweringNeeds
from sipforge.infra.settings.assistants import DialogueSettings
from sipforge.text.language import load_language
from tests.models import model
from tests.unit.engines.test_answers_questions import KNOWLEDGE, questions

MODEL = "all-minilm-l6-v2"
PHRASES = AnswersPhrases(ask="Is it about {title}?", ask_two="Is it about {first}, or {second}?")
ENGLISH = load_language("english")
PETS = """
[[topics]]
id = "cat"
title = "our cat"
questions = ["Where is the cat?"]
answer = "On the mat."
"""


# --- the decision


def topics(*titles: str) -> tuple[Topic, ...]:
    return tuple(Topic(title or "untitled", ("q",), "a", title) for title in titles)


THREE = topics("parking", "prices", "hours")


def evidence(*probabilities: float, without: Sequence[int] = ()) -> Evidence:
    """Of each topic; what is left is that none is meant."""
    return Evidence(np.array([*probabilities, 1 - sum(probabilities)], np.float32), frozenset(without))


def guessed(plan: Plan) -> list[list[str]]:
    return [[topic.id for topic in asked] for asked in plan.guesses]


def by_words(topic: int, fit: float = 0.7) -> Plan:
    return Plan((THREE[topic],), fit=fit)


def test_what_the_words_are_sure_of_is_answered_where_meaning_thinks_of_it_first() -> None:
    assert decide(by_words(0), evidence(0.3, 0.02, 0.02), THREE).topics == THREE[:1]
    # Two topics are likely: what fits only just does not decide, and what fits to the letter does.
    two = evidence(0.3, 0.1, 0.05)
    assert guessed(decide(by_words(0), two, THREE)) == [["parking", "prices"], ["hours"]]
    assert decide(by_words(0, 1.0), two, THREE).topics == THREE[:1]


def test_words_that_meaning_is_against_are_asked_about_first() -> None:
    assert guessed(decide(by_words(1), evidence(0.6, 0.2, 0.1), THREE)) == [["prices", "parking"], ["hours"]]


def test_meaning_alone_answers_what_it_is_sure_of() -> None:
    assert decide(Plan(), evidence(0.98, 0.01), THREE[:2]).topics == THREE[:1]
    assert guessed(decide(Plan(), evidence(0.9, 0.01, 0.005), THREE)) == [["parking"], ["prices"]]


def test_the_plausible_is_asked_about_two_at_once_where_they_are_close() -> None:
    assert guessed(decide(Plan(), evidence(0.3, 0.2, 0.1), THREE)) == [["parking", "prices"], ["hours"]]
    assert guessed(decide(Plan(), evidence(0.6, 0.05, 0.01), THREE)) == [["parking"], ["prices"]]


def test_what_is_asked_elsewhere_is_not_known() -> None:
    assert decide(Plan(), evidence(0.1, 0.05, 0.05), THREE) == Plan()


def test_what_was_denied_is_not_meant() -> None:
    denied = evidence(0.6, 0.3, 0.05, without=[0])
    assert guessed(decide(Plan(), denied, THREE)) == [["prices", "hours"]]


def test_topics_without_title_are_not_asked_about() -> None:
    assert guessed(decide(Plan(), evidence(0.3, 0.3), topics("", "prices"))) == [["prices"]]
    assert decide(Plan(), evidence(0.3, 0.3), topics("", "")) == Plan()


def test_one_topic_is_enough() -> None:
    assert guessed(decide(Plan(), evidence(0.5), THREE[:1])) == [["parking"]]
    assert decide(Plan(), evidence(0.1), THREE[:1]) == Plan()
    assert decide(by_words(0), evidence(0.7), THREE[:1]).topics == THREE[:1]


def test_two_questions_in_one_breath_need_both_to_be_likely() -> None:
    both = Plan((THREE[0], THREE[2]), fit=0.9)
    assert decide(both, evidence(0.5, 0.1, 0.3), THREE) == both
    five = (*THREE, *topics("email", "address"))
    asked = guessed(decide(both, evidence(0.05, 0.3, 0.01, 0.4, 0.1), five))
    assert asked == [["parking", "hours"], ["email"]]


def test_what_leans_is_judged_with_what_was_said_before() -> None:
    alone, beside = near((0.0, 0.0)), near((1.0, 0.0))
    assert probabilities(alone)[0] == pytest.approx(probabilities(alone)[1])
    half = (probabilities(alone) + probabilities(beside)) / 2
    assert np.allclose(probabilities(alone, beside), half)
    assert probabilities(beside).sum() == pytest.approx(1)


# --- nearness


def unit(*numbers: float) -> Floats:
    vector = np.array(numbers, np.float32)
    return np.asarray(vector / np.linalg.norm(vector), np.float32)


def near(alike: Sequence[float]) -> Near:
    """Of some topics, each as near as one number says."""
    return Near(np.array([[one] * 4 for one in alike], np.float32), np.array([0.5] * 3, np.float32))


EAST, NORTH, UP = unit(1, 0, 0), unit(0, 1, 0), unit(0, 0, 1)


def encoded(text: str, *states: Floats) -> Encoded:
    return Encoded(unit(*sum(states)), tuple(text.split()), np.stack(states))


CAT, DOG, BIRD = encoded("cat", EAST), encoded("dog", NORTH), encoded("bird", UP)
NOTHING = np.zeros((0, 3), np.float32)
PIECES = Rarity([["cat"], ["dog"], ["bird"]])


def topic_of(*questions: Encoded) -> TopicTexts:
    vectors = np.stack([question.vector for question in questions])
    return TopicTexts(questions, questions[:1], vectors, vectors)


def said_as(text: Encoded) -> Said:
    return Said(text, text.pieces, text.states, len(text.pieces))


def test_a_text_is_near_as_a_whole_by_its_pieces_and_by_its_words() -> None:
    nearness = Nearness([topic_of(CAT, CAT), topic_of(DOG)], NOTHING, PIECES, PIECES)
    cat, dog = nearness.near(said_as(CAT)).topics
    assert cat.tolist() == pytest.approx([1, 1, 1, 0], abs=1e-5)
    assert dog[:3].tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert dog[3] < 0
    # Half of it is covered: the least covered piece counts most.
    both = nearness.near(said_as(encoded("cat bird", EAST, UP))).topics[0]
    assert 0 < both[1] < 0.1
    assert both[2] == pytest.approx(1, abs=1e-5)


def test_what_the_office_knows_is_no_background_to_it() -> None:
    background = np.stack([CAT.vector, BIRD.vector])
    known = Nearness([topic_of(CAT), topic_of(DOG)], background, PIECES, PIECES)
    assert known.near(said_as(CAT)).elsewhere[0] == pytest.approx(0, abs=1e-5)
    assert known.near(said_as(BIRD)).elsewhere[0] == pytest.approx(1, abs=1e-5)
    # Without a background it is as near as usual.
    alone = Nearness([topic_of(CAT)], NOTHING, PIECES, PIECES)
    assert alone.near(said_as(BIRD)).elsewhere[0] == pytest.approx(NO_BACKGROUND)


def test_what_is_everywhere_tells_little_and_marks_as_little() -> None:
    rarity = Rarity([["the", "cat"], ["the", "dog"]])
    the, cat, unheard, mark = rarity.of(["the", "cat", "ox", "?"])
    assert the == mark == pytest.approx(LEAST)
    assert LEAST < cat < unheard


# --- what was encoded is kept


class Counting:
    """An encoder that counts."""

    identity = "one"

    def __init__(self) -> None:
        self.made = 0

    def pieces(self, text: str) -> tuple[str, ...]:
        return tuple(text)

    def encode(self, texts: Sequence[str]) -> list[Encoded]:
        self.made += len(texts)
        return [encoded(" ".join(text), *[unit(ord(one), 1) for one in text]) for text in texts]


def test_a_file_is_encoded_once_by_a_model(tmp_path: Path) -> None:
    encoder = Counting()
    first, vectors = kept(encoder, ["a", "bb"], ["c"], tmp_path)
    again, same = kept(encoder, ["a", "bb"], ["c"], tmp_path)
    assert [one.pieces for one in again] == [one.pieces for one in first] == [("a",), ("b", "b")]
    assert np.allclose(vectors, same, atol=1e-3)
    for one, other in zip(first, again, strict=True):
        assert np.allclose(one.vector, other.vector, atol=1e-3)
        assert np.allclose(one.states, other.states, atol=1e-3)
    assert encoder.made == 3
    kept(encoder, ["a"], ["bb", "c"], tmp_path)
    encoder.identity = "two"
    kept(encoder, ["a"], ["bb", "c"], tmp_path)
    assert encoder.made == 9
    [file] = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    kept(encoder, ["a"], ["bb", "c"], tmp_path)
    assert encoder.made == 12


def test_without_a_folder_it_is_encoded_anew(tmp_path: Path) -> None:
    encoder = Counting()
    for cache_folder in (None, tmp_path / "gone"):
        kept(encoder, ["a"], ["b"], cache_folder)
    assert encoder.made == 4


# --- the real encoder


@cache
def encoder() -> SentenceEncoder:
    return SentenceEncoder(model(MODEL))


@cache
def dialogue(office: str) -> AnswersDialogue:
    knowledge = load_knowledge(KNOWLEDGE[office])
    return AnswersDialogue(
        knowledge,
        PHRASES,
        ENGLISH.lexicon,
        Topics(encoder(), knowledge, ENGLISH.background, ENGLISH.lexicon),
    )


def said(office: str, text: str) -> Reply | Guess | None:
    return asyncio.run(dialogue(office).reply(Question(text)))


def test_what_is_no_unicode_is_a_text_too() -> None:
    assert all(np.isfinite(one.vector).all() for one in encoder().encode(["caf\udce9", "\ud83d"]))


def test_sentences_of_one_meaning_are_near_whatever_their_company() -> None:
    texts = ["Where can I leave my car?", "Is there a car park?", "Do you sell bread?"]
    together = encoder().encode([*texts, "A much longer sentence, which has to be padded for."])
    assert all(one.pieces == encoder().pieces(text) for one, text in zip(together, texts, strict=False))
    assert all(len(one.pieces) == len(one.states) for one in together)
    alone = [encoder().encode([text])[0].vector for text in texts]
    assert np.allclose(np.linalg.norm(alone, axis=1), 1, atol=1e-5)
    assert min(one @ other.vector for one, other in zip(alone, together, strict=False)) > 0.99
    assert alone[0] @ alone[1] > alone[0] @ alone[2] + 0.2


@pytest.mark.parametrize(
    ("office", "kind", "least_answered", "least_served", "most_wrong"),
    [
        ("english", "first", 46, 49, 0),
        ("english", "second", 42, 50, 0),
        ("english", "third", 44, 51, 0),
        ("english", "tuning", 150, 171, 1),
        ("clinic", "tuning", 23, 27, 0),
        ("shop", "tuning", 25, 25, 0),
        ("hotel", "tuning", 22, 22, 1),
    ],
)
def test_questions_are_answered_or_asked_about(
    office: str, kind: str, least_answered: int, least_served: int, most_wrong: int
) -> None:
    answered, asked, wrong = 0, 0, []
    for topic, texts in questions(office)["asked"][kind].items():
        for text in texts:
            match said(office, text):
                case Reply(topics=topics):
                    answered += topic in topics
                    wrong += [] if topic in topics else [text]
                case Guess(rounds=rounds):
                    asked += topic in rounds[0]
    assert len(wrong) <= most_wrong, wrong
    assert answered >= least_answered
    assert answered + asked >= least_served


@pytest.mark.parametrize(("office", "kind"), [("english", "first"), ("clinic", "tuning")])
def test_what_is_not_known_is_rarely_answered_and_not_often_asked_about(office: str, kind: str) -> None:
    got = [said(office, text) for text in questions(office)["unknown"][kind]]
    assert sum(isinstance(one, Reply) for one in got) <= 0.03 * len(got)
    assert sum(isinstance(one, Guess) for one in got) <= 0.35 * len(got)


def test_who_talks_at_length_is_answered_what_is_asked_at_the_end() -> None:
    talk = "I was thinking about this when my sister came to visit us from the village with her cousin " * 5
    reply = said("english", f"{talk}so what are your opening hours?")
    assert isinstance(reply, Reply)
    assert reply.topics == ("hours",)


@pytest.mark.parametrize("text", ["Um.", "please", "?", "..."])
def test_hesitation_and_politeness_are_no_question(text: str) -> None:
    assert said("english", text) is None
    history = (Exchange("Where are you?", "On the second floor.", ("address",)),)
    question = Question(text, history)
    assert asyncio.run(dialogue("english").reply(question)) is None
    assert dialogue("english").explain(question) == {"words": {"topics": [], "fit": 0.0}}


@pytest.mark.parametrize("text", ["not really", "wrong", "something else", "huh", "not this"])
def test_what_says_nothing_of_what_was_asked_about_does_not_choose_it(text: str) -> None:
    history = (Exchange("Where do I go for a map?", "Is it about our services?", ("services?",)),)
    assert asyncio.run(dialogue("english").reply(Question(text, history))) is None
    more = asyncio.run(dialogue("english").reply(Question("the drawing", history)))
    assert isinstance(more, Reply)
    assert more.topics == ("services",)


def made_with(folder: Path, caplog: pytest.LogCaptureFixture) -> tuple[bool, str]:
    """Whether the engine goes by meaning with the models of `folder`, and what it warned of."""
    settings = DialogueSettings.model_validate({"meaning": {"model": MODEL}})
    knowledge = read_knowledge(PETS)

    def nobody(name: str) -> tuple[object, Knowledge]:
        raise AssertionError(name)

    needs = AnsweringNeeds(settings, folder, ENGLISH, "x", knowledge, nobody, PHRASES, {})  # type: ignore[arg-type]
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        engine = make(needs)
    reply = asyncio.run(engine.reply(Question("Where is the cat?")))
    assert isinstance(reply, Reply)
    return engine.by_meaning, caplog.text


def test_a_model_that_is_not_there_or_not_whole_costs_no_service(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    real = model(MODEL)
    assert made_with(real.parent, caplog) == (True, "")
    broken = tmp_path / MODEL

    def words_alone(why: str) -> None:
        by_meaning, warned = made_with(tmp_path, caplog)
        assert not by_meaning
        assert warned.count("\n") == 1
        assert "understood by their words alone" in warned
        assert why in warned

    words_alone("lacks model.bin")
    shutil.copytree(real, broken)
    (broken / "model.bin").write_bytes((real / "model.bin").read_bytes()[:1_000_000])
    words_alone(str(broken))
    shutil.rmtree(broken)
    shutil.copytree(model("whisper-base"), broken)
    words_alone(str(broken))
    shutil.copytree(real, broken, dirs_exist_ok=True)
    (broken / "tokenizer.json").write_bytes((model("whisper-base") / "tokenizer.json").read_bytes())
    words_alone("another model")


def test_an_encoder_of_another_kind_is_an_engine_error(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="install the model again"):
        SentenceEncoder(tmp_path)
