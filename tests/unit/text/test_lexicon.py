import pytest

from sipforge.text.english.lexicon import LEXICON, sound, split, stem
from sipforge.text.lexicon import read_groups
from sipforge.text.plain import words


def test_groups_are_lines_that_may_go_on() -> None:
    assert read_groups("\na: one, two\n words\n: nothing\n") == (
        ("a", ("one", "two words")),
        ("", ("nothing",)),
    )


def test_no_phrase_has_two_meanings() -> None:
    phrases = [phrase for _, group in LEXICON.same for phrase in group]
    assert sorted(phrases) == sorted(set(phrases))


def test_kin_and_interrogatives_are_concepts_or_plain_words() -> None:
    named = {name for names, _ in LEXICON.same for name in names.split()}
    members = {word for _, group in LEXICON.kinds for word in group} | {name for name, _ in LEXICON.kinds}
    spoken = {concept for group in LEXICON.kin for concept in group} | LEXICON.interrogative
    assert spoken <= named | members | LEXICON.weak


@pytest.mark.parametrize(
    ("word", "cut"),
    [
        ("opens", "open"),
        ("opening", "open"),
        ("opened", "open"),
        ("cities", "city"),
        ("bus", "bus"),
        ("buses", "bus"),
        ("address", "address"),
        ("prices", "pric"),
        ("price", "pric"),
        ("pricing", "pric"),
        ("mornings", "morn"),
        ("getting", "get"),
        ("is", "is"),
    ],
)
def test_stem(word: str, cut: str) -> None:
    assert stem(word) == cut


def test_contractions_and_fillers() -> None:
    assert split(words("Um, what's the boss's name?")) == ["what", "is", "the", "boss", "is", "name"]
    assert split(words("May I walk in order I book?")) == ["may", "i", "walk", "in", "or", "do", "i", "book"]
    assert split(words("May I order it? I order")) == ["may", "i", "order", "it", "i", "order"]
    assert split(words("I can't, and you don't, please")) == ["i", "can", "not", "and", "you", "do", "not"]


@pytest.mark.parametrize(
    ("one", "other"), [("parking", "barking"), ("prices", "prizes"), ("phone", "fone"), ("address", "adress")]
)
def test_words_that_sound_alike(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(("one", "other"), [("parking", "packing"), ("price", "place"), ("lift", "list")])
def test_words_that_do_not(one: str, other: str) -> None:
    assert sound(one) != sound(other)
