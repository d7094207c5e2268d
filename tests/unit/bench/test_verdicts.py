import pytest

from tests.bench.verdicts import Verdict, answer_start, judge, may_hide_answer, was_answered, went_on
from tests.phones.audio import Segment
from tests.phones.texts import Texts, Topic

HOURS = "We open at eight in the morning and close at five in the afternoon, Monday to Friday."
PRICES = "The first visit is free. After that, one hour costs 20,000 francs."
TEXTS = Texts(
    {
        "hours": Topic("hours", (), HOURS, "our opening hours"),
        "prices": Topic("prices", (), PRICES, "our prices"),
    },
    {
        "unknown": "I am sorry, I do not know that. Shall I connect you with a person?",
        "one_moment": "One moment, please.",
    },
    asks="Is it about ",
)
MOMENT = [TEXTS.phrases["one_moment"]]


@pytest.mark.parametrize(
    ("heard", "topic", "verdict"),
    [
        (
            "We open at 8 in the morning and close at 5 in the afternoon Monday to Friday.",
            "hours",
            Verdict.RIGHT,
        ),
        ("One moment, please. " + HOURS, "hours", Verdict.RIGHT),
        (
            "The first visit is free. After that one hour costs twenty thousand francs.",
            "prices",
            Verdict.RIGHT,
        ),
        (HOURS, "prices", Verdict.WRONG),
        (HOURS, "", Verdict.WRONG),
        ("I'm sorry, I do not know that. Shall I connect you with a person?", "", Verdict.HONEST),
        # Badly recognised, and still nothing else that can be said is near it.
        ("The thirst visit is free. After this, an hour costs 20,000.", "prices", Verdict.RIGHT),
        ("The thirst visit is free. After this, an hour costs 20,000.", "", Verdict.WRONG),
        ("Do you mean the opening hours or the prices?", "hours", Verdict.OTHER),
        ("Is it about our opening hours?", "hours", Verdict.ASKED),
        ("Is it about our prices, or our opening hours?", "hours", Verdict.ASKED),
        ("Is it about our opening hours?", "prices", Verdict.OTHER),
        ("Is it about our opening hours?", "", Verdict.OTHER),
        ("", "hours", Verdict.SILENT),
        ("...", "hours", Verdict.SILENT),
    ],
)
def test_verdicts(heard, topic, verdict):
    assert judge(heard, topic, TEXTS) is verdict


def test_a_reply_goes_on_when_its_last_words_are_heard():
    assert went_on("We open at eight and close at 5 in the afternoon Monday to Fridays.", HOURS)
    assert not went_on("We open at eight in the morning and close", HOURS)


@pytest.mark.parametrize(
    ("heard", "answered"),
    [
        (HOURS, False),
        ("One moment, please. " + HOURS, False),
        ("We open at eight in the morning", False),
        (HOURS + " I do not know what you mean.", True),
        ("We open at eight. I am sorry, I do not know that. Shall I connect you with a person?", True),
    ],
)
def test_a_noise_was_answered_when_more_than_the_answer_is_heard(heard, answered):
    assert was_answered(heard, HOURS, TEXTS) is answered


def recogniser(parts: dict[float, str]):
    """What was said up to each end."""
    return lambda part: parts[part.end]


def test_the_answer_begins_after_a_filler_and_after_sounds_without_words():
    pieces = [Segment(1.0, 1.2), Segment(1.5, 1.9), Segment(2.0, 2.4), Segment(2.9, 5.0)]
    said = {
        1.2: "",
        1.9: "One moment",
        2.4: "One moment please.",
        5.0: "One moment, please. We open at eight.",
    }
    assert answer_start(pieces, recogniser(said), MOMENT) == 2.9
    assert answer_start(pieces[:3], recogniser(said), MOMENT) is None
    assert answer_start([Segment(1.0, 4.0)], recogniser({4.0: "We open at eight"}), MOMENT) == 1.0


def test_only_what_begins_like_a_filler_may_hide_an_answer():
    assert may_hide_answer("One moment please. We open at eight.", MOMENT)
    assert not may_hide_answer("One hour costs 20,000 francs.", MOMENT)
    assert not may_hide_answer("We open at eight.", [])
