import pytest

from sipforge.engines.answering.answers.clauses import Clauses
from sipforge.engines.answering.answers.matching import Matcher
from sipforge.engines.answering.knowledge import Knowledge, read_knowledge
from sipforge.text.language import load_language

ENGLISH = load_language("english").lexicon
GARAGE = """
synonyms = [["tyre", "wheel"]]
filler = ["gasabo"]

[[topics]]
id = "tyres"
questions = ["Do you sell tyres?", "Can you change a wheel?"]
answer = "We have tyres for cars and lorries."

[[topics]]
id = "address"
questions = ["Where is the garage?", "What is your address?"]
answer = "Opposite the stadium."

[[topics]]
id = "oil"
questions = ["Do you change the oil?"]
answer = "An oil change takes an hour."
"""


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return read_knowledge(GARAGE)


@pytest.fixture(scope="module")
def matcher(knowledge: Knowledge) -> Matcher:
    return Matcher(knowledge, ENGLISH)


def concepts(matcher: Matcher, text: str) -> dict[str, float]:
    return {term.concept: term.likeness for term in matcher.heard(matcher.terms.words(text))}


def test_a_match_is_sure_only_of_a_topic_that_fits(matcher: Matcher) -> None:
    match = matcher.match("Do you have wheels?")
    assert (match.topic.id, match.sure, match.close) == ("tyres", True, False)
    assert not matcher.match("Do you have windows?").sure
    assert matcher.match("").fit == 0
    assert not matcher.match("yes please").sure


def test_a_partial_transcript_becomes_sure(matcher: Matcher) -> None:
    said = [
        "could you",
        "could you tell me",
        "could you tell me where",
        "could you tell me where the garage is",
    ]
    assert [matcher.match(text).sure for text in said] == [False, False, False, True]


def test_the_office_s_own_synonyms_and_filler(matcher: Matcher) -> None:
    assert concepts(matcher, "wheel") == concepts(matcher, "tyres")
    assert concepts(matcher, "the garage in Gasabo") == concepts(matcher, "the garage")


def test_another_kind_of_question_fits_less(matcher: Matcher) -> None:
    assert matcher.match("Do you change the oil?").sure
    assert not matcher.match("Why did you change the oil?").sure


@pytest.mark.parametrize("misheard", ["garrage", "karage", "gar age"])
def test_a_misheard_word_is_healed_and_counts_less(matcher: Matcher, misheard: str) -> None:
    (likeness,) = concepts(matcher, misheard).values()
    assert concepts(matcher, misheard).keys() == concepts(matcher, "garage").keys()
    assert 0.7 < likeness < 1


@pytest.mark.parametrize("other", ["college", "bread", "tired"])
def test_a_word_of_its_own_is_not_healed(matcher: Matcher, other: str) -> None:
    assert concepts(matcher, other).keys().isdisjoint(concepts(matcher, "garage tyre oil address"))


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("Where are you?", ["where are you"]),
        ("Where is it? And how much?", ["where is it", "and how much"]),
        ("where is the garage do you sell tyres", ["where is the garage", "do you sell tyres"]),
        ("which tyres do you sell", ["which tyres do you sell"]),
        ("Well, can you tell me, where the garage is?", ["well can you tell me where the garage is"]),
        ("I have a car, so do you sell tyres?", ["i have a car", "so do you sell tyres"]),
        ("oil and tyres", ["oil", "and tyres"]),
        ("", []),
    ],
)
def test_an_utterance_is_cut_where_a_question_may_begin(
    matcher: Matcher, text: str, clauses: list[str]
) -> None:
    assert [" ".join(clause) for clause in Clauses(ENGLISH, matcher).cut(text)] == clauses


def test_an_endless_utterance_has_a_bounded_number_of_clauses(matcher: Matcher) -> None:
    assert len(Clauses(ENGLISH, matcher).cut("oil and " * 200)) <= 6
