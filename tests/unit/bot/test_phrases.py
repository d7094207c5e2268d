from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sipforge.bot.phrases import PhraseError, Phrases, load_phrases, read_phrases
from sipforge.core.conversation.actions import Phrase
from sipforge.core.conversation.policy.meanings import Meaning
from sipforge.core.office.announcements import Announcement
from sipforge.engines.answering.knowledge import load_knowledge
from sipforge.engines.protocols import Exchange

REPOSITORY = Path(__file__).parents[3]
FILES = REPOSITORY / "roles" / "sipforge" / "files" / "phrases"
KNOWLEDGE = REPOSITORY / "inventory" / "knowledge"


def english() -> Phrases:
    """The English assistant's, with those by which its callers ask for the other."""
    return load_phrases(FILES / "english.toml", "x", "english", {"rwandan": FILES / "kinyarwanda.toml"})


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("Yes.", Meaning.YES),
        ("Yes, please do!", Meaning.YES),
        ("Oh yes please", Meaning.YES),
        ("No, thank you.", Meaning.NO),
        ("Thank you, goodbye.", Meaning.GOODBYE),
        ("Okay, bye bye.", Meaning.GOODBYE),
        ("Could you say that again, please?", Meaning.REPEAT),
        ("Can I speak to a person?", Meaning.OPERATOR),
        ("I'd like to leave a message.", Meaning.MESSAGE),
        ("I would like to speak Kinyarwanda.", Meaning.OTHER_LANGUAGE),
        ("I would like to speak in Yorwanda.", Meaning.OTHER_LANGUAGE),
        ("Genyarwanda please", Meaning.OTHER_LANGUAGE),
        ("I would like to speak French.", None),
        ("I would like to speak to the director.", None),
        ("Can you repair that?", None),
        ("I want to leave a massage.", Meaning.MESSAGE),
        ("Does anyone speak Kinyarwanda?", None),
        ("What are your opening hours?", None),
        ("Do you know whether there is no parking at the office?", None),
        ("Yesterday", None),
        ("", None),
    ],
)
def test_short_things_in_english(said: str, meaning: Meaning | None) -> None:
    assert english().intent(said)[0] is meaning


ANSWERED = Exchange("When do you open?", "From eight to five.")


@pytest.mark.parametrize(
    ("said", "before", "ends"),
    [
        ("Goodbye.", None, True),
        ("Thanks, bye.", None, True),
        ("Okay, bye bye.", None, True),
        ("Bye.", ANSWERED, True),
        ("Bye, bye.", ANSWERED, True),
        # "Five" by itself, "five five", and among other digits.
        ("Bye.", None, False),
        ("Bye, bye.", None, False),
        ("4, 7, bye.", ANSWERED, False),
        ("Four bye.", ANSWERED, False),
        # Digits have been dictated, or may be said next.
        ("Bye.", Exchange("My number is 0788", "I do not know that."), False),
        ("Bye.", Exchange("Zero seven eight", "I do not know that."), False),
        ("Bye.", Exchange("", "Good morning, how can I help you?"), False),
        ("Bye.", Exchange("Is there a pool?", "Shall I connect you with a person?"), False),
        ("Bye.", Exchange("Topics", "For our prices, press four. For parking, press five."), False),
        ("Murabeho", None, True),
    ],
)
def test_one_short_word_ends_no_call_where_it_may_have_been_a_digit(
    said: str, before: Exchange | None, ends: bool
) -> None:
    numerals = frozenset(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    assert english().ends_call(said, (before,) if before else (), numerals) is ends


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("Yego", Meaning.YES),
        ("Oya, murakoze", Meaning.NO),
        ("Murakoze, murabeho", Meaning.GOODBYE),
        ("Mumpuze n'umukozi", Meaning.OPERATOR),
        ("Mukora ryari?", None),
    ],
)
def test_short_things_in_kinyarwanda(said: str, meaning: Meaning | None) -> None:
    assert load_phrases(FILES / "kinyarwanda.toml", "x").intent(said)[0] is meaning


def test_a_question_of_the_office_is_no_short_thing_where_phrases_are_heard_to_the_letter() -> None:
    others = {"london": FILES / "english.toml"}
    phrases = load_phrases(FILES / "kinyarwanda.toml", "x", "kinyarwanda", others)
    questions = load_knowledge(KNOWLEDGE / "kinyarwanda.toml").questions()
    assert phrases.intent("Muvuga icyongereza?")[0] is Meaning.OTHER_LANGUAGE
    assert not [said for said in questions if phrases.intent(said, exact=True)[0]]
    assert phrases.intent("Icyongereza", exact=True) == (Meaning.OTHER_LANGUAGE, "london")


def test_each_of_several_languages_is_asked_for_by_its_own_file(tmp_path: Path) -> None:
    french = tmp_path / "french.toml"
    french.write_text('[called]\nenglish = ["french", "i would like to speak french"]\n')
    others = {"rwandan": FILES / "kinyarwanda.toml", "paris": french}
    phrases = load_phrases(FILES / "english.toml", "x", "english", others)
    assert phrases.intent("I would like to speak French.") == (Meaning.OTHER_LANGUAGE, "paris")
    assert phrases.intent("Kinyarwanda, please.") == (Meaning.OTHER_LANGUAGE, "rwandan")
    assert phrases.intent("I would like to speak German.") == (None, "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[called", "is not valid TOML"),
        ("called = 3", "called.english"),
        ("[called]\nenglish = [3]", "called.english: 3 is not a text"),
    ],
)
def test_a_mistake_in_another_assistants_file_names_it(tmp_path: Path, text: str, says: str) -> None:
    other = tmp_path / "other.toml"
    other.write_text(text)
    with pytest.raises(PhraseError) as error:
        load_phrases(FILES / "english.toml", "x", "english", {"other": other})
    assert str(error.value).startswith(f"{other}: ")
    assert says in str(error.value)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [("Hello.", Meaning.GREETING), ("Good morning!", Meaning.GREETING), ("Hello, parking?", None)],
)
def test_after_a_greeting_comes_what_the_caller_wants(said: str, meaning: Meaning | None) -> None:
    assert load_phrases(FILES / "english.toml", "x").intent(said)[0] is meaning


def test_the_office_is_named() -> None:
    phrases = load_phrases(FILES / "english.toml", "Hilltop")
    assert phrases.texts[Phrase.GREETING_MORNING] == "Good morning, this is Hilltop. How can I help you?"


def test_every_kinyarwanda_string_is_attested_or_awaits_review() -> None:
    raw = tomllib.loads((FILES / "kinyarwanda.toml").read_text(encoding="utf-8"))
    spoken = [raw[table].values() for table in ("phrases", "menu", "samples")]
    for string in (item for group in (*spoken, *raw["intents"].values()) for item in group):
        assert string["confidence"] in {"H", "M"}
        assert string["source"]
        assert string["confidence"] == "H" or string["review"] == "awaiting native review"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    text = (FILES / "english.toml").read_text(encoding="utf-8")
    with pytest.raises(PhraseError, match="lacks 'carry_on'"):
        read_phrases(text.replace("carry_on", "carry_off"), "x")
    with pytest.raises(PhraseError, match="lacks 'operator'"):
        read_phrases(text.replace("operator = [", "porter = ["), "x")
    with pytest.raises(PhraseError, match="not a text"):
        read_phrases(text.replace('"Thank you for calling. Goodbye."', '" "'), "x")
    with pytest.raises(PhraseError, match=r"{titel}\?' does not hold {title}"):
        read_phrases(text.replace('"Is it about {title}?"', '"Is it about {titel}?"'), "x")
    with pytest.raises(PhraseError, match=r"'' does not hold {first} and {second}"):
        read_phrases(text.replace("ask_two", "ask_too"), "x")
    with pytest.raises(PhraseError, match="not valid TOML"):
        read_phrases("a =", "x")
    with pytest.raises(PhraseError, match=r"absent\.toml"):
        load_phrases(tmp_path / "absent.toml", "x")


PHRASES = Path(__file__).parents[3] / "roles" / "sipforge" / "files" / "phrases"


@pytest.mark.parametrize("language", ["english", "kinyarwanda"])
def test_the_telephone_system_has_words_for_all_that_it_says(language: str) -> None:
    found = load_phrases(PHRASES / f"{language}.toml", "Office").announcements
    assert found.keys() == set(Announcement)
    assert all(found.values())
    table = tomllib.loads((PHRASES / f"{language}.toml").read_text(encoding="utf-8"))["telephone"]
    assert table.keys() == {one.value for one in Announcement}


def test_what_a_language_lacks_is_not_said() -> None:
    text = (PHRASES / "english.toml").read_text(encoding="utf-8")
    before, _, rest = text.partition("[telephone]\n")
    table, _, after = rest.partition("\n[")
    assert read_phrases(f"{before}[{after}", "Office").announcements == {}
    one = read_phrases(f'{before}[telephone]\ndone = "Done."\n\n[{after}', "Office").announcements
    assert one == {Announcement.DONE: "Done."}
    with pytest.raises(PhraseError):
        read_phrases(f"{before}[telephone]\ndone = 5\n\n[{after}", "Office")
    assert table
