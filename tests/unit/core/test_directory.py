"""The office's people, by name."""

from __future__ import annotations

import json

import pytest

from sipforge.core.office.directory import Directory, Person, parse_directory
from sipforge.text.plain import words

ALINE, OTHER_ALINE, JEAN = (
    Person("1001", "Aline Uwase"),
    Person("1005", "Aline Mukamana"),
    Person("1004", "Jean Habimana"),
)
OFFICE = Directory([ALINE, OTHER_ALINE, JEAN])


@pytest.mark.parametrize(
    ("said", "people"),
    [
        ("Aline Uwase", (ALINE,)),
        ("aline", (ALINE, OTHER_ALINE)),
        ("Habimana please", (JEAN,)),
        ("Mukamana, Aline", (ALINE, OTHER_ALINE)),
        ("Alina", ()),
        ("", ()),
    ],
)
def test_a_whole_name_counts_before_a_part(said: str, people: tuple[Person, ...]) -> None:
    assert OFFICE.spelt(words(said)) == people


def test_a_common_word_is_no_name_by_itself() -> None:
    front, common = Person("1009", "Front Office"), frozenset({"front", "office"})
    office = Directory([front])
    assert office.spelt(words("somebody in the office")) == (front,)
    assert office.spelt(words("somebody in the office"), common) == ()
    assert office.spelt(words("the front office"), common) == (front,)


@pytest.mark.parametrize(("said", "person"), [("Gene Hubman", JEAN), ("a line you ways", ALINE)])
def test_what_sounds_most_like_a_name_comes_first(said: str, person: Person) -> None:
    likeness, first = OFFICE.alike(words(said))[0]
    assert first == person
    assert 0.6 < likeness <= 1
    assert OFFICE.alike(words(said), lambda word: word[0])[0][0] >= likeness


def test_what_a_recogniser_may_be_told_to_expect() -> None:
    said = OFFICE.sayings(["connect me with"])
    assert said["Aline Uwase"] == "=1001"
    assert said["connect me with habimana"] == "=1004"
    # Whichever it is, it is one thing to hear.
    assert said["aline"] == said["connect me with aline"] == "=aline"


def test_the_file() -> None:
    entries = [{"extension": "1001", "name": "Aline Uwase"}, {"extension": "1009", "name": " "}]
    assert parse_directory(json.dumps(entries)).people == (ALINE,)
    assert parse_directory(json.dumps(entries)).name("1001") == "Aline Uwase"
    assert parse_directory("[]").name("1001") == ""
    for wrong in ("", "{}", "[1]", '[{"extension": "1001"}]', '[{"extension": "2000", "name": "A"}]'):
        with pytest.raises(ValueError):
            parse_directory(wrong)
