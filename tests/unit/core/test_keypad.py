import pytest

from sipforge.core.conversation.policy.keypad import TOPIC_KEYS, Pages


def choices(pages: Pages) -> list[int | None]:
    return [pages.topic(key) for key in TOPIC_KEYS]


@pytest.mark.parametrize("topics", [1, 7, 8, 14, 27])
def test_each_topic_is_on_one_key_of_one_page(topics: int) -> None:
    pages = Pages(topics)
    found: list[int] = []
    for number in range(-(-topics // 7)):
        assert pages.turn() == number
        found += [topic for topic in choices(pages) if topic is not None]
    assert found == list(range(topics))
    assert pages.turn() == 0


def test_a_closed_menu_chooses_nothing_and_opens_at_its_first_page() -> None:
    pages = Pages(20)
    assert choices(pages) == [None] * 7
    assert (pages.open(), pages.turn(), pages.open()) == (0, 1, 1)
    pages.close()
    assert choices(pages) == [None] * 7
    assert pages.open() == 0


def test_other_keys_choose_nothing() -> None:
    pages = Pages(20)
    pages.open()
    assert [pages.topic(key) for key in ("0", "8", "9", "*", "#", "", "12", "A")] == [None] * 8


def test_without_topics_there_is_no_menu() -> None:
    pages = Pages(0)
    assert (pages.open(), pages.turn()) == (None, None)
    assert choices(pages) == [None] * 7
