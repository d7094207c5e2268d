"""What callers say (tests/questions), by the words alone: the figures that must not get worse.

Those of an assistant with a sentence encoder, as the example office has one, are in test_meaning.
"""

import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sipforge.core.messages.events import OFFERED
from sipforge.engines.answering.answers.plan import Plan, Planner
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.protocols import Exchange
from sipforge.text.language import load_language
from sipforge.text.plain import words

ROOT = Path(__file__).parents[3]
QUESTIONS = ROOT / "tests" / "questions"
KNOWLEDGE = {
    "english": ROOT / "inventory" / "knowledge" / "english.toml",
    "clinic": QUESTIONS / "clinic_knowledge.toml",
    "shop": QUESTIONS / "shop_knowledge.toml",
    "hotel": QUESTIONS / "hotel_knowledge.toml",
}


@cache
def questions(office: str) -> dict[str, Any]:
    return tomllib.loads((QUESTIONS / f"{office}.toml").read_text(encoding="utf-8"))


@cache
def planner(office: str) -> Planner:
    knowledge = load_knowledge(KNOWLEDGE[office])
    return Planner(knowledge, load_language("english").lexicon, asks_back=True)


def ids(plan: Plan) -> list[str]:
    return [topic.id for topic in plan.topics]


def topics_of(plan: Plan) -> tuple[str, ...]:
    """What is reported of a reply by `plan`."""
    return (*ids(plan), *(topic.id + OFFERED for asked in plan.guesses[:1] for topic in asked))


def heard(plan: Plan) -> str:
    """What the caller hears of `plan`."""
    asked = " or ".join(topic.title for topic in plan.guesses[0]) if plan.guesses else ""
    return " ".join(topic.answer for topic in plan.topics) or asked or "I am sorry, I do not know that."


@pytest.mark.parametrize(
    ("office", "kind", "least_right", "most_wrong"),
    [
        ("english", "first", 49, 0),
        ("english", "second", 48, 0),
        ("english", "third", 50, 0),
        ("english", "tuning", 164, 1),
        ("english", "misheard", 21, 0),
        ("clinic", "tuning", 24, 0),
        ("clinic", "misheard", 4, 0),
        ("shop", "tuning", 26, 0),
        ("hotel", "tuning", 23, 1),
    ],
)
def test_questions_find_their_answers(office: str, kind: str, least_right: int, most_wrong: int) -> None:
    said = [(topic, text) for topic, texts in questions(office)["asked"][kind].items() for text in texts]
    got = [(topic, text, ids(planner(office).plan(text))) for topic, text in said]
    wrong = [entry for entry in got if entry[2] and entry[2] != [entry[0]]]
    missed = [entry for entry in got if not entry[2]]
    assert len(wrong) <= most_wrong, wrong
    assert len(got) - len(wrong) - len(missed) >= least_right, missed


@pytest.mark.parametrize(
    ("office", "kind", "most_answered"),
    [
        ("english", "first", 0),
        ("english", "second", 0),
        ("english", "third", 1),
        ("english", "tuning", 0),
        ("clinic", "tuning", 0),
        ("shop", "tuning", 0),
        ("hotel", "tuning", 0),
    ],
)
def test_what_is_not_known_is_not_answered(office: str, kind: str, most_answered: int) -> None:
    got = [(text, ids(planner(office).plan(text))) for text in questions(office)["unknown"][kind]]
    answered = [entry for entry in got if entry[1]]
    assert len(answered) <= most_answered, answered


@pytest.mark.parametrize(
    ("office", "kind", "most_wrong"),
    [
        ("english", "first", 0),
        ("english", "third", 1),
        ("english", "tuning", 0),
        ("clinic", "tuning", 1),
        ("shop", "tuning", 0),
        ("hotel", "tuning", 0),
    ],
)
def test_a_question_that_leans_on_the_one_before(office: str, kind: str, most_wrong: int) -> None:
    wrong = []
    for case in questions(office)["follow"][kind]:
        history: list[Exchange] = []
        plan = Plan()
        for text in case["said"]:
            plan = planner(office).plan(text, history)
            history.append(Exchange(text, heard(plan), topics_of(plan)))
        if ids(plan) != ([case["topic"]] if case["topic"] else []):
            wrong.append((case, ids(plan)))
    assert len(wrong) <= most_wrong, wrong


def test_what_was_asked_before_does_not_stand_in_the_way() -> None:
    written = questions("english")
    known = {text: topic for topic, texts in written["asked"]["tuning"].items() for text in texts}
    every = sorted([*known, *written["unknown"]["tuning"]])
    alone = {text: ids(planner("english").plan(text)) for text in every}
    lost = []
    for seed in range(4):
        random.Random(seed).shuffle(every)
        for start in range(0, len(every), 10):
            history: list[Exchange] = []
            for text in every[start : start + 10]:
                plan = planner("english").plan(text, history)
                if alone[text] == [known.get(text)] != ids(plan):
                    lost.append((text, history[-1].caller, ids(plan)))
                assert text in known or not ids(plan), (text, history)
                history.append(Exchange(text, heard(plan), topics_of(plan)))
    assert len(lost) <= 0.02 * 4 * len(known), lost


@pytest.mark.parametrize(
    ("office", "kind"),
    [
        ("english", "first"),
        ("english", "third"),
        ("english", "tuning"),
        ("clinic", "tuning"),
        ("shop", "tuning"),
        ("hotel", "tuning"),
    ],
)
def test_two_questions_in_one_breath(office: str, kind: str) -> None:
    for case in questions(office)["double"][kind]:
        plan = planner(office).plan(case["said"])
        assert (ids(plan), plan.rest) == (case["topics"], case.get("rest", False)), case


@pytest.mark.parametrize(
    ("office", "kind"),
    [("english", "first"), ("english", "second"), ("english", "third"), ("hotel", "tuning")],
)
def test_what_is_measured_is_not_in_the_file(office: str, kind: str) -> None:
    written = {tuple(words(text)) for text in load_knowledge(KNOWLEDGE[office]).questions()}
    asked = {tuple(words(text)) for texts in questions(office)["asked"][kind].values() for text in texts}
    assert not written & asked


@pytest.mark.parametrize(
    ("said", "topics"),
    [
        # Kin of a question word is not the question word.
        ("When is the next public holiday?", []),
        ("When are you open?", ["hours"]),
        # One word of a long phrasing is not what the phrasing asks for.
        ("Is there a market near you?", []),
        ("How far is it from the market?", ["directions"]),
        # A recogniser writes numbers in digits.
        ("Are you still open at 6?", ["hours"]),
        ("What would 1 hour cost?", ["prices"]),
    ],
)
def test_what_is_asked_for_decides(said: str, topics: list[str]) -> None:
    assert ids(planner("english").plan(said)) == topics
