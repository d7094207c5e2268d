"""Whom a caller asks for by name."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sipforge.bot.phrases import load_phrases
from sipforge.bot.thinking import Thinking
from sipforge.bot.thoughts import Thought
from sipforge.bot.who import Names, Wanted, Who
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.messages.events import OFFERED
from sipforge.core.office.directory import Directory, Person, parse_directory
from sipforge.engines.protocols import Alternative, EngineError, Exchange, Floats, Stage, Transcript
from sipforge.infra.read_again import ReadAgain
from sipforge.text.language import load_language
from tests.unit.bot.doubles import BookDialogue, LevelStt

PHRASES = Path(__file__).parents[3] / "roles" / "sipforge" / "files" / "phrases"
ENGLISH = load_phrases(PHRASES / "english.toml", "the office")
ALINE, OTHER_ALINE, JEAN, ACCOUNTS = (
    Person("1001", "Aline Uwase"),
    Person("1005", "Aline Mukamana"),
    Person("1004", "Jean Habimana"),
    Person("1008", "Accounts"),
)
OFFICE = Directory([ALINE, OTHER_ALINE, JEAN, ACCOUNTS])
SILENT: Floats = np.zeros(16000, np.float32)


def asked(text: str, *heard: Alternative, alone: bool = False, fails: bool = False) -> Wanted:
    """Whom `text` asks for; `heard`: what the recogniser writes, once told the names."""

    async def expecting(samples: Floats, names: str) -> Sequence[Alternative]:
        assert all(person.name in names for person in OFFICE.people)
        if fails:
            raise EngineError(Stage.STT, "broken")
        return heard

    who = Who(lambda: OFFICE, ENGLISH, load_language("english").lexicon, expecting)
    return asyncio.run(who.wanted(text, SILENT, alone=alone))


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Can I speak to Aline Uwase, please?", (ALINE,)),
        ("Put me through to Habimana.", (JEAN,)),
        ("Connect me with Aline.", (ALINE, OTHER_ALINE)),
    ],
)
def test_who_is_asked_for_is_who_is_named(text: str, people: tuple[Person, ...]) -> None:
    assert asked(text) == Wanted(people, sure=len(people) == 1)


def test_a_name_alone_is_one_where_it_is_nothing_else() -> None:
    assert asked("Habimana, please.") == Wanted()
    assert asked("Habimana, please.", alone=True) == Wanted((JEAN,), sure=True)
    assert asked("What does Jean Habimana do on Mondays in the garden?", alone=True) == Wanted()


JEAN_HEARD = "Can I speak to Jean Habimana?"


def test_a_name_that_is_heard_once_the_names_are_told_is_believed_if_it_sounds_so() -> None:
    said = "Can I speak to Gene Hubman?"
    assert asked(said, Alternative(JEAN_HEARD, 0.9, 0.9)) == Wanted((JEAN,), sure=True)
    assert asked(said, Alternative(JEAN_HEARD, 0.5, 0.9)) == Wanted((JEAN,), sure=False)
    aline = Alternative("Can I speak to Aline?", 0.9, 0.9)
    assert asked("Can I speak to a line?", aline) == Wanted((ALINE, OTHER_ALINE), sure=False)


def test_a_name_that_only_the_telling_put_there_is_none() -> None:
    assert asked("Can I speak to Bo?", Alternative(JEAN_HEARD, 0.9, 0.9)) == Wanted()
    assert asked("Can I speak to Gene Hubman?", Alternative(JEAN_HEARD, 0.9, 0.2)) == Wanted()
    assert asked("Can I speak to Peter?", Alternative("Can I speak to Peter?", 0.9, 0.9)) == Wanted()


def test_without_a_second_look_what_is_nearly_a_name_is_asked_about() -> None:
    assert asked("Can I speak to Jeana Habimanah?", fails=True) == Wanted((JEAN,), sure=False)
    assert asked("Can I speak to Gregory?", fails=True) == Wanted()


def test_an_office_without_a_directory_knows_nobody() -> None:
    who = Who(Directory, ENGLISH)
    assert asyncio.run(who.wanted("Can I speak to Aline?", SILENT)) == Wanted()


def thought(text: str, *topics: str, answers: dict[str, str] | None = None) -> Thought:
    thinking = Thinking(
        LevelStt(),
        [BookDialogue(answers or {})],
        ENGLISH,
        lexicon=load_language("english").lexicon,
        departments={"accounts department": "4001"},
        who=Who(lambda: OFFICE, ENGLISH, load_language("english").lexicon),
    )
    history = (
        (Exchange("Aline, please.", "Do you mean ...?", tuple(one + OFFERED for one in topics)),)
        if topics
        else ()
    )
    return asyncio.run(thinking.think(thinking.read(Transcript(text, 0.9, 0.0)), history, SILENT))


def test_people_are_found_behind_departments_and_before_answers_where_they_are_asked_for() -> None:
    found = thought("I want to speak to Jean Habimana.")
    assert (found.meaning, found.target, found.engine) == (Meaning.OPERATOR, "1004", "directory")
    assert thought("Connect me with the accounts department.").target == "4001"
    found = thought("Aline, please.")
    assert (found.meaning, found.guesses) == (Meaning.WHO, (("1001", "1005"),))


def test_an_answer_counts_before_a_name_alone() -> None:
    assert thought("Accounts?", answers={"Accounts?": "They are upstairs."}).meaning is Meaning.ANSWERED
    assert thought("Accounts?").target == "1008"


@pytest.mark.parametrize(
    ("text", "meaning", "target"),
    [
        ("Mukamana.", Meaning.OPERATOR, "1005"),
        ("Aline Uwase.", Meaning.OPERATOR, "1001"),
        ("The second one.", Meaning.SECOND, ""),
        ("Yes.", Meaning.YES, ""),
        ("Jean Habimana, please.", Meaning.OPERATOR, "1004"),
    ],
)
def test_the_reply_to_which_of_two(text: str, meaning: Meaning, target: str) -> None:
    found = thought(text, "1001", "1005")
    assert (found.meaning, found.target) == (meaning, target)


def test_a_message_for_somebody() -> None:
    found = thought("Leave a message for Habimana.")
    assert (found.meaning, found.target) == (Meaning.MESSAGE, "1004")


def test_the_question_whom() -> None:
    assert ENGLISH.ask_who(["Aline Uwase"]) == "Do you mean Aline Uwase?"
    assert ENGLISH.ask_who(["Aline Uwase", "Aline Mukamana"]) == "Do you mean Aline Uwase or Aline Mukamana?"
    assert ENGLISH.ask_who(["A", "B", "C"]) == "Do you mean A, B or C?"


def test_the_file_is_read_again_when_it_changed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "directory.json"
    people = ReadAgain(path, parse_directory, Directory())
    names = Names(people, ["connect me with"])
    assert people().people == ()
    assert names() == {}

    def write(text: str, at: float) -> None:
        path.write_text(text)
        os.utime(path, (at, at))

    write(json.dumps([{"extension": "1004", "name": "Jean Habimana"}]), 1.0)
    assert people().people == (JEAN,)
    assert people() is people()
    assert "connect me with habimana" in names()
    assert names() is names()
    write("[", 2.0)
    assert people().people == (JEAN,)
    assert people().people == (JEAN,)
    assert caplog.text.count(str(path)) == 1  # not at each utterance
    write("[]", 3.0)
    assert people().people == ()
    path.unlink()
    assert people().people == ()
