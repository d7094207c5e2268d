"""Conversations in which the assistant asks back, through all that a call goes through but ears and voice."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from sipforge.bot.ask import Answer, make_calls
from sipforge.infra.settings.host import check_settings

ROOT = Path(__file__).parents[3]
KNOWLEDGE = ROOT / "inventory" / "knowledge" / "english.toml"
BOT = {
    "extension": "2000",
    "language": "english",
    "http_port": 1,
    "phrases": ROOT / "roles" / "sipforge" / "files" / "phrases" / "english.toml",
    "knowledge": KNOWLEDGE,
    "operator": "1000",
}
CLOSE = "How do I find you?"


def talk(*turns: str) -> list[Answer]:
    """One call, by words alone."""
    call = make_calls(check_settings(KNOWLEDGE, {"bots": {"english": BOT}}), "english")()

    async def all_of_it() -> list[Answer]:
        return [await call.ask(turn) for turn in turns]

    return asyncio.run(all_of_it())


@pytest.mark.parametrize(
    ("reply", "answered", "asked_back"),
    [
        ("The first one, please.", ("directions",), ()),
        ("the other one", ("address",), ()),
        ("no, the second", ("address",), ()),
        ("no, the other", ("address",), ()),
        ("the way", ("directions",), ()),
        ("Your address.", ("address",), ()),
        ("both", ("directions", "address"), ()),
        ("1", ("directions",), ()),
        ("2", ("address",), ()),
        ("yes", (), ("directions",)),
        ("Is there parking?", ("parking",), ()),
        ("No, what does it cost?", ("prices",), ()),
        ("Yes, and how can I pay?", ("payment",), ()),
        ("that's right", (), ("directions",)),
        ("neither", (), ()),
        ("not really", (), ()),
        ("No, that's not what I asked.", (), ()),
        ("no", (), ()),
    ],
)
def test_what_is_said_to_a_question_back(
    reply: str, answered: tuple[str, ...], asked_back: tuple[str, ...]
) -> None:
    asked, then = talk(CLOSE, reply)
    assert (asked.answered, asked.asked_back) == ((), ("directions", "address"))
    assert asked.said == "Is it about the way to our office, or our address?"
    assert (then.answered, then.asked_back) == (answered, asked_back)


@pytest.mark.parametrize("hesitation", ["Um.", "um, please", "Hmm"])
def test_hesitation_is_no_answer_and_what_was_asked_stands(hesitation: str) -> None:
    _, then, chosen = talk(CLOSE, hesitation, "the first one")
    assert (then.answered, then.asked_back) == ((), ("directions", "address"))
    assert "did not understand" in then.said
    assert chosen.answered == ("directions",)


def test_a_first_of_something_else_is_no_choice() -> None:
    assert talk(CLOSE, "the first visit")[1].answered != ("directions",)


def test_denied_twice_a_person_is_offered_and_it_is_not_asked_again() -> None:
    _, denied, again, taken = talk(CLOSE, "no thanks", CLOSE, "yes please")
    assert "Shall I connect you" in denied.said
    assert "Shall I connect you" in again.said
    assert "connecting" in taken.said


@pytest.mark.parametrize(
    ("turns", "topic"),
    [
        (("When are you open?", "no, I meant on Saturday"), "saturday"),
        (("What does it cost?", "not the price, the address"), "address"),
        (("Can you tell me your email?", "and the phone?"), "telephone"),
        (("Where are you?", "Thank you. And when do you close?"), "hours"),
        (("Where are you?", "thanks, is there parking?"), "parking"),
    ],
)
def test_corrections_ellipsis_and_thanks(turns: tuple[str, ...], topic: str) -> None:
    assert talk(*turns)[-1].answered == (topic,)


@pytest.mark.parametrize("agreed", ["All right.", "fine", "okay"])
def test_who_agrees_takes_what_is_offered(agreed: str) -> None:
    assert "connecting" in talk("Do you sell elephants?", agreed)[-1].said
    assert talk("Where are you?", agreed)[-1].said == "All right. What else can I do for you?"


def test_thanks_are_no_question() -> None:
    assert talk("Where are you?", "Thank you very much.")[-1].said == "All right. What else can I do for you?"
