from pathlib import Path

import pytest

from sipforge.bot.menu import MenuPhrases, build_menu
from sipforge.bot.phrases import PhraseError, load_phrases, read_phrases
from sipforge.engines.answering.knowledge import load_knowledge, read_knowledge
from sipforge.text.language import load_language

ROOT = Path(__file__).parents[3]
PHRASES = ROOT / "roles" / "sipforge" / "files" / "phrases"
WORDS = MenuPhrases("For {title}, press {key}.", "More: {key}.", "A message: {key}.", "A person: {key}.")


def topics(count: int) -> str:
    return "".join(
        f'[[topics]]\nid = "{n}"\ntitle = "t{n}"\nquestions = ["q{n}?"]\nanswer = "a{n}."\n'
        for n in range(count)
    )


def test_pages_of_seven_with_the_other_keys_after_them() -> None:
    menu = build_menu(read_knowledge(topics(8)), WORDS, operator=True)
    first, second = menu.pages
    assert first.startswith("For t0, press 1. For t1, press 2. ")
    assert first.endswith("For t6, press 7. More: 8. A message: 9. A person: 0.")
    assert second == "For t7, press 1. More: 8. A message: 9. A person: 0."
    assert menu.answers == {str(n): f"a{n}." for n in range(8)}
    assert menu.keyed == tuple("01234567")


def test_what_there_is_not_is_not_offered() -> None:
    assert build_menu(read_knowledge(topics(7)), WORDS, operator=False).pages[0].endswith("For t6, press 7.")
    unread = build_menu(read_knowledge(topics(7)), None, operator=True)
    assert (unread.pages, unread.keyed) == ((), ())


def test_a_topic_without_a_title_is_called_by_its_first_question() -> None:
    knowledge = read_knowledge('[[topics]]\nid = "a"\nquestions = ["Where are you?"]\nanswer = "Here."')
    assert build_menu(knowledge, WORDS, operator=False).pages == ("For Where are you, press 1.",)


@pytest.mark.parametrize("language", ["english", "kinyarwanda"])
def test_every_topic_of_the_office_has_a_short_title_and_a_place(language: str) -> None:
    knowledge = load_knowledge(ROOT / "inventory" / "knowledge" / f"{language}.toml")
    assert all(0 < len(topic.title) <= 40 for topic in knowledge.topics)
    menu = build_menu(knowledge, load_phrases(PHRASES / f"{language}.toml", "x").menu, operator=True)
    assert menu.answers == {topic.id: topic.answer for topic in knowledge.topics}
    for number, topic in enumerate(knowledge.topics):
        page, key = menu.pages[number // 7], str(number % 7 + 1)
        lines = [line for line in page.split(". ") if topic.title in line]
        assert any(key in line for line in lines), (topic.title, page)
    # Every line is a sentence by itself, so that it is spoken beforehand and stopped at once.
    spoken = load_language(language)
    for page in menu.pages:
        assert len(spoken.sentences(spoken.normalise(page))) == len(page.split(". "))


def test_a_menu_that_lacks_a_text_is_refused() -> None:
    text = (PHRASES / "english.toml").read_text(encoding="utf-8")
    with pytest.raises(PhraseError, match="lacks 'more'"):
        read_phrases(text.replace('more = "For', 'less = "For'), "x")
    begin, end = text.index("[menu]"), text.index("[answers]")
    assert read_phrases(text[:begin] + text[end:], "x").menu is None
